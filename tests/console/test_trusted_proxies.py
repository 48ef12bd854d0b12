"""The client's address behind the proxy of compose, which adds its client to the addresses from trusted proxies."""

from contextlib import suppress

import pytest

from console.infrastructure.trusted_proxies import BehindProxy

TRUSTED = ["203.0.113.7", "10.0.0.0/8"]


def asked_for(forwarded, trusted):
    """The client that the console sees when a container of any address passes this on."""
    seen = []

    async def application(scope, receive, send):
        seen.append(scope["client"][0])

    headers = [(b"x-forwarded-for", forwarded.encode()), (b"x-forwarded-proto", b"https")]
    scope = {"type": "http", "scheme": "http", "client": ("172.18.0.9", 40000), "headers": headers}
    with suppress(StopIteration):  # it waits for nothing, so it needs no event loop
        BehindProxy(application, trusted)(scope, None, None).send(None)
    return seen[0]


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        ("198.51.100.1", "198.51.100.1"),
        ("198.51.100.1, 203.0.113.7", "198.51.100.1"),  # through one trusted proxy
        ("198.51.100.1, 203.0.113.7, 10.1.2.3", "198.51.100.1"),  # through two
        ("6.6.6.6, 198.51.100.1, 10.1.2.3", "198.51.100.1"),  # whoever asks can put anything in front
        ("proxy, 198.51.100.1", "198.51.100.1"),
        ("10.9.9.9", "10.9.9.9"),  # somebody in the network of the proxies
    ],
)
def test_the_client_address_is_the_last_one_that_is_no_trusted_proxy(forwarded, client):
    assert asked_for(forwarded, TRUSTED) == client


def test_the_client_address_is_the_last_one_without_trusted_proxies():
    assert asked_for("6.6.6.6, 203.0.113.7", []) == "203.0.113.7"
