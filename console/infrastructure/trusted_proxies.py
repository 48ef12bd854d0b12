"""The client's address behind the proxy of compose.

That proxy passes on the addresses that trusted proxies in front of it reported, and adds its own client's. Uvicorn
accepts such headers from known addresses alone. The address of a container is not known beforehand, but nothing except
this proxy can reach the web containers.
"""

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

PROXY = "proxy"  # in place of its address; no other peer can have this name


class BehindProxy:
    def __init__(self, app, trusted_proxies):
        """Wrap an app. trusted_proxies: addresses and networks of the proxies in front of that of compose."""
        self.app = ProxyHeadersMiddleware(app, trusted_hosts=[PROXY, *trusted_proxies])

    async def __call__(self, scope, receive, send):
        await self.app(scope | {"client": (PROXY, 0)}, receive, send)
