"""No secret stands in the project by mistake, as detect-secrets knows them by their shape."""

import re
import subprocess

import pytest
from detect_secrets import SecretsCollection
from detect_secrets.settings import transient_settings

from tests.house import ROOT

# These know a secret by its own shape. Text that only looks random, or stands beside the word, is too often none.
DETECTORS = [
    *("AWSKeyDetector", "ArtifactoryDetector", "AzureStorageKeyDetector", "BasicAuthDetector", "CloudantDetector"),
    *(
        "DiscordBotTokenDetector",
        "GitHubTokenDetector",
        "GitLabTokenDetector",
        "IbmCloudIamDetector",
        "JwtTokenDetector",
    ),
    *("MailchimpDetector", "NpmDetector", "OpenAIDetector", "PrivateKeyDetector", "PypiTokenDetector"),
    *("SendGridDetector", "SlackDetector", "SquareOAuthDetector", "StripeDetector", "TelegramBotTokenDetector"),
    "TwilioKeyDetector",
]
ACCESS_TOKEN = re.compile(r"\bEAA[A-Za-z0-9]{60,}")  # Facebook's
OTHERS = ("static/vendor/", "requirements", "locale/")  # long, and by others or without settings
# Addresses with made-up passwords, to show their form or to be replaced.
EXAMPLES = {
    *(".env.example", "bin/new-secrets", "deploy/kubernetes/secrets.example.env"),
    *("console/infrastructure/start_up_checks/settings_checks.py", "tests/production.py", "tests/test_safety.py"),
}


def found_in(paths):
    """Return {path: kinds} of the secrets in these files."""
    secrets = SecretsCollection(root=str(ROOT))
    with transient_settings({"plugins_used": [{"name": name} for name in DETECTORS]}):
        for path in paths:
            secrets.scan_file(path)
    found = {path: {secret.type for secret in secrets[path]} for path in secrets.files}
    for path in paths:
        if ACCESS_TOKEN.search((ROOT / path).read_text(errors="ignore")):
            found.setdefault(path, set()).add("Access token of Facebook")
    return found


@pytest.mark.slow
def test_the_project_has_no_secret_but_its_examples():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)  # noqa: S607
    paths = [path for path in listed.stdout.splitlines() if (ROOT / path).is_file() and not path.startswith(OTHERS)]
    if not paths:
        pytest.skip("This is no checkout of git.")
    found = found_in(paths)
    assert {path: kinds for path, kinds in found.items() if path not in EXAMPLES} == {}
    assert EXAMPLES & found.keys()


@pytest.mark.parametrize(
    "secret",
    [
        "AKIA" + "IOSFODNN7QRSTUVW",
        "postgresql://console:" + "mY9pq2Lx7@db.shop.internal/console",
        "-----BEGIN " + "RSA PRIVATE KEY-----",
        "EAA" + "GxYz0123456789" * 6,
    ],
)
def test_a_secret_is_found(secret, tmp_path):
    path = tmp_path / "settings.py"
    path.write_text(f'VALUE = "{secret}"\n')
    assert found_in([str(path)])
