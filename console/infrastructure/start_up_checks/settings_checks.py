"""Checks of the environment variables that settings.py reads: missing, malformed and, in production, weak values.

A console whose PUBLIC_URL and ALLOWED_HOSTS name only this machine (or a compose service) is a trial: it may run
with the values of `.env.example`. With any other name it is in production, and those values are refused.
"""

import ipaddress
import re
from base64 import urlsafe_b64decode
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from agents.breached_passwords import is_list

REQUIRED = ["SECRET_KEY", "DATABASE_URL", "REDIS_URL", "PUBLIC_URL", "WEBHOOK_VERIFY_TOKEN", "FACEBOOK_APP_SECRET"]
EXAMPLE = "example-only"  # every value in .env.example that must not be used in production contains it
SANDBOX_SECRET = "sandbox-app-secret"  # noqa: S105  (bin/dev runs with it)
EXAMPLE_KEY = "example-only-key-not-for-production-0000000="
LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]
FORMATS = ["text", "json"]  # of logs
MOST_DAYS = 36_500
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
YES, NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}
NAME_FIELDS = {"first": "Ana", "last": "Ruiz", "last_initial": "R"}
WEAK = [  # values that production refuses: a check of all settings, and the sentence
    (
        lambda given: not given["PUBLIC_URL"].startswith("https://"),
        "Set PUBLIC_URL to an https address: Facebook delivers webhooks only over https.",
    ),
    (
        lambda given: not given["GRAPH_API_URL"].startswith("https://"),
        "Set GRAPH_API_URL to an https address, or remove it to use Facebook: the sandbox is for trials only.",
    ),
    (lambda given: given["DEBUG"], "Remove DEBUG: its error pages show code and settings to everyone."),
    (lambda given: not given["FACEBOOK_APP_ID"], "Set FACEBOOK_APP_ID to the number of your Facebook app."),
    (
        lambda given: is_example(given["DATABASE_URL"]),
        "Set a password of your own in DATABASE_URL (compose: POSTGRES_PASSWORD).",
    ),
    (
        lambda given: is_example(given["REDIS_URL"]),
        "Set a password of your own in REDIS_URL (compose: REDIS_PASSWORD).",
    ),
    (
        lambda given: re.search(r"ssl_cert_reqs=(?!.*required)", given["REDIS_URL"], re.I),
        "Remove ssl_cert_reqs from REDIS_URL: it turns off the check of the server's certificate. "
        "For a certificate authority of your own, add ssl_ca_certs=/path/to/it.pem.",
    ),
    (
        lambda given: "*" in given["ALLOWED_HOSTS"] or not given["ALLOWED_HOSTS"],
        "Set ALLOWED_HOSTS to the host names of the console. '*' would allow all.",
    ),
    (
        lambda given: _is_weak(given["SECRET_KEY"], 40),
        "Set SECRET_KEY to 50 random characters of your own: `python -m console.new_keys` prints some.",
    ),
    (
        lambda given: _is_weak(given["FACEBOOK_APP_SECRET"], 16),
        "Set FACEBOOK_APP_SECRET to the secret of your Facebook app.",
    ),
    (
        lambda given: _is_weak(given["WEBHOOK_VERIFY_TOKEN"], 16),
        "Set WEBHOOK_VERIFY_TOKEN to at least 16 random characters of your own.",
    ),
    (
        lambda given: any(map(_is_example_key, given["TOKEN_ENCRYPTION_KEYS"])),
        "Set TOKEN_ENCRYPTION_KEYS to keys of your own: the key in .env.example is public.",
    ),
]


def refuse_missing_or_weak(**given):
    """Raise ImproperlyConfigured with one sentence that says what to set."""
    for name in REQUIRED:
        if not given[name]:
            raise ImproperlyConfigured(f"Set {name}: .env.example says what it is for.")
    _refuse_invalid_keys(given["TOKEN_ENCRYPTION_KEYS"])
    _refuse_invalid_pattern(given["PERSONA_NAME_PATTERN"])
    if is_production(given["PUBLIC_URL"], given["ALLOWED_HOSTS"]):
        _refuse_weak(given)


def is_production(public_url, allowed_hosts):
    return not all(_is_local(host) for host in [urlsplit(public_url).hostname or "", *allowed_hosts])


def is_example(value):
    """Return whether a value is public because it stands in the source code."""
    return EXAMPLE in unquote(value) or value == SANDBOX_SECRET


def _is_example_key(key):
    """Compare decoded keys: one key can be written in several ways."""
    return urlsafe_b64decode(key) == urlsafe_b64decode(EXAMPLE_KEY)


def _is_local(host):
    """Return whether a host is loopback, or a name without a dot, such as that of a compose service."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host != "*" and ("." not in host or host.endswith(".localhost"))


def seconds(name, value):
    """Return a number of seconds from the environment; raise ImproperlyConfigured for anything else."""
    try:
        number = float(value)
    except ValueError:
        number = 0
    if not 0 < number < 3600:
        raise ImproperlyConfigured(f"{name} is {value!r}: set it to a number of seconds, above 0 and under an hour.")
    return number


def days(name, value, least=2):
    """Return a number of days from the environment; raise ImproperlyConfigured for anything else.

    least: Facebook repeats a webhook for a day and a half. The row by which a repeated one is recognised has to last
    two days.
    """
    return whole(name, value, "days", least, MOST_DAYS)


def whole(name, value, unit, least, most):
    """Return a whole number from the environment; raise ImproperlyConfigured for anything else."""
    if not (value.isascii() and value.isdecimal()) or not least <= int(value) <= most:
        raise ImproperlyConfigured(f"{name} is {value!r}: set it to a number of {unit} from {least} to {most}.")
    return int(value)


def boolean(name, value):
    """Return a yes or no from the environment; raise ImproperlyConfigured for anything else."""
    if value.lower() not in {*YES, *NO}:
        raise ImproperlyConfigured(f"{name} is {value!r}: set it to 1 or 0.")
    return value.lower() in YES


def refuse_malformed(**given):
    """Raise ImproperlyConfigured with a sentence about the first malformed setting. Empty settings are not checked."""
    for name, is_right, sentence in SHAPES:
        values = given[name] if isinstance(given[name], list) else [given[name]]
        for value in filter(None, values):
            if not is_right(value):
                raise ImproperlyConfigured(f"{name} is {_without_password(value)!r}: {sentence}")


def _is_url(value, *schemes, is_origin=False):
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018  (raises ValueError for an invalid port)
    except ValueError:
        return False
    return parts.scheme in schemes and (not is_origin or (bool(parts.hostname) and not (parts.path + parts.query)))


def _is_sender(value):
    return bool(re.fullmatch(r".+@[^@]+", value))


def _is_time_zone(value):
    try:
        return bool(ZoneInfo(value))
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return False


def _without_password(value):
    return re.sub(r"(?<=:)[^:@/]*(?=@)", "…", value)


SHAPES = [
    (
        "DATABASE_URL",
        lambda value: _is_url(value, "postgres", "postgresql"),
        "set it to a URL, as in postgresql://user:password@host:5432/name.",
    ),
    (
        "REDIS_URL",
        lambda value: _is_url(value, "redis", "rediss", "unix"),
        "set it to a URL, as in redis://:password@host:6379/0, or with rediss:// for TLS.",
    ),
    (
        "PUBLIC_URL",
        lambda value: _is_url(value, "http", "https", is_origin=True),
        "set it to scheme and host, as in https://help.example.com.",
    ),
    (
        "ALLOWED_HOSTS",
        lambda value: re.fullmatch(r"\*|\.?[\w.-]+|\[?[0-9a-fA-F:.]+\]?", value),
        "set it to host names, without scheme and port, separated by commas.",
    ),
    (
        "PUSH_HOSTS",
        lambda value: re.fullmatch(r"\.?[a-z0-9.-]+", value),
        "set it to host names of push services, separated by commas; a dot in front includes all below it.",
    ),
    (
        "EMAIL_URL",
        lambda value: _is_url(value, "smtp", "smtp+tls", "smtp+ssl"),
        "set it to a URL, as in smtp+tls://user:password@mail.example.com:587, or remove it to send no e-mail.",
    ),
    ("EMAIL_FROM", lambda value: _is_sender(value), "set it to an address, as in help@example.com."),
    ("BREACHED_PASSWORDS_FILE", is_list, "set it to a file of SHA-1 hashes in order, or remove it to ask no list."),
    ("FACEBOOK_APP_ID", str.isdecimal, "set it to the number of your Facebook app."),
    (
        "GRAPH_API_URL",
        lambda value: _is_url(value, "http", "https", is_origin=True),
        "set it to scheme and host, as in http://sandbox:8001, or remove it for the real Facebook.",
    ),
    (
        "GRAPH_API_VERSION",
        lambda value: re.fullmatch(r"v[0-9]+\.[0-9]+", value),
        "set it to a version, as in v27.0, or remove it.",
    ),
    (
        "S3_BUCKET",
        lambda value: re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", value),
        "set it to the name of a bucket, or remove it to keep files in DATA_DIR.",
    ),
    (
        "S3_ENDPOINT_URL",
        lambda value: _is_url(value, "http", "https", is_origin=True),
        "set it to scheme and host, as in https://s3.example.com, or remove it for Amazon S3.",
    ),
    ("LOG_LEVEL", lambda value: value in LEVELS, f"set it to one of {', '.join(LEVELS)}."),
    ("LOG_FORMAT", lambda value: value in FORMATS, f"set it to {' or '.join(FORMATS)}."),
    ("TIME_ZONE", _is_time_zone, "set it to a name of the IANA time zone database, as in Europe/Berlin."),
]


def refuse_invalid_vapid_key(key):
    """Raise ImproperlyConfigured for a key that signs nothing. Without a key, push is not offered."""
    try:
        is_valid = not key or 0 < int.from_bytes(urlsafe_b64decode(key + "=" * (-len(key) % 4))) < P256_ORDER
    except ValueError:
        is_valid = False
    if not is_valid:
        raise ImproperlyConfigured("VAPID_PRIVATE_KEY is not valid: `python -m console.new_keys` prints a valid one.")


def refuse_missing_sender(email_url, email_from):
    """Raise ImproperlyConfigured if e-mail would be from nobody: without a sender, it is from the user of the URL."""
    user = unquote(urlsplit(email_url).username or "")
    if email_url and not email_from and not _is_sender(user):
        raise ImproperlyConfigured(
            "Set EMAIL_FROM to an address, as in help@example.com: EMAIL_URL has no user that is one."
        )


def _refuse_invalid_keys(keys):
    if not keys:
        raise ImproperlyConfigured("Set TOKEN_ENCRYPTION_KEYS: `python -m console.new_keys` prints a key.")
    try:
        [Fernet(key) for key in keys]
    except ValueError as error:
        raise ImproperlyConfigured(
            "TOKEN_ENCRYPTION_KEYS contains an invalid key: `python -m console.new_keys` prints a valid one."
        ) from error


def _refuse_invalid_pattern(pattern):
    try:
        pattern.format(**NAME_FIELDS)
    except (LookupError, ValueError, AttributeError, TypeError) as error:
        raise ImproperlyConfigured(
            "PERSONA_NAME_PATTERN may contain {first}, {last} and {last_initial} only, as in '{first} {last_initial}.'"
        ) from error


def _refuse_weak(given):
    for is_weak, sentence in WEAK:
        if is_weak(given):
            raise ImproperlyConfigured(sentence)


def _is_weak(value, length):
    return len(value) < length or is_example(value) or len(set(value)) < 8
