"""An HTTP connection kept open from one webhook to the next. A client library would take ten times as long."""

import asyncio
import ssl
from urllib.parse import SplitResult, urlsplit

# Facebook treats a wrong answer and no answer alike, and so do we.
FAILURES = (OSError, TimeoutError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ssl.SSLError)


class Connection:
    def __init__(self):
        self._peer: tuple | None = None
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def post(self, url: str, headers: dict[str, str], body: bytes, timeout_s: float) -> int | None:
        """Send one POST; return the HTTP status, None without a proper answer in time."""
        try:
            async with asyncio.timeout(timeout_s):
                return await self._post(urlsplit(url), headers, body)
        except FAILURES:
            self.close()
        except asyncio.CancelledError:
            self.close()
            raise
        return None

    def close(self):
        if self._writer:
            self._writer.close()
        self._reader = self._writer = self._peer = None

    async def _post(self, url: SplitResult, headers: dict[str, str], body: bytes) -> int:
        request = _serialize(url, headers, body)
        if self._writer and self._peer == (url.scheme, url.netloc):
            try:
                return await self._send(request)
            except (OSError, asyncio.IncompleteReadError):
                pass  # the server closed it while it was idle
        self.close()
        await self._open(url)
        return await self._send(request)

    async def _open(self, url: SplitResult):
        secure = url.scheme == "https"
        port = url.port or (443 if secure else 80)
        self._reader, self._writer = await asyncio.open_connection(url.hostname, port, ssl=secure or None)
        self._peer = url.scheme, url.netloc

    async def _send(self, request: bytes) -> int:
        self._writer.write(request)
        status, headers = await self._head()
        while status < 200:
            status, headers = await self._head()
        await self._skip_body(status, headers)
        if headers.get("connection", "").lower() == "close":
            self.close()
        return status

    async def _head(self) -> tuple[int, dict[str, str]]:
        first, *lines = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").strip().split("\r\n")
        version, status, *_ = first.split(" ", 2)
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        if version == "HTTP/1.0":
            headers = {"connection": "close"} | headers
        return int(status), headers

    async def _skip_body(self, status: int, headers: dict[str, str]):
        if status in (204, 304):
            return
        if "chunked" in headers.get("transfer-encoding", ""):
            await self._skip_chunks()
        elif "content-length" in headers:
            await self._reader.readexactly(int(headers["content-length"]))
        else:
            headers["connection"] = "close"

    async def _skip_chunks(self):
        while size := int((await self._reader.readuntil(b"\r\n")).split(b";")[0], 16):
            await self._reader.readexactly(size + 2)
        await self._reader.readuntil(b"\r\n")


def _serialize(url: SplitResult, headers: dict[str, str], body: bytes) -> bytes:
    path = (url.path or "/") + (f"?{url.query}" if url.query else "")
    lines = [f"POST {path} HTTP/1.1", f"Host: {url.netloc}", "Accept: */*", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body
