"""The client's address, behind the proxy service of docker-compose.yml.

The proxy passes on the addresses that trusted proxies in front of it reported, and adds its own client's address.
Uvicorn accepts such headers only from known addresses. The address of a container is not known beforehand, but nothing
except the proxy can reach the web containers.
"""

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

PROXY = "proxy"  # in place of its address; no other peer can have this name


class BehindProxy:
    """ASGI middleware that puts the address of the client in place of the proxy's."""

    def __init__(self, app, trusted_proxies):
        """Wrap an app. trusted_proxies: addresses and networks of the proxies in front of the proxy service."""
        self.app = ProxyHeadersMiddleware(app, trusted_hosts=[PROXY, *trusted_proxies])

    async def __call__(self, scope, receive, send):
        await self.app(scope | {"client": (PROXY, 0)}, receive, send)
