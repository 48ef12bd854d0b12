"""Facebook in tests: the sandbox's control plane in the words of a story."""

import asyncio
import socket
import threading
import time
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests

from personas import pictures


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def without_a_running_loop():
    """Hide the event loop that Playwright keeps in this thread: no other could run beside it."""
    running = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    try:
        yield
    finally:
        asyncio._set_running_loop(running)


def eventually(look, seconds=20):
    """Wait until `look` finds something, and return it."""
    until = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)
    return found


class Pictures:
    """A web server with a picture at every address, for Facebook in tests without a console."""

    class Handler(BaseHTTPRequestHandler):
        picture = pictures.initials("Ana Ruiz").read()

        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "image/png")
            self.end_headers()
            self.wfile.write(self.picture)

        def log_message(self, *args):
            pass

    def __enter__(self):
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exception):
        self.server.shutdown()
        self.server.server_close()


class Bot:
    """A bot's web server: it records requests, and answers the statuses that a test sets, otherwise 200."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(self.server.bot.receive(dict(self.headers), body))
            self.send_header("Location", self.server.bot.url)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args):
            pass

    def __enter__(self):
        self.received, self.answers, self.answers_always = [], [], 200
        self.is_awake = threading.Event()
        self.is_awake.set()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.Handler)
        self.server.bot, self.server.daemon_threads = self, True
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *exception):
        self.is_awake.set()
        self.server.shutdown()
        self.server.server_close()

    def receive(self, headers, body):
        """Record a request; return the status to answer."""
        self.received.append((headers, body))
        self.is_awake.wait(30)
        return self.answers.pop(0) if self.answers else self.answers_always

    @property
    def bodies(self):
        return [body for _headers, body in self.received]


class Raw:
    """A server that answers each request with given bytes, a tenth of a second between the pieces."""

    def __init__(self, *pieces):
        self.pieces, self.received = pieces, []

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/hook"
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *exception):
        self.listener.close()

    def _serve(self):
        with suppress(OSError):
            while True:
                connection = self.listener.accept()[0]
                threading.Thread(target=self._answer, args=[connection], daemon=True).start()

    def _answer(self, connection):
        with connection, suppress(OSError):
            self.received.append(connection.recv(65_536))
            for piece in self.pieces:
                connection.sendall(piece)
                time.sleep(0.1)


class Line:
    """A TCP port that leads to a server, and may go dead: then it takes connections and bytes, and never answers.

    A connection that was open when the line went dead stays dead for ever, as after a cut that nobody was told of.
    """

    def __init__(self, connect):
        self.connect, self.is_dead, self.deaths = connect, False, 0
        self._ends = []

    def die(self):
        self.is_dead, self.deaths = True, self.deaths + 1

    def live(self):
        self.is_dead = False

    def close(self):
        """Reset both sides of each open connection, as the kernel does once it notices."""
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=200)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *exception):
        self.listener.close()

    def _serve(self):
        with suppress(OSError):
            while True:
                client = self._accept()
                server = self.connect()
                self._ends += [client, server]
                for ends in [(client, server), (server, client)]:
                    threading.Thread(target=self._carry, args=[*ends, self._state()], daemon=True).start()

    def _accept(self):
        return self.listener.accept()[0]

    def _state(self):
        return self.is_dead, self.deaths

    def _carry(self, source, target, born):
        with suppress(OSError):
            while piece := source.recv(65_536):
                if self._state() == born and not self.is_dead:
                    target.sendall(piece)
        source.close()
        target.close()


class Sandbox:
    def __init__(self, url):
        self.url = url
        self.session = requests.Session()

    def post(self, path, **body):
        answer = self.session.post(f"{self.url}/_sandbox/{path}", json=body, timeout=30)
        assert answer.ok, answer.text
        return answer.json() if answer.content else {}

    def get(self, path):
        return self.session.get(f"{self.url}/_sandbox/{path}", timeout=30).json()

    def reset(self):
        self.post("reset")

    def customer(self, name):
        return self.post("customers", name=name)["psid"]

    def say(self, psid, **said):
        return self.post(f"customers/{psid}/send", **said)["mid"]

    def thread(self, psid):
        return self.get(f"customers/{psid}/thread")

    def texts(self, psid):
        """Return the texts of the Page to this customer, in order."""
        return [message["text"] for message in self.said(psid)]

    def said(self, psid):
        return [message for message in self.thread(psid)["messages"] if message["from"] == "page"]

    def personas(self, deleted=False):
        return [row for row in self.get("personas") if row["deleted"] is deleted]

    def requests(self, method=None, path="", action=None):
        """Return the Graph API calls that the sandbox has received."""
        calls = self.get("requests?since=0")
        return [
            call
            for call in calls
            if (method is None or call["method"] == method)
            and path in call["path"]
            and (action is None or (call["body"] or {}).get("sender_action") == action)
        ]

    def fail(self, path="", method=None, **fault):
        match = {"path": path} | ({"method": method} if method else {})
        self.post("faults", match=match, **fault)

    def be_well(self):
        self.session.delete(f"{self.url}/_sandbox/faults", timeout=30)
