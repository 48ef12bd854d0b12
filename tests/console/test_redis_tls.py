"""Redis with TLS (`rediss://`): the server must show a certificate for its name from a trusted authority."""

import os
import socket
import ssl
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from console.infrastructure.redis import redis
from tests.conftest import NUMBER, ROOT
from tests.stand_in import Line

ASK = {
    "redis": "from console.infrastructure.redis import redis; redis().ping()",
    "broker": "from console.celery import app; app.connection_for_write().ensure_connection(max_retries=1)",
}


class TlsLine(Line):
    def __init__(self, connect, certificate):
        super().__init__(connect)
        self._tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._tls.load_cert_chain(certificate)

    def _accept(self):
        while True:
            try:
                return self._tls.wrap_socket(super()._accept(), server_side=True)
            except ssl.SSLError:  # the client does not trust us
                continue


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A self-signed certificate for localhost."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "redis.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture(scope="module")
def url(certificate):
    def connect():
        server = socket.socket(socket.AF_UNIX)
        server.connect(redis().connection_pool.connection_kwargs["path"])
        return server

    with TlsLine(connect, certificate) as line:
        yield f"rediss://localhost:{line.port}/{NUMBER}"


def ask(what, url):
    """Run a program of ours that uses the Redis at this URL; return the ended process."""
    program = [sys.executable, "-c", f"import django, console.celery; django.setup(); {ASK[what]}"]
    return subprocess.run(program, env=os.environ | {"REDIS_URL": url}, cwd=ROOT, capture_output=True, text=True)


@pytest.mark.parametrize("what", ASK)
def test_a_redis_with_an_untrusted_certificate_is_refused(what, url):
    ended = ask(what, url)
    assert ended.returncode != 0
    assert "CERTIFICATE_VERIFY_FAILED" in ended.stderr


@pytest.mark.parametrize("what", ASK)
def test_a_redis_with_a_certificate_for_another_host_is_refused(what, url, certificate):
    elsewhere = url.replace("localhost", "127.0.0.1")
    assert "CERTIFICATE_VERIFY_FAILED" in ask(what, f"{elsewhere}?ssl_ca_certs={certificate}").stderr


@pytest.mark.parametrize("what", ASK)
def test_a_redis_with_a_certificate_of_a_configured_authority_is_accepted(what, url, certificate):
    ended = ask(what, f"{url}?ssl_ca_certs={certificate}")
    assert ended.returncode == 0, ended.stderr
