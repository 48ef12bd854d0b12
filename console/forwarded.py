"""On whose behalf the proxy of compose asks.

It passes on whom the proxies before it named, if they are trusted, and adds who asked itself. uvicorn believes that of
known addresses only. A container's is not known beforehand, but nobody else reaches the web containers.
"""

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

PROXY = "proxy"  # stands for its address; no other peer can be called so


class BehindProxy:
    def __init__(self, app, trusted_proxies):
        """trusted_proxies: addresses and networks of those in front of the proxy of compose."""
        self.app = ProxyHeadersMiddleware(app, trusted_hosts=[PROXY, *trusted_proxies])

    async def __call__(self, scope, receive, send):
        await self.app(scope | {"client": (PROXY, 0)}, receive, send)
