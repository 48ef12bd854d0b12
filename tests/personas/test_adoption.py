"""Adoption of a persona whose creation got no answer: ours is found again, and no foreign one is adopted."""

import io

import pytest
import requests
from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

from agents.models import Agent
from console.models import Message
from personas import pictures as painter
from personas.models import Persona
from tests.stand_in import Pictures


def portrait(colour):
    """A picture that nobody else has."""
    image = Image.new("RGB", (600, 600), colour)
    ImageDraw.Draw(image).ellipse((150, 100, 450, 400), fill="white")
    return _file(image, "JPEG")


def _file(image, kind, **options):
    content = io.BytesIO()
    image.save(content, kind, **options)
    return ContentFile(content.getvalue(), name=f"me.{kind.lower()}")


@pytest.fixture
def eva(db):
    """Makes an agent whom customers see as Eva L."""

    def make(username, colour):
        agent = Agent.objects.create_user(username, first_name="Eva", last_name="Lindt", is_present=True)
        agent.picture.save("me.jpg", portrait(colour))
        return agent

    return make


@pytest.fixture
def publish(bluebird, monkeypatch):
    """Has somebody's persona made, and Facebook finds its picture at its address."""

    def publish(agent):
        persona = bluebird.personas.for_agent(agent, bluebird)
        persona.draw_picture()
        monkeypatch.setattr(Pictures.Handler, "picture", persona.picture.read())
        Persona.objects.filter(pk=persona.pk).update(next_attempt_at=None)
        persona = bluebird.personas.get(pk=persona.pk)
        persona.publish()
        return persona

    return publish


def lose_answers(sandbox, drop="after", times=1):
    sandbox.fail("personas", "POST", times=times, drop=drop)


def test_publishing_again_after_a_lost_answer_creates_no_second_persona(publish, ana, sandbox):
    lose_answers(sandbox)
    assert publish(ana).graph_id == ""
    [there] = sandbox.personas()
    assert publish(ana).graph_id == there["id"]
    assert len(sandbox.personas()) == 1


def test_two_agents_of_one_name_get_their_own_personas_after_both_answers_were_lost(publish, eva, bluebird, sandbox):
    evas = [eva("eva1", "navy"), eva("eva2", "darkgreen")]
    lose_answers(sandbox, times=2)
    for agent in reversed(evas):
        publish(agent)
    for agent in evas:
        persona = publish(agent)
        [made] = [row for row in sandbox.personas() if row["id"] == persona.graph_id]
        assert shows(made, persona.picture)
    assert len(sandbox.personas()) == 2


def shows(row, picture):
    return painter.are_alike(io.BytesIO(requests.get(row["picture"], timeout=5).content), picture.open())


def test_two_agents_with_the_same_name_and_picture_never_share_a_persona(publish, bluebird, sandbox, db):
    agents = [Agent.objects.create_user(name, first_name="Eva", last_name="Lindt") for name in ("eva1", "eva2")]
    lose_answers(sandbox, times=2)
    for agent in agents:
        publish(agent)
    assert len({publish(agent).graph_id for agent in agents}) == 2
    assert len(sandbox.personas()) == 2


@pytest.mark.parametrize("made", ["before our call", "after our call"])
def test_a_persona_that_a_bot_created_with_the_name_of_an_agent_is_not_adopted_or_deleted(
    made, publish, ana, bluebird, pictures, sandbox, monkeypatch
):
    def make():
        return bluebird.client().create_persona("Ana R.", pictures.url)

    bots = make() if made == "before our call" else None
    lose_answers(sandbox, drop="before")
    assert publish(ana).graph_id == ""
    monkeypatch.setattr(Pictures.Handler, "picture", portrait("crimson").read())
    bots = bots or make()
    persona = publish(ana)
    assert persona.graph_id not in ("", bots)
    ana.leave()
    persona.refresh_from_db()
    persona.withdraw()
    assert [row["id"] for row in sandbox.personas()] == [bots]


def test_a_persona_that_the_bot_may_have_created_itself_is_not_adopted(publish, bluebird, sandbox):
    bluebird.bot_name = "Tea Bot"
    bluebird.bot_picture.save("logo.jpg", portrait("teal"))
    lose_answers(sandbox, drop="before")
    publish(None)
    itself = bluebird.client().create_persona("Tea Bot", bluebird.personas.get().picture_url())
    assert publish(None).graph_id not in ("", itself)


def test_a_persona_whose_answer_was_lost_is_deleted_when_its_agent_leaves(publish, ana, sandbox):
    lose_answers(sandbox)
    persona = publish(ana)
    ana.leave()
    persona.refresh_from_db()
    persona.withdraw()
    assert persona.gone_at
    assert sandbox.personas() == []


def test_a_picture_that_facebook_scaled_and_compressed_is_recognised():
    with Image.open(painter.square(portrait("navy"))) as image:
        copy = _file(image.resize((200, 200)), "JPEG", quality=60)
        assert painter.are_alike(painter.square(portrait("navy")), copy)
        assert not painter.are_alike(painter.square(portrait("black")), copy)
        assert not painter.are_alike(painter.square(portrait("navy")), ContentFile(b"no picture"))


@pytest.mark.parametrize(("one", "other"), [("Eva L.", "Eva M."), ("Ana R.", "Ana B.")])
def test_pictures_with_the_initials_of_different_names_are_not_alike(one, other):
    assert painter.are_alike(painter.initials(one), painter.initials(one))
    assert not painter.are_alike(painter.initials(one), painter.initials(other))


def test_a_reply_is_sent_under_the_persona_adopted_after_a_lost_answer(publish, say, ana, conversation, mona, sandbox):
    lose_answers(sandbox)
    publish(ana)
    [made] = sandbox.personas()
    Persona.objects.update(next_attempt_at=None)
    say("Hello Mona")
    conversation.deliver()
    [received] = sandbox.said(mona.psid)
    assert received["persona"]["id"] == made["id"]
    assert Message.objects.get(text="Hello Mona").sent_as_page_because == ""
