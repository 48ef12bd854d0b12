"""Fetch the letters from the phone, Facebook and the tables, to compare them."""

import time

import requests

from messenger.calls.thread_control import PAGE_INBOX_APP_ID
from tests.chaos.checker import STATE
from tests.chaos.letters import content_of
from tests.chaos.letters_checker import Held, Letter, OnPhone
from tests.chaos.people import LEAVER

GONE_WITHIN = 60  # s within which the personas of an agent who left are deleted, once all is well
HELD = """
    SELECT m.idempotency_key::text, m.is_incoming, m.state, m.text, m.mid, coalesce(author.username, ''), m.source,
           m.sent_as_page_because, m.reaction, m.is_deleted,
           EXISTS (SELECT 1 FROM console_attachment a WHERE a.message_id = m.id), m.error
    FROM console_message m LEFT JOIN agents_agent author ON author.id = m.author_id WHERE m.conversation_id = %s"""
HOLDER = "SELECT holder FROM console_conversation WHERE id = %s"
FACES = """
    SELECT p.graph_id, p.gone_at IS NOT NULL FROM personas_persona p JOIN agents_agent a ON a.id = p.agent_id
    WHERE a.username = %s AND p.graph_id <> ''"""


def letters(drivers, facebook, database):
    for driver in drivers:
        [[holder]] = database.ask(HOLDER, [driver.pk])
        held = [Held(*row) for row in database.ask(HELD, [driver.pk])]
        yield Letter(driver.number, driver.posted, driver.deeds, _phone(facebook, driver.psid), held, holder)


def _phone(facebook, psid):
    return [
        OnPhone(
            message["mid"],
            message["from"] == "customer",
            _content(message),
            message["persona"] and message["persona"]["name"],
            message["app_id"] == str(PAGE_INBOX_APP_ID),
            message["reaction"] or "",
        )
        for message in facebook.get(f"customers/{psid}/thread")["messages"]
    ]


def _content(message):
    if not message["attachments"]:
        return message["text"]
    return content_of(requests.get(message["attachments"][0]["url"], timeout=60).content)


def judge_leaving(leaving, facebook, database, verdict):
    """Check that the agent who left has no persona on Facebook any more."""
    verdict.count["personas of who left"] = len(database.ask(FACES, [LEAVER.username])) if leaving.is_done else 0
    until = time.monotonic() + GONE_WITHIN
    while leaving.is_done and (left := _live_faces(facebook, database)):
        if time.monotonic() > until:
            return verdict.add(STATE, f"{LEAVER.first} has left, and her personas {left} are still on Facebook")
        time.sleep(1)


def _live_faces(facebook, database):
    deleted = {persona["id"] for persona in facebook.get("personas") if persona["deleted"]}
    return [face for face, is_gone in database.ask(FACES, [LEAVER.username]) if not is_gone or face not in deleted]
