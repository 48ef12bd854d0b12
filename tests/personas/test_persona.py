"""A persona's life: created on first use; created again when it changes or Facebook forgets it; deleted at the end."""

import io
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from console.models import Message
from personas import pictures as painter
from personas.models import Persona


@pytest.fixture
def face(ana, bluebird):
    return lambda: bluebird.personas.for_agent(ana, bluebird)


@pytest.fixture
def live(face, sandbox):
    persona = face()
    persona.publish()
    return persona


def test_a_persona_is_not_created_before_its_first_use(ana, bluebird, conversation, sandbox):
    assert not Persona.objects.exists()
    assert sandbox.personas() == []


def test_a_persona_is_created_on_first_use_and_reused(live, face, sandbox):
    assert live.state == Persona.State.LIVE
    face().publish()
    assert [row["id"] for row in sandbox.personas()] == [live.graph_id]


@pytest.mark.parametrize(
    ("pattern", "first", "last", "name"),
    [
        ("{first} {last_initial}.", "Ana", "Ruiz", "Ana R."),
        ("{first} {last_initial}.", "Ana", "", "Ana"),
        ("{first} · Support", "Ana", "Ruiz", "Ana · Support"),
        ("{first} {last}", "A" * 40, "B" * 40, "A" * 40 + " " + "B" * 9),
        ("{last}", "Ana", "", "Ana"),
    ],
)
def test_a_persona_name_follows_the_pattern_and_has_at_most_50_characters(settings, ana, pattern, first, last, name):
    settings.PERSONA_NAME_PATTERN = pattern
    ana.first_name, ana.last_name = first, last
    assert ana.public_name == name


def test_a_changed_name_creates_a_new_persona_on_next_use_and_deletes_the_old_one(live, face, ana, sandbox):
    ana.last_name = "Zamora"
    ana.save()
    new = face()
    live.withdraw()
    assert [row["name"] for row in sandbox.personas()] == ["Ana R."]  # the old one stays until the new one is there
    new.publish()
    live.withdraw()
    assert [row["name"] for row in sandbox.personas()] == ["Ana Z."]
    live.refresh_from_db()
    assert live.state == Persona.State.GONE


def test_a_changed_picture_creates_a_new_persona(storage, live, face, ana, sandbox):
    ana.picture.save("me.png", painter.initials("Someone Else"))
    new = face()
    new.publish()
    assert new.pk != live.pk
    assert len(sandbox.personas()) == 2  # the old one goes by a worker


def test_a_persona_keeps_its_own_copy_of_the_agents_picture(storage, live, ana):
    assert live.picture.size > 0
    assert live.picture.name != ana.picture.name


def test_a_persona_picture_has_a_signed_url_that_expires_after_minutes(live, time_machine):
    path = live.picture_url().split("/", 3)[3]
    answer = Client().get(f"/{path}")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert Client().get(f"/{path[:-8]}AAAA.img").status_code == 404
    time_machine.move_to(timezone.now() + timedelta(minutes=11))
    assert Client().get(f"/{path}").status_code == 404


def test_a_large_picture_is_published_as_a_small_square(storage, ana):

    ana.picture.save("wide.png", painter.initials("Ana"))
    with Image.open(painter.square(ana.picture)) as image:
        assert image.size == (painter.SIDE, painter.SIDE)
        assert image.format == "JPEG"


@pytest.mark.parametrize(("side", "is_painted"), [(4_900, True), (5_100, False), (13_000, False)])
def test_a_picture_with_too_many_pixels_is_replaced_by_initials(side, is_painted, bluebird, ana):
    buffer = io.BytesIO()
    Image.new("1", (side, side), 1).save(buffer, "PNG")
    ana.picture.save("huge.png", ContentFile(buffer.getvalue()))
    persona = Persona.objects.create(agent=ana, page=bluebird, name="Ana Z.")
    persona.draw_picture()
    with Image.open(persona.picture) as image:
        assert (image.format == "JPEG") is is_painted  # initials are a PNG


def test_a_persona_that_facebook_forgot_is_created_again_and_the_message_sent(live, say, conversation, mona, sandbox):
    live.page.client().delete_persona(live.graph_id)
    message = say("Still me")
    conversation.deliver()
    message.refresh_from_db()
    [received] = sandbox.said(mona.psid)
    assert received["persona"]["name"] == "Ana R."
    assert received["persona"]["id"] == message.persona.graph_id != live.graph_id
    live.refresh_from_db()
    assert live.state == Persona.State.GONE


def test_a_message_is_sent_as_the_page_if_its_persona_is_forgotten_repeatedly(
    say, conversation, mona, sandbox, settings
):
    message = say("Hello")
    Message.objects.filter(pk=message.pk).update(forgotten_personas=3)
    conversation.deliver()
    [received] = sandbox.said(mona.psid)
    assert received["persona"] is None
    message.refresh_from_db()
    assert message.sent_as_page_because


def test_a_message_whose_persona_is_refused_is_sent_as_the_page_with_the_reason(say, conversation, mona, sandbox):
    sandbox.fail("personas", "POST", status=400, error={"message": "reported as abusive", "code": 368})
    message = say("Hello Mona")
    conversation.deliver()
    message.refresh_from_db()
    [received] = sandbox.said(mona.psid)
    assert (received["text"], received["persona"]) == ("Hello Mona", None)
    assert message.state == Message.State.SENT
    assert "reported" in message.sent_as_page_because


def test_a_refused_persona_is_not_requested_again_for_every_message(say, conversation, sandbox):
    sandbox.fail("personas", "POST", status=400, error={"message": "no", "code": 368})
    for text in ("one", "two", "three"):
        say(text)
    conversation.deliver()
    assert len(sandbox.requests("POST", "personas")) == 1


def test_a_message_waits_for_its_persona_after_a_transient_error(say, conversation, mona, sandbox):
    sandbox.fail("personas", "POST", times=1, status=500)
    say("Hello Mona")
    conversation.deliver()
    assert sandbox.said(mona.psid) == []
    Persona.objects.update(next_attempt_at=None)
    Message.objects.filter(is_incoming=False).update(next_attempt_at=None)
    conversation.deliver()
    [received] = sandbox.said(mona.psid)
    assert received["persona"]["name"] == "Ana R."


def test_a_persona_whose_worker_died_is_published_by_another_when_its_lease_ends(face, sandbox):
    persona = face()
    assert persona.claim()
    face().publish()
    assert sandbox.personas() == []
    Persona.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    face().publish()
    assert len(sandbox.personas()) == 1


def test_withdrawing_a_persona_that_facebook_no_longer_knows_counts_as_deleted(live, sandbox):
    live.page.client().delete_persona(live.graph_id)
    Persona.objects.filter(pk=live.pk).withdraw()
    live.withdraw()
    assert live.state == Persona.State.GONE


def test_verifying_a_persona_finds_whether_facebook_still_knows_it(live, sandbox):
    live.verify()
    assert live.state == Persona.State.LIVE
    live.page.client().delete_persona(live.graph_id)
    live.verify()
    assert live.state == Persona.State.GONE
    assert "no longer knows" in live.error


def test_a_failed_persona_deletion_stores_its_error_and_backs_off(live, sandbox):
    sandbox.fail("", "DELETE", status=500)
    Persona.objects.filter(pk=live.pk).withdraw()
    live.refresh_from_db()
    live.withdraw()
    first = live.next_attempt_at - timezone.now()
    live.withdraw()
    assert live.state == Persona.State.LEAVING
    assert "not available" in live.error
    assert live.next_attempt_at - timezone.now() > first
    assert live not in Persona.objects.leaving().due()


def test_withdrawing_a_persona_that_was_never_created_makes_no_call(face, sandbox):
    persona = face()
    Persona.objects.filter(pk=persona.pk).withdraw()
    persona.refresh_from_db()
    persona.withdraw()
    assert persona.state == Persona.State.GONE
    assert sandbox.requests("DELETE") == []


@pytest.mark.parametrize("name", ["Ana Ruiz", "Юлия Петрова", "美咲", "", "Ł", "!"])
def test_initials_of_any_name_are_drawn_as_a_picture(name):

    with Image.open(painter.initials(name)) as image:
        assert image.size == (painter.SIDE, painter.SIDE)
        assert len(image.getcolors(maxcolors=10_000)) > 1


def test_an_unreadable_picture_does_not_delay_a_message(storage, say, conversation, ana, mona, sandbox):
    whole = painter.square(painter.initials("Ana")).read()
    ana.picture.save("broken.jpg", ContentFile(whole[: len(whole) // 2]))
    say("Hello")
    conversation.deliver()
    [received] = sandbox.said(mona.psid)
    assert received["persona"]["name"] == "Ana R."


def test_a_foreign_persona_with_the_same_name_is_not_adopted(face, bluebird, pictures, sandbox):
    foreign = bluebird.client().create_persona("Ana R.", pictures.url)
    sandbox.fail("personas", "POST", times=1, status=400, error={"message": "(#613)", "code": 613})
    face().publish()
    Persona.objects.update(next_attempt_at=None)
    face().publish()
    assert face().graph_id != foreign
    assert len(sandbox.personas()) == 2


def test_an_unknown_object_error_alone_does_not_count_as_a_deleted_persona(live, sandbox):
    unknown = {"message": "Unsupported delete request.", "code": 100, "error_subcode": 33}
    sandbox.fail(live.graph_id, status=400, error=unknown)
    Persona.objects.filter(pk=live.pk).withdraw()
    live.withdraw()
    assert live.state == Persona.State.LEAVING
    live.verify()
    assert live.gone_at is None


def test_verifying_with_a_token_of_another_page_does_not_mark_a_persona_as_gone(live, bluebird, sandbox):
    other = sandbox.post("pages", name="Another")
    bluebird.token = other["token"]
    bluebird.save()
    live.refresh_from_db()
    live.verify()
    assert live.gone_at is None
    assert "token" in live.error


def test_verifying_a_persona_stores_the_time_and_the_error(live, sandbox):
    sandbox.fail(live.graph_id, status=500)
    live.verify()
    assert "not available" in live.error
    assert live.verified_at
    sandbox.be_well()
    live.verify()
    assert live.error == ""


def test_a_persona_is_not_deleted_while_another_worker_publishes_it(face, sandbox):
    making = face()
    assert making.claim()
    leaving = Persona.objects.get()
    leaving.withdraw()
    assert leaving.gone_at is None


def test_a_changed_name_deletes_the_old_persona_on_commit(live, face, ana, django_capture_on_commit_callbacks):
    ana.last_name = "Zamora"
    ana.save()
    with django_capture_on_commit_callbacks() as callbacks:
        face()
    assert len(callbacks) == 1


def test_a_message_is_postponed_while_another_worker_publishes_its_persona(face, say, conversation):
    persona = face()
    Persona.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=1))
    assert persona.claim()
    message = say("Hello")
    conversation.deliver()
    message.refresh_from_db()
    assert message.next_attempt_at > timezone.now()


def test_an_agent_who_left_keeps_their_newest_persona(bluebird, ana):
    Persona.objects.create(agent=ana, page=bluebird, name="Before", graph_id="1", leaving_since=timezone.now())
    Persona.objects.create(agent=ana, page=bluebird, name="After", graph_id="2")
    ana.is_active = False
    ana.save()
    assert bluebird.personas.for_agent(ana, bluebird).name == "After"
