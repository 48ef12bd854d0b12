"""A sandbox on a free port, a webhook that listens, and Mona, who writes."""

import json
import socket
import threading
import time
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import uvicorn
from playwright.sync_api import expect

from sandbox import create_app
from sandbox.app import APP_ID, APP_SECRET, PAGE_TOKEN, VERIFY_TOKEN, server_config
from tests.conftest import BROWSER_PATIENCE_MS

PATIENCE_S = 5


def eventually(look):
    """Wait until `look` finds something, and return it."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(0.01)
    raise AssertionError("waited in vain")


class Box:
    """A running sandbox: `control` speaks to its control plane, `graph` to its Graph API with the Page's token."""

    def __init__(self, url):
        self.url = url
        self.session = requests.Session()

    def control(self, method, path, body=None):
        return self.session.request(method, f"{self.url}/_sandbox{path}", json=body)

    def post(self, path, **body):
        answer = self.control("POST", path, body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def graph(self, method, path, token=PAGE_TOKEN, **options):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.session.request(method, self.url + path, headers=headers, **options)

    def requests(self, since=0):
        return self.control("GET", f"/requests?since={since}").json()

    def world(self):
        return self.control("GET", "/world").json()

    def persona(self, name="Ana R.", picture="/_sandbox/sample.png"):
        body = {"name": name, "profile_picture_url": self.url + picture}
        return self.graph("POST", "/v27.0/me/personas", json=body).json()["id"]

    def customer(self, name="Mona Meyer", **more):
        return Customer(self, self.post("/customers", name=name, **more)["psid"], name)


class Customer:
    def __init__(self, box, psid, name):
        self.box, self.psid, self.name = box, psid, name

    def say(self, text=None, **more):
        return self.box.post(f"/customers/{self.psid}/send", **({"text": text} if text else {}), **more)["mid"]

    def do(self, verb, **more):
        return self.box.post(f"/customers/{self.psid}/{verb}", **more)

    def thread(self):
        return self.box.control("GET", f"/customers/{self.psid}/thread").json()

    def messages(self):
        return self.thread()["messages"]

    def receives(self, **message):
        """The Page's message to this customer, as the Graph API answers it."""
        return self.is_sent(message=message)

    def is_sent(self, **call):
        return self.box.graph("POST", "/v27.0/me/messages", json={"recipient": {"id": self.psid}} | call)


# How an answer may tell where it ends
WAYS = {
    "": lambda text: (text, {"Content-Length": str(len(text))}),
    "chunked": lambda text: ("5\r\nhello\r\n0\r\n\r\n", {"Transfer-Encoding": "chunked"}),
    "closing": lambda text: (text, {"Content-Length": str(len(text)), "Connection": "close"}),
    "no length": lambda text: (text, {}),
}


class Receiver:
    """A webhook that keeps each request and answers 200, or the status it is set to; late if it is to stall.
    `refuses` is a part of the bodies that it answers 500."""

    def __init__(self):
        self.posts = []
        self.answers = []
        self.refuses = b""
        self.stalls = []
        self.way = ""
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}/webhook"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def opinion(self, body):
        return 500 if self.refuses and self.refuses in body else 200

    def bodies(self):
        return [json.loads(raw) for _, raw in list(self.posts)]

    def events(self, kind=None):
        """Return the events of the main channel."""
        entries = [entry for body in self.bodies() for entry in body["entry"]]
        events = [entry["messaging"][0] for entry in entries if "messaging" in entry]
        return [event for event in events if kind is None or kind in event]

    def wait_for(self, count, kind=None):
        return self.until(lambda: (events := self.events(kind)) and len(events) >= count and events)

    def wait_for_calls(self, count):
        """Return the voice calls, once there are so many."""
        return self.until(lambda: (calls := self._calls()) and len(calls) >= count and calls)

    def until(self, look):
        return eventually(look)

    def _calls(self):
        return [call for body in self.bodies() for entry in body["entry"] for call in entry.get("calls", [])]

    def _handler(receiver):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                query = parse_qs(urlsplit(self.path).query)
                is_asked = query["hub.mode"] == ["subscribe"] and query["hub.verify_token"] == [VERIFY_TOKEN]
                self.answer(200 if is_asked else 403, query["hub.challenge"][0])

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.posts.append((self.headers, body))
                time.sleep(receiver.stalls.pop(0) if receiver.stalls else 0)
                with suppress(OSError):  # nobody waits for those who stall
                    self.answer(receiver.answers.pop(0) if receiver.answers else receiver.opinion(body), "")

            def answer(self, status, text):
                self.send_response(status)
                text, headers = WAYS[receiver.way](text)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text.encode())
                self.close_connection = receiver.way == "no length"

            def log_message(self, *args):
                pass

        return Handler


@contextmanager
def running(app):
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    server = uvicorn.Server(server_config(app, grace_s=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield Box(f"http://127.0.0.1:{listener.getsockname()[1]}")
    server.should_exit = True
    thread.join(PATIENCE_S)


@pytest.fixture
def running_sandbox():
    return running


@pytest.fixture(scope="session")
def one_box():
    with running(create_app()) as box:
        yield box


@pytest.fixture
def other_box():
    with running(create_app(app_id="222")) as box:
        yield box


@pytest.fixture
def box(one_box):
    one_box.post("/reset")
    return one_box


@pytest.fixture
def receiver(box):
    """The default app's webhook."""
    receiver = Receiver()
    box.post("/apps", app_id=APP_ID, secret=APP_SECRET, callback_url=receiver.url, verify_token=VERIFY_TOKEN)
    yield receiver
    receiver.close()


@pytest.fixture
def other_receiver():
    """A webhook that is nobody's yet."""
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def mona(box):
    """Mona, who has written, so that the Page may answer."""
    mona = box.customer()
    mona.say("Where is my parcel?")
    return mona


@pytest.fixture
def take_out(box, browser):
    """Open a customer's phone. Any error in the browser's console fails the test."""
    contexts, complaints = [], []

    def open_phone(customer, **options):
        context = browser.new_context(base_url=box.url, reduced_motion="reduce", **options)
        context.set_default_timeout(BROWSER_PATIENCE_MS)
        contexts.append(context)
        phone = context.new_page()
        phone.on("pageerror", lambda error: complaints.append(str(error)))
        phone.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        phone.goto(f"/?psid={customer.psid}")
        expect(phone.get_by_text(f"as {customer.name}")).to_be_visible()
        return phone

    yield open_phone
    for context in contexts:
        context.close()
    assert complaints == []
