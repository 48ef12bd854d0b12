"""The client, somebody to write to, and servers that answer as Facebook never would."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.conf import settings

from messenger import Client, GraphError
from tests.conftest import TOKEN


@pytest.fixture
def graph(sandbox):
    return Client(TOKEN, url=sandbox.url, secret=settings.FACEBOOK_APP_SECRET)


@pytest.fixture
def psid(sandbox):
    psid = sandbox.customer("Mona Weber")
    sandbox.say(psid, text="Hello?")
    return psid


@pytest.fixture
def refusal():
    """The error that a call ends in."""

    def catch(call, *arguments, **options):
        with pytest.raises(GraphError) as caught:
            call(*arguments, **options)
        return caught.value

    return catch


class Wire:
    """A server that keeps each request as it came and answers with `status` and `text`."""

    def __init__(self):
        self.calls, self.status, self.text, self.headers = [], 200, '{"id":"1","message_id":"m","data":[]}', {}
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def client(self, **options):
        return Client(TOKEN, url=self.url, secret=settings.FACEBOOK_APP_SECRET, **options)

    def _handler(wire):
        class Handler(BaseHTTPRequestHandler):
            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                wire.calls.append((self.command, self.path, dict(self.headers), body.decode(errors="replace")))
                self.send_response(wire.status)
                for name, value in wire.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(wire.text.encode())

            do_GET = do_POST = do_DELETE = answer

            def log_message(self, *args):
                pass

        return Handler


@pytest.fixture
def wire():
    wire = Wire()
    yield wire
    wire.server.shutdown()
    wire.server.server_close()
