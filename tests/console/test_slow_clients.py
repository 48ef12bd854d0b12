"""Clients that send slowly, or without end, or read nothing: they delay no others, and are disconnected."""

import json
import os
import re
import socket
import time
import uuid
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests
from django.test import Client

from console import live
from console.models import Conversation, Customer, InboundWebhook
from tests.conftest import CONSOLE_PORT, CONSOLE_URL, program
from tests.console.conftest import EMPTY_WEBHOOK, post_webhook
from tests.console.listener import Listener
from tests.stand_in import eventually, free_port

MIB = 1024 * 1024
FORM = "Content-Type: application/x-www-form-urlencoded\r\n"
SENTENCE = "The request did not arrive in time: send it again."

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def dial(stack):
    """Opens a connection to the web server and sends these bytes."""
    with ExitStack() as sockets:

        def connect(*sent, window=None, port=CONSOLE_PORT):
            client = sockets.enter_context(socket.socket())
            if window:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
            client.settimeout(30)
            client.connect(("127.0.0.1", port))
            for piece in sent:
                client.sendall(piece)
            return client

        yield connect


def post(path, length, body=b""):
    """Return a POST with a CSRF cookie, which makes Django read the form to look for the token."""
    headers = f"Host: 127.0.0.1\r\nContent-Length: {length}\r\nCookie: csrftoken={'c' * 32}\r\n{FORM}"
    return f"POST {path} HTTP/1.1\r\n{headers}\r\n".encode() + body


def get(path, cookie=""):
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{cookie}\r\n".encode()


CHUNKED = b"POST /login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"
HALF_A_LOGIN = post("/login/", 100, b"username=ana")


def answer(client):
    """All that comes until the server closes."""
    with client.makefile("rb") as read:
        return read.read().decode()


def seconds_for(path="/login/"):
    began = time.monotonic()
    assert requests.get(CONSOLE_URL + path, timeout=20).ok
    return time.monotonic() - began


# Bodies that do not come


def test_pages_answer_while_forty_logins_are_half_sent(dial):
    seconds_for()
    for _client in range(40):
        dial(HALF_A_LOGIN)
    assert seconds_for() < 2


def test_pages_answer_while_forty_replies_are_half_sent(dial):
    for _client in range(40):
        dial(post("/conversations/1/send/", 100_000, b"text="))
    assert seconds_for() < 2


def test_an_unfinished_request_is_ended_with_408_and_a_sentence(dial):
    page, bot = dial(HALF_A_LOGIN), dial(post("/api/conversations/1/messages", 100, b"{"))
    half_a_header, nothing = dial(b"GET /login/ HTTP/1.1\r\nHost: 127"), dial()
    for client, sentence in [(page, SENTENCE), (bot, json.dumps({"detail": SENTENCE}))]:
        said = answer(client)
        assert said.startswith("HTTP/1.1 408 ")
        assert said.endswith(sentence)
    assert answer(half_a_header) == answer(nothing) == ""


def test_two_hundred_stalled_webhooks_use_little_memory_and_others_are_stored(dial, web):
    seconds_for()
    before = memory_of(web)
    clients = [dial(post("/webhooks/messenger", MIB, b"x" * (MIB - 1))) for _client in range(200)]
    assert post_webhook("/webhooks/messenger", EMPTY_WEBHOOK).status_code == 200
    assert InboundWebhook.objects.count() == 1
    assert memory_of(web) - before < 60 * MIB
    assert {answer(client)[:13] for client in clients} <= {"HTTP/1.1 408 ", "HTTP/1.1 503 "}


@pytest.fixture
def web(stack_processes):
    """The folder of /proc that knows about the web server."""
    [process] = [process for process in Path("/proc").iterdir() if f"--port\0{CONSOLE_PORT}\0" in _command(process)]
    return process


def memory_of(web):
    return int(re.search(r"VmRSS:\s+(\d+)", (web / "status").read_text())[1]) * 1024


def sockets_of(web):
    """Asked of the server: a client that reads nothing does not learn that it was let go."""
    return len([link for link in (web / "fd").iterdir() if _target(link).startswith("socket:")])


def _target(link):
    try:
        return os.readlink(link)
    except OSError:
        return ""


def _command(process):
    try:
        return (process / "cmdline").read_text()
    except OSError:
        return ""


# Strangers who fill every place


@pytest.fixture
def upload(conversation, ana):
    """A reply of Ana's with a file of some size: (path, header, body)."""
    django = Client()
    django.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    fields = {"idempotency_key": str(uuid.uuid4())}
    files = {"files": ("list.csv", b"tea;cups\n" * 40_000)}
    cookies = {"sessionid": django.cookies["sessionid"].value, "csrftoken": "c" * 32}
    headers = {"X-CSRFToken": "c" * 32, "HX-Request": "true"}
    url = f"{CONSOLE_URL}/conversations/{conversation.pk}/send/"
    return requests.Request("POST", url, headers, files, fields, cookies=cookies)


def raw(request):
    made = requests.Session().prepare_request(request)
    lines = "".join(f"{name}: {value}\r\n" for name, value in made.headers.items() if name != "Connection")
    head = f"POST {made.path_url} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n{lines}\r\n"
    return head.encode() + made.body


def test_an_agents_upload_succeeds_beside_two_hundred_half_sent_replies_of_strangers(dial, upload, conversation):
    sent = raw(upload)
    agent = dial(sent[:200_000])
    for _stranger in range(200):
        dial(post(f"/conversations/{conversation.pk}/send/", 300_000, b"x" * 100_000))
    seconds_for()
    agent.sendall(sent[200_000:])
    assert answer(agent).startswith("HTTP/1.1 200 ")
    assert conversation.messages.get(author__username="ana").attachments.get().title == "list.csv"


def test_a_large_upload_after_a_log_out_is_redirected_to_log_in(dial, upload):
    del upload.cookies["sessionid"]
    upload.files["files"] = ("list.csv", b"tea;cups\n" * 400_000)
    said = answer(dial(raw(upload)))
    assert said.startswith("HTTP/1.1 200 ")
    assert "hx-redirect: /login/" in said.lower()


@pytest.mark.parametrize("path", ["/webhooks/messenger", "/login/"])
def test_half_sent_bodies_of_strangers_do_not_block_webhooks_or_log_ins(dial, path):
    for _stranger in range(64):
        dial(post(path, MIB, b"x" * (MIB - 1)))
    last = dial(post(path, MIB, b"x" * 63))
    seconds_for()
    assert post_webhook("/webhooks/messenger", EMPTY_WEBHOOK).status_code == 200
    assert requests.post(f"{CONSOLE_URL}/login/", {"username": "ana"}, timeout=10).status_code == 403  # no CSRF token
    last.close()


FEW = 40  # connections


@pytest.fixture(scope="module")
def small(stack_processes):
    """The port of a web server that takes few connections."""
    port = free_port()
    command = ["bin/run.py", "web", "--port", str(port), "--limit-concurrency", str(FEW)]
    with program(command, ready=f"http://127.0.0.1:{port}/readyz"):
        yield port


STALLED = {
    "nothing": b"",
    "half a header": b"GET /login/ HTTP/1.1\r\nHost: 127",
    "half a body": HALF_A_LOGIN,
    "a whole request": get("/livez"),
}


@pytest.mark.parametrize("sent", STALLED.values(), ids=STALLED.keys())
def test_strangers_cannot_take_all_connections(sent, dial, small):
    for _stranger in range(2 * FEW):
        dial(sent, port=small)
    for _request in range(3):
        assert requests.get(f"http://127.0.0.1:{small}/login/", timeout=10).status_code == 200


def test_an_agents_upload_succeeds_beside_strangers_on_all_other_connections(dial, upload, small):
    sent = raw(upload)
    agent = dial(sent[:200_000], port=small)
    again = dial(sent, port=small)
    assert answer(again).startswith("HTTP/1.1 200 ")  # agents are looked up in order: the server knows the first by now
    for _stranger in range(2 * FEW):
        dial(b"GET /", port=small)
    agent.sendall(sent[200_000:])
    assert answer(agent).startswith("HTTP/1.1 200 ")


# Bodies that are too long


TAKEN = {"/login/": 1, "/webhooks/messenger": 1, "/admin/personas/page/add/": 9, "/profile/": 9}  # MiB
TAKEN |= dict.fromkeys(["/conversations/1/send/", "/conversations/1/send-later/", "/canned-replies/new/"], 251)
TAKEN |= dict.fromkeys(["/conversations/1/scheduled-replies/2/", "/canned-replies/2/"], 251)
TAKEN |= dict.fromkeys(["/conversations/1/template/", "/conversations/1/template/saved/new/"], 251)
TAKEN |= {"/conversations/1/template/saved/2/edit/": 251, "/conversations/1/template/preview/": 1}
TAKEN |= {"/conversations/1/messages/2/save-as-canned-reply/": 251, "/canned-replies/2/delete/": 1}


def test_a_body_above_the_limit_of_its_path_is_refused_by_its_content_length(dial):
    """All at once: the server lets each of them go on sending for two seconds."""
    clients = {path: dial(post(path, most * MIB + 1)) for path, most in TAKEN.items()}
    for path, most in TAKEN.items():
        said = answer(clients[path])
        assert said.startswith("HTTP/1.1 413 "), path
        assert said.endswith(f"The request is too large: the limit here is {most} MiB."), path


def test_an_endless_chunked_body_is_refused_once_it_is_too_long(dial):
    client = dial(CHUNKED)
    for _piece in range(17):
        client.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")
    assert answer(client).startswith("HTTP/1.1 413 ")


# Headers that are too long


def test_a_connection_with_an_endless_header_is_closed(dial):
    client = dial(b"GET /login/ HTTP/1.1\r\nX-Long: ")
    with pytest.raises(OSError):
        for _piece in range(1000):
            client.sendall(b"x" * 65536)


@pytest.mark.parametrize("piece", [b"x" * 65_536, b"X-Next: " + b"x" * 1_000 + b"\r\n"], ids=["one", "many"])
def test_a_connection_with_endless_trailers_is_closed(dial, piece):
    client = dial(CHUNKED, b"1\r\nx\r\n0\r\nX-First: ")
    with pytest.raises(OSError):
        for _piece in range(400 * 65_536 // len(piece)):
            client.sendall(piece)


def test_a_body_of_many_small_chunks_is_accepted(dial):
    client = dial(CHUNKED, b"1\r\nx\r\n" * 100_000, b"0\r\nX-Trailer: x\r\n\r\n")
    assert client.recv(1_000).startswith(b"HTTP/1.1 403 ")  # it has no CSRF token


# Answers that nobody reads


@pytest.fixture
def script(stack):
    """The address of a file of more than a megabyte."""
    page = requests.get(f"{CONSOLE_URL}/api/docs", timeout=10).text
    return re.search(r'src="(/static/[^"]*swagger-ui-bundle[^"]*)"', page)[1]


def test_pages_answer_while_forty_clients_do_not_read_a_file(dial, script, web):
    before = sockets_of(web)
    often = 10 * get(script)  # more than the kernel takes for a client
    clients = [dial(often, window=4096) for _client in range(40)]
    assert seconds_for() < 2
    assert sockets_of(web) >= before + len(clients)
    eventually(lambda: sockets_of(web) <= before + 5, seconds=60)


MANY = 500  # rows: about half a megabyte


@pytest.fixture
def unread_stream(dial, ana, ben, bluebird):
    """Lines of a live stream of which a client has read nothing, while more was sent than the kernel takes."""
    django = Client()
    django.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    stream = dial(get("/live/", f"Cookie: sessionid={django.cookies['sessionid'].value}\r\n"), window=4096)
    lines, reader = stream.makefile("rb"), Listener(ben)
    assert any(line.startswith(b"data: hello ") for line in lines)
    reader.receives("hello")
    customers = Customer.objects.bulk_create(Customer(page=bluebird, psid=f"{number}") for number in range(MANY))
    rows = Conversation.objects.bulk_create(Conversation(page=bluebird, customer=customer) for customer in customers)
    for _time in range(2):  # the second is not even begun
        reader.pieces.clear()
        live.publish("queue", *[f"conversation-{row.pk}" for row in rows])
        eventually(lambda: len(reader.pieces) >= len(rows), seconds=60)
    yield lines
    reader.close()


def test_a_live_stream_that_is_not_read_is_closed(unread_stream, web):
    before = sockets_of(web)
    eventually(lambda: sockets_of(web) < before, seconds=60)


def test_a_live_stream_that_was_not_read_for_a_while_asks_for_everything(unread_stream):
    rows, until = 0, time.monotonic() + 60
    for line in unread_stream:
        assert time.monotonic() < until, f"{rows} rows, and no hello"
        rows += line.startswith(b"data: row ")
        if line == b"data: hello\n":  # without a moment since which all is known
            break
    assert rows == MANY


def test_a_static_file_is_served_whole(script):
    got = requests.get(CONSOLE_URL + script, headers={"Accept-Encoding": "identity"}, timeout=20)
    assert len(got.content) == int(got.headers["Content-Length"]) > MIB


def test_a_body_sent_in_pieces_reaches_its_view_whole(dial):
    session = requests.Session()
    page = session.get(f"{CONSOLE_URL}/login/", timeout=10)
    token = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', page.text)[1]
    body = f"csrfmiddlewaretoken={token}&username=nobody&password={'x' * 200_000}".encode()
    client = dial(
        f"POST /login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\nConnection: close\r\n".encode(),
        f"Cookie: csrftoken={session.cookies['csrftoken']}\r\n".encode(),
        b"Content-Type: application/x-www-form-urlencoded\r\n\r\n",
        *[body[start : start + 30_000] for start in range(0, len(body), 30_000)],
    )
    assert "Please enter a correct username and password" in answer(client)
