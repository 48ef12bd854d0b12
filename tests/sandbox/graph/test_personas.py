"""The Personas API: create with a downloaded picture, list, send as, delete."""

import io
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from PIL import Image

from sandbox.app import APP_SECRET, PAGE_ID


@pytest.fixture
def pictures():
    """Somebody's web server: path → (status, content type, content). Counts who asks."""
    shelf = {}
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            status, content_type, content = shelf[self.path]
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.end_headers()
            with suppress(OSError):  # a picture too large is not read to its end
                self.wfile.write(content)

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    shelf.update({"/ana.png": (200, "image/png", png())})
    yield f"http://127.0.0.1:{server.server_port}", shelf, asked
    server.shutdown()
    server.server_close()


def png():
    target = io.BytesIO()
    Image.new("RGB", (64, 64), "teal").save(target, "PNG")
    return target.getvalue()


def create(box, **body):
    return box.graph("POST", f"/v26.0/{PAGE_ID}/personas", json=body)


def test_a_persona_keeps_a_copy_of_its_picture(box, pictures):
    origin, shelf, asked = pictures

    id = create(box, name="Ana R.", profile_picture_url=f"{origin}/ana.png").json()["id"]
    shelf["/ana.png"] = (404, "text/plain", b"gone")

    persona = box.graph("GET", f"/v26.0/{id}").json()
    assert (persona["id"], persona["name"]) == (id, "Ana R.")
    assert persona["profile_picture_url"].startswith(box.url)
    assert box.session.get(persona["profile_picture_url"]).content == png()
    assert asked == ["/ana.png"]


@pytest.mark.parametrize(
    ("picture", "subcode"),
    [
        ((404, "text/plain", b"no"), 2018008),
        ((200, "text/html", b"<p>Log in first"), 2018047),
        ((200, "image/png", b"not a picture"), 2018047),
        ((200, "image/png", b"x" * (8 * 1024 * 1024 + 1)), 2018109),
    ],
)
def test_a_persona_with_an_unreachable_picture_is_refused(box, pictures, picture, subcode):
    origin, shelf, _ = pictures
    shelf["/bad.png"] = picture

    error = create(box, name="Ana R.", profile_picture_url=f"{origin}/bad.png").json()["error"]

    assert (error["code"], error["error_subcode"]) == (100, subcode)
    assert box.control("GET", "/personas").json() == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"profile_picture_url": "http://x/y.png"}, "The parameter name is required"),
        ({"name": " ", "profile_picture_url": "http://x/y.png"}, "The parameter name is required"),
        (
            {"name": "x" * 51, "profile_picture_url": "http://x/y.png"},
            "Length of param name must be less than or equal to 50",
        ),
        ({"name": "Ana R."}, "The parameter profile_picture_url is required"),
        ({"name": "Ana R.", "profile_picture_url": "ana.png"}, "profile_picture_url should represent a valid URL"),
    ],
)
def test_a_persona_needs_a_name_and_a_picture_url(box, body, words):
    answer = create(box, **body)

    assert answer.status_code == 400
    assert words in answer.json()["error"]["message"]


def test_half_a_character_in_a_name_becomes_a_question_mark(box, pictures):
    origin, _shelf, _asked = pictures
    answer = create(box, name="Ana \ud800", profile_picture_url=f"{origin}/ana.png")
    assert answer.status_code == 200
    assert box.graph("GET", f"/v26.0/{answer.json()['id']}").json()["name"] == "Ana ?"


def test_messages_of_a_deleted_persona_keep_its_name(box, mona):
    id = box.persona()
    mona.is_sent(message={"text": "Hello"}, persona_id=id)

    assert box.graph("DELETE", f"/{id}").json() == {"success": True}

    for method in ("GET", "DELETE"):
        error = box.graph(method, f"/{id}").json()["error"]
        assert (error["code"], error["error_subcode"]) == (100, 33)
        assert error["message"].startswith(f"Unsupported {method.lower()} request.")
    refused = mona.is_sent(message={"text": "Hello again"}, persona_id=id)
    assert refused.json()["error"]["message"] == "(#100) Invalid persona_id"
    assert mona.messages()[-1]["persona"]["name"] == "Ana R."
    assert box.control("GET", "/personas").json()[0]["deleted"] is True


def test_a_persona_of_another_page_cannot_be_used(box, mona):
    page = box.post("/pages", name="Redwing Coffee")
    body = {"name": "Ben", "profile_picture_url": f"{box.url}/_sandbox/sample.png"}
    id = box.graph("POST", "/me/personas", page["token"], json=body).json()["id"]

    assert mona.is_sent(message={"text": "Hi"}, persona_id=id).status_code == 400
    assert box.graph("GET", f"/{id}").json()["error"]["error_subcode"] == 33


def test_the_list_of_personas_is_paginated_and_ends(box):
    ids = [box.persona(f"Agent {n}") for n in range(5)]
    box.graph("DELETE", f"/{ids.pop(1)}")

    seen, answer = [], box.graph("GET", "/v26.0/me/personas", params={"limit": 3, "fields": "id,name"}).json()
    while answer["data"]:
        assert all(set(row) == {"id", "name"} for row in answer["data"])
        seen += [row["id"] for row in answer["data"]]
        query = {"limit": 3, "fields": "id,name", "after": answer["paging"]["cursors"]["after"]}
        answer = box.graph("GET", "/v26.0/me/personas", params=query).json()

    assert seen == ids
    assert answer == {"data": []}


def test_the_next_url_of_a_list_can_be_fetched_unchanged(box):
    ids = [box.persona(f"Agent {n}") for n in range(3)]

    first = box.graph("GET", "/me/personas", params={"limit": 2}).json()
    second = box.session.get(first["paging"]["next"]).json()

    assert [row["id"] for row in first["data"] + second["data"]] == ids
    assert "next" not in second["paging"]
    assert APP_SECRET not in first["paging"]["next"]
