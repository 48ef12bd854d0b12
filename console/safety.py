"""What must be set before the console starts, and how strongly once strangers can reach it.

A console whose PUBLIC_URL and ALLOWED_HOSTS name only this machine (or a compose service) is a trial: it may run
with the values of `.env.example`. With any other name it is in production, and those values are refused.
"""

import ipaddress
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

ALWAYS_NEEDED = ["SECRET_KEY", "DATABASE_URL", "REDIS_URL", "PUBLIC_URL", "WEBHOOK_VERIFY_TOKEN", "FACEBOOK_APP_SECRET"]
EXAMPLE = "example-only"  # every value in .env.example that must not see production contains it
NAME_FIELDS = {"first": "Ana", "last": "Ruiz", "last_initial": "R"}


def refuse_missing_or_weak(**given):
    """Raise ImproperlyConfigured with one sentence that says what to set."""
    for name in ALWAYS_NEEDED:
        if not given[name]:
            raise ImproperlyConfigured(f"Set {name}: .env.example says what it is for.")
    _refuse_bad_keys(given["TOKEN_ENCRYPTION_KEYS"])
    _refuse_bad_pattern(given["PERSONA_NAME_PATTERN"])
    if is_production(given["PUBLIC_URL"], given["ALLOWED_HOSTS"]):
        _refuse_weak(given)


def is_production(public_url, allowed_hosts):
    return not all(_is_local(host) for host in [urlsplit(public_url).hostname or "", *allowed_hosts])


def is_example(value):
    """Whether it is known to all who read this program's code."""
    return EXAMPLE in value


def _is_local(host):
    """Loopback, or a name without a dot, as services of one compose project call each other."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host != "*" and ("." not in host or host.endswith(".localhost"))


def seconds(name, value):
    """A number of seconds from the environment, or a sentence that says what it has to be."""
    try:
        number = float(value)
    except ValueError:
        number = 0
    if not 0 < number < 3600:
        raise ImproperlyConfigured(f"{name} is {value!r}: set it to a number of seconds, above 0 and under an hour.")
    return number


def _refuse_bad_keys(keys):
    if not keys:
        raise ImproperlyConfigured("Set TOKEN_ENCRYPTION_KEYS to a key: `python -m console.new_keys` prints one.")
    try:
        [Fernet(key) for key in keys]
    except ValueError as error:
        raise ImproperlyConfigured(
            "TOKEN_ENCRYPTION_KEYS holds something that is not a key: `python -m console.new_keys` prints one."
        ) from error


def _refuse_bad_pattern(pattern):
    try:
        pattern.format(**NAME_FIELDS)
    except (LookupError, ValueError, AttributeError, TypeError) as error:
        raise ImproperlyConfigured(
            "PERSONA_NAME_PATTERN may name {first}, {last} and {last_initial} only, as in '{first} {last_initial}.'"
        ) from error


def _refuse_weak(given):
    for is_wrong, sentence in [
        (
            not given["PUBLIC_URL"].startswith("https://"),
            "Set PUBLIC_URL to an https address: Facebook delivers webhooks to no other.",
        ),
        (
            not given["GRAPH_API_URL"].startswith("https://"),
            "Set GRAPH_API_URL to an https address, or remove it: the sandbox is for trials only.",
        ),
        (given["DEBUG"], "Remove DEBUG: it shows the inside of the console to everyone."),
        (not given["FACEBOOK_APP_ID"], "Set FACEBOOK_APP_ID to the number of your Facebook app."),
        (is_example(given["DATABASE_URL"]), "Set a password of your own in DATABASE_URL (compose: POSTGRES_PASSWORD)."),
        (
            "*" in given["ALLOWED_HOSTS"] or not given["ALLOWED_HOSTS"],
            "Set ALLOWED_HOSTS to the names under which the console is reached, not '*'.",
        ),
        (
            _is_weak(given["SECRET_KEY"], 40),
            "Set SECRET_KEY to 50 random characters of your own: `python -m console.new_keys` prints some.",
        ),
        (_is_weak(given["FACEBOOK_APP_SECRET"], 16), "Set FACEBOOK_APP_SECRET to the secret of your Facebook app."),
        (
            _is_weak(given["WEBHOOK_VERIFY_TOKEN"], 16),
            "Set WEBHOOK_VERIFY_TOKEN to 16 random characters of your own or more.",
        ),
        (
            any(key.startswith(EXAMPLE) for key in given["TOKEN_ENCRYPTION_KEYS"]),
            "Set TOKEN_ENCRYPTION_KEYS to keys of your own: the one in .env.example is known to everyone.",
        ),
    ]:
        if is_wrong:
            raise ImproperlyConfigured(sentence)


def _is_weak(value, length):
    return len(value) < length or is_example(value) or len(set(value)) < 8
