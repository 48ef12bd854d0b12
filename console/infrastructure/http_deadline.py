"""HTTP sessions with a deadline for the whole answer.

The timeout of requests begins anew with every byte. An answer that trickles in, or never ends, would hold a thread for
ever.
"""

import io
import time
from http.client import HTTPResponse
from http.cookiejar import DefaultCookiePolicy

import requests
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection


def session():
    """Return a session that ignores proxies and .netrc of the environment, and keeps no cookies."""
    made = requests.Session()
    made.trust_env = False
    made.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return limited(made)


def limited(made):
    """Give the deadline to a session, and return it. The timeout of each request is then that of the whole answer."""
    for adapter in made.adapters.values():
        adapter.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SafePool}
    return made


class _Reader(io.RawIOBase):
    """Read from a socket until a deadline, which begins with the answer."""

    def __init__(self, sock, raw):
        self._sock, self._raw, self._until = sock, raw, time.monotonic() + sock.gettimeout()

    def readable(self):
        return True

    def readinto(self, buffer):
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("The answer took too long.")
        self._sock.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self):
        self._raw.close()
        super().close()


class _Response(HTTPResponse):
    def __init__(self, sock, *arguments, **options):
        super().__init__(sock, *arguments, **options)
        self.fp = io.BufferedReader(_Reader(sock, self.fp.detach()))


class _Connection(HTTPConnection):
    response_class = _Response


class _SafeConnection(HTTPSConnection):
    response_class = _Response


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SafePool(HTTPSConnectionPool):
    ConnectionCls = _SafeConnection
