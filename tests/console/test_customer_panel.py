"""The panel about the customer: what it says of them, and that nothing is guessed."""

import uuid

import pytest
from django.urls import reverse

from console.customer_panel import parts
from console.customer_panel.stays import MOST_STAYS, stays
from console.models import Attachment, Cause, Conversation, Customer, Handover, Holder, Message, Note
from tests.conftest import restrict
from tests.console.conftest import AT, HTMX, MINUTE, fresh, moment, words

PARTS = ["customer", "customer-stays", "customer-notes", "customer-files"]
HOUR = 60 * MINUTE


@pytest.fixture
def panel(bens, mona):
    """Return what Ben reads in the panel about Mona."""
    return lambda: words(bens.get(reverse("customer", args=[mona.conversation.pk]), headers=HTMX).content.decode())


@pytest.fixture
def sent_file(mona, bluebird):
    """Mona sent a file, or Ana did."""

    def send(at=AT, is_incoming=True, **fields):
        state = "received" if is_incoming else "queued"
        message = Message.objects.create(
            conversation=mona.conversation,
            page=bluebird,
            is_incoming=is_incoming,
            state=state,
            at=moment(at),
            revision=1,
        )
        return Attachment.objects.create(
            message=message, **{"kind": "image", "media_type": "image/png", "title": "tea.png"} | fields
        )

    return send


@pytest.fixture
def stay(mona, ana, bluebird):
    """Mona wrote at this moment, Ana replied a minute later, and closed the conversation after another one."""

    def happen(at, closed_by=ana, **reply):
        said = {"conversation": mona.conversation, "page": bluebird, "revision": 1}
        asked = Message.objects.create(**said, is_incoming=True, state="received", at=moment(at))
        reply = {"state": "sent", "author": ana, "mid": str(at)} | reply
        Message.objects.create(**said, is_incoming=False, at=moment(at + MINUTE), **reply)
        Handover.objects.create(
            conversation=mona.conversation,
            from_holder=Holder.AGENT if closed_by else Holder.BOT,
            from_agent=closed_by,
            to_holder=Holder.QUEUE,
            by=closed_by,
            cause=Cause.CLOSED,
            at=moment(at + 2 * MINUTE),
            revision=1,
        )
        return asked

    return happen


# Access


@pytest.mark.parametrize("name", PARTS)
def test_a_customer_of_another_group_is_not_found(name, bens, mona, bluebird):
    address = reverse(name, args=[mona.conversation.pk])
    assert bens.get(address).status_code == 200
    assert bens.post(address).status_code == 405
    restrict(bluebird)
    assert bens.get(address).status_code == 404


@pytest.mark.parametrize("name", PARTS[1:])
def test_more_after_a_row_of_another_conversation_is_not_found(name, bens, mona, bluebird, ben, sent_file, stay):
    other = Customer.objects.create(page=bluebird, psid="77")
    sent_file()
    stay(AT)
    Note.objects.add(mona.conversation, ben, "Hi", uuid.uuid4())
    conversation = Conversation.objects.create(page=bluebird, customer=other)
    rows = {"customer-stays": Handover, "customer-notes": Note, "customer-files": Attachment}
    address, row = reverse(name, args=[conversation.pk]), rows[name].objects.latest("pk")
    assert bens.get(f"{address}?before={row.pk}").status_code == 404
    assert bens.get(f"{reverse(name, args=[mona.conversation.pk])}?before={row.pk}").status_code == 200


def test_the_panel_is_a_page_of_its_own_without_scripts(bens, mona):
    answer = bens.get(reverse("customer", args=[mona.conversation.pk]))
    assert "Back to the conversation" in answer.text and "Mona Weber" in answer.text


def test_an_empty_panel_says_what_will_be_in_it(panel, mona, ana):
    hint = "Earlier conversations, notes, pictures and files will be listed here."
    assert hint in panel()
    Note.objects.add(mona.conversation, ana, "Ask for the size", uuid.uuid4())
    assert hint not in panel()


def test_the_panel_needs_a_constant_number_of_queries(
    bens, mona, ana, ben, sent_file, stay, by_mona, receive, django_assert_num_queries
):
    def ask():
        with django_assert_num_queries(15):
            bens.get(reverse("customer", args=[mona.conversation.pk]), headers=HTMX)

    def fill(at):
        stay(at)
        sent_file(at)
        Note.objects.add(mona.conversation, ana, "Ask @Ben Okafor", uuid.uuid4())
        receive(by_mona(at, referral={"ref": str(at), "source": "SHORTLINK", "type": "OPEN_THREAD"}))

    fill(AT)
    ask()
    for number in range(1, 4):
        fill(AT + number * HOUR)
    ask()


# Name and profile


def test_a_customer_without_a_profile_is_explained(panel, mona, sandbox):
    assert "profile" not in panel()
    Customer.objects.update(name="")
    assert "Facebook has not given us the profile of this customer yet." in panel()
    sandbox.post(f"customers/{mona.psid}/profile", kind="empty")
    fresh(mona).fetch_profile()
    assert "Facebook gave us no name for this customer." in panel()
    sandbox.post(f"customers/{mona.psid}/profile", kind="forbidden")
    fresh(mona).fetch_profile()
    assert "Facebook does not show us the profile of this customer." in panel()


def test_the_time_zone_is_the_last_that_facebook_named(panel, receive, by_mona):
    assert "Europe" not in panel()
    zones = ["Europe/Berlin", "Mars/Olympus", "../../etc/passwd"]
    for number, zone in enumerate(zones):
        optin = {"type": "notification_messages", "payload": str(number), "notification_messages_timezone": zone}
        receive(by_mona(AT + number, optin=optin))
    assert "Europe/Berlin" in panel() and "Mars" not in panel()


@pytest.mark.parametrize(("locale", "language"), [("de_DE", "Speaks German"), ("xx_XX", "Speaks xx_XX")])
def test_language_and_local_time_are_known_where_facebook_shows_them(locale, language, panel, mona, sandbox, bluebird):
    sandbox.post(f"customers/{mona.psid}/profile", kind="full", locale=locale, timezone=-7.5)
    fresh(mona).fetch_profile()
    assert "Speaks" not in panel() and "their time" not in panel()
    bluebird.may_see_locale = True
    bluebird.save()
    fresh(mona).fetch_profile()
    assert language in panel() and "their time" in panel()
    assert fresh(mona).utc_offset == -7.5


def test_the_first_and_the_last_contact_are_those_of_the_customer(panel, mona, receive, said):
    assert "wrote" not in panel()
    receive(said("m_1", at=AT))
    assert "First wrote" in panel() and "Last wrote" not in panel()
    receive(said("m_2", at=AT + 3 * HOUR))
    assert "Last wrote" in panel()


def test_the_panel_says_where_the_customer_came_from(panel, receive, by_mona):
    assert "Came from" not in panel()
    receive(by_mona(referral={"ref": "flyer", "source": "SHORTLINK", "type": "OPEN_THREAD"}))
    assert "Came from the link “flyer”" in panel()


# Earlier conversations


def test_a_stay_goes_from_the_first_message_to_the_closing(mona, ana, stay):
    first, second = stay(AT), stay(AT + HOUR)
    last, before = stays([mona.conversation]).rows
    assert (before.entry, last.entry) == (f"message-{first.pk}", f"message-{second.pk}")
    assert (last.began_at, last.lasted) == (moment(AT + HOUR), "2\xa0minutes")
    assert (last.names, last.closed_by) == (["Ana Ruiz"], "Ana Ruiz")


def test_a_stay_that_the_bot_closed_names_the_bot(mona, bluebird, stay):
    bluebird.bot_name = "Robin"
    bluebird.save()
    stay(AT, closed_by=None, author=None, is_by_bot=True)
    [shown] = stays([Conversation.objects.get()]).rows
    assert (shown.names, shown.closed_by) == (["Robin (bot)"], "Robin (bot)")


def test_nobody_replied_where_only_a_rule_or_a_failed_message_did(mona, stay, panel):
    stay(AT, is_automatic=True)
    stay(AT + HOUR, state="failed")
    assert [shown.names for shown in stays([mona.conversation]).rows] == [[], []]
    assert "Nobody replied" in panel()


def test_a_stay_says_why_the_bot_asked_for_people(mona, stay):
    stay(AT)
    given = {"from_holder": Holder.BOT, "to_holder": Holder.QUEUE, "cause": Cause.HANDED_OVER, "revision": 1}
    Handover.objects.create(
        conversation=mona.conversation, at=moment(AT + MINUTE), note="Refund", summary="Her lid is broken", **given
    )
    assert [shown.reason for shown in stays([mona.conversation]).rows] == ["Her lid is broken"]


def test_a_reopened_conversation_without_words_of_the_customer_begins_with_its_reopening(conversation, ana):
    conversation.close(ana)
    conversation.reopen(ana)
    conversation.close(ana)
    reopened = conversation.handovers.get(cause=Cause.REOPENED)
    last, _first = stays([conversation]).rows
    assert (last.entry, last.began_at) == (f"handover-{reopened.pk}", reopened.at)


def test_the_conversation_that_is_still_open_is_no_earlier_one(mona, stay, receive, said):
    stay(AT)
    receive(said("m_new", at=AT + HOUR))
    assert len(stays([mona.conversation]).rows) == 1


def test_show_more_goes_on_after_the_last_stay(bens, mona, stay):
    asked = [stay(AT + number * HOUR) for number in range(MOST_STAYS + 2)]
    first = stays([mona.conversation])
    rest = stays([mona.conversation], first.more)
    entries = [shown.entry for shown in [*first.rows, *rest.rows]]
    assert entries == [f"message-{message.pk}" for message in reversed(asked)]
    assert rest.more is None
    address = reverse("customer-stays", args=[mona.conversation.pk])
    assert bens.get(f"{address}?before={first.more}", headers=HTMX).text.count("<a ") == 2


# Notes


def test_notes_are_listed_with_their_authors_and_deleted_ones_are_not(panel, mona, ana, ben):
    Note.objects.add(mona.conversation, ana, "Likes green tea", uuid.uuid4())
    Note.objects.add(mona.conversation, ben, "A secret", uuid.uuid4()).delete_text()
    assert "Likes green tea" in panel() and "Ana Ruiz" in panel() and "A secret" not in panel()


# Pictures and files


def test_the_files_of_the_customer_are_shown_and_no_others(mona, sent_file):
    picture = sent_file()
    sent_file(kind="sticker")
    sent_file(media_type="")
    sent_file(card=1)
    sent_file(is_incoming=False)
    document = sent_file(AT + 1, kind="file", media_type="application/pdf", title="bill.pdf")
    assert parts.files([mona.conversation]).rows == [document, picture]


def test_show_more_goes_on_after_the_last_file(mona, sent_file):
    sent = [sent_file(AT + number // 2) for number in range(parts.MOST_FILES + 3)]
    first = parts.files([mona.conversation])
    assert [*first.rows, *parts.files([mona.conversation], first.more).rows] == sent[::-1]
