"""Mentions: a note names a colleague, in whose queue it stands until they open the conversation."""

import re
import uuid

import pytest

from agents.models import Agent
from console.models import Conversation, Customer, Mention, Note
from console.queue.counts import new_counts
from tests.conftest import PASSWORD, restrict
from tests.console.conftest import HTMX, words


@pytest.fixture
def note(conversation, ana):
    """Ana's note in her conversation."""
    return lambda text: Note.objects.add(conversation, ana, text, uuid.uuid4())


def mentioned(note):
    return {mention.agent.username for mention in note.mentions.select_related("agent")}


def queue(browser):
    """Return (number beside Mentions, conversations below it)."""
    html = browser.get("/queue/", headers=HTMX).content.decode()
    number = re.search(r'id="count-mentions"[^>]*>(\d+)<', html)[1]
    return int(number), [int(pk) for pk in re.findall(r'id="row-(\d+)-mention"', html)]


# Names in a text


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@Ben Okafor can you look?", {"ben"}),
        ("(@ben okafor), @Ada Lindt", {"ben", "ada"}),
        ("@ben please", {"ben"}),
        ("mail ben@Ben Okafor", set()),
        ("@Benno and @Bens", set()),
        ("@Ana Ruiz talks to herself", set()),
        ("Ben Okafor knows", set()),
    ],
)
def test_a_note_mentions_the_colleagues_whom_it_names_with_an_at(text, names, note, ben, ada):
    assert mentioned(note(text)) == names


def test_a_note_mentions_the_longest_of_two_names(note, ben):
    Agent.objects.create_user("benni", password=PASSWORD, first_name="Ben", last_name="Okafor Junior")
    assert mentioned(note("@Ben Okafor Junior knows")) == {"benni"}


def test_an_agent_who_may_not_see_the_page_or_has_left_is_not_mentioned(note, conversation, bluebird, ana, ben, ada):
    ana.groups.add(restrict(bluebird))
    ada.is_active = False
    ada.save()
    conversation.refresh_from_db()
    assert mentioned(note("@Ben Okafor @Ada Lindt")) == set()


def test_an_edit_mentions_new_colleagues_and_forgets_those_it_names_no_more(note, ben, ada):
    one = note("@Ben Okafor")
    one.edit("@Ada Lindt")
    assert mentioned(one) == {"ada"}


def test_an_edit_keeps_what_a_colleague_has_seen(note, conversation, ben):
    one = note("@Ben Okafor")
    Mention.objects.see(conversation, ben)
    one.edit("@Ben Okafor, please")
    assert Mention.objects.get().seen_at


def test_a_deleted_note_mentions_nobody(note, ben):
    one = note("@Ben Okafor")
    one.delete_text()
    assert mentioned(one) == set()


def test_a_mention_is_marked_in_the_note_beside_links(note, conversation, bens):
    note("@Ben Okafor see https://example.com <b>")
    html = bens.get(f"/conversations/{conversation.pk}/messages/?since=0", headers=HTMX).content.decode()
    assert '<mark>@Ben Okafor</mark> see <a href="https://example.com"' in html
    assert "&lt;b&gt;" in html


# The colleagues who are offered


def test_the_colleagues_who_may_see_the_conversation_are_offered(conversation, bluebird, ana, ben, ada, client):
    client.force_login(ana)
    path = f"/conversations/{conversation.pk}/colleagues/"
    assert words(client.get(path).content.decode()) == "AL Ada Lindt BO Ben Okafor"
    ana.groups.add(restrict(bluebird))
    assert words(client.get(path).content.decode()) == "AL Ada Lindt"


def test_no_colleague_is_offered_to_an_agent_who_may_not_see_the_conversation(conversation, bluebird, bens):
    restrict(bluebird)
    assert bens.get(f"/conversations/{conversation.pk}/colleagues/").status_code == 404


def test_offering_colleagues_needs_a_constant_number_of_queries(conversation, bens, django_assert_num_queries):
    path = f"/conversations/{conversation.pk}/colleagues/"
    with django_assert_num_queries(5):
        bens.get(path)
    for number in range(20):
        Agent.objects.create_user(f"agent{number}")
    with django_assert_num_queries(5):
        bens.get(path)


# Their queue


def test_a_mention_stands_in_the_queue_of_the_colleague_until_they_open_the_conversation(note, conversation, bens, ana):
    note("@Ben Okafor")
    note("@Ben Okafor again")
    assert queue(bens) == (1, [conversation.pk])
    assert b" again" in bens.get(f"/conversations/{conversation.pk}/", headers=HTMX).content
    assert queue(bens) == (0, [])


def test_a_conversation_that_a_colleague_opens_keeps_the_mentions_of_others(note, conversation, bens, ada):
    note("@Ada Lindt @Ben Okafor")
    bens.post(f"/conversations/{conversation.pk}/see/")
    assert list(Mention.objects.unseen().values_list("agent", flat=True)) == [ada.pk]


def test_a_mention_in_a_closed_conversation_stands_in_the_queue(note, conversation, bens, ana):
    conversation.close(ana)
    note("@Ben Okafor")
    assert queue(bens) == (1, [conversation.pk])


def test_a_colleague_who_lost_access_sees_no_mention(note, conversation, bluebird, bens):
    note("@Ben Okafor")
    restrict(bluebird)
    assert queue(bens) == (0, [])
    assert b"Mona" not in bens.get("/queue/mentions/").content
    assert bens.post(f"/conversations/{conversation.pk}/see/").status_code == 404
    assert Mention.objects.unseen().exists()


def test_mentions_are_counted_for_all_agents_by_a_constant_number_of_queries(
    note, bluebird, ana, ben, ada, django_assert_num_queries
):
    note("@Ben Okafor")
    with django_assert_num_queries(3):
        new_counts()
    for number in range(10):
        customer = Customer.objects.create(page=bluebird, psid=f"77{number}", name="Guest")
        other = Conversation.objects.create(page=bluebird, customer=customer)
        Note.objects.add(other, ana, "@Ben Okafor @Ada Lindt", uuid.uuid4())
    with django_assert_num_queries(3):
        counts = new_counts()
    assert [counts.of([bluebird.pk], agent.pk, None)["mentions"] for agent in (ana, ben, ada)] == [0, 11, 10]
