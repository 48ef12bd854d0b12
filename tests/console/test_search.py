"""Search over everything said: messages, notes, names, labels, file names and ids, of what the agent may see."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from console.infrastructure.redis import redis
from console.models import (
    Attachment,
    Conversation,
    Customer,
    Label,
    MergedCustomer,
    Message,
    Note,
    SearchDocument,
    SearchWord,
    Team,
)
from console.search import results
from console.search.indexing import SPOKEN
from console.search.query import Query
from console.search.results import Search, TooSlow
from console.search.words import LEARNED
from console.wording.payloads import spoken_words
from personas.models import Page
from tests.bench.fill import fill
from tests.conftest import restrict
from tests.console.conftest import HTMX


@pytest.fixture
def find(ana):
    """Return the texts that Ana finds, customers by name first."""

    def find(text, agent=ana):
        groups = Search(agent, Query(text)).groups
        return [("".join(part.text for part in hit.parts)) for group in groups for hit in group.hits]

    return find


@pytest.fixture
def people(ana):
    """Return the names of the customers in whose conversations Ana finds something."""
    return lambda text: [str(group.conversation) for group in Search(ana, Query(text)).groups]


def write_note(conversation, author, text):
    return Note.objects.add(conversation, author, text, uuid.uuid4())


@pytest.fixture
def paul(db):
    """Paul wrote to Bluebird Coffee."""
    page = Page.objects.create(page_id="900", name="Bluebird Coffee", token="x", state=Page.State.CONNECTED)
    customer = Customer.objects.create(page=page, psid="4242", name="Paul Adler")
    return Conversation.objects.create(page=page, customer=customer)


def add(conversation, text, **more):
    incoming = {"is_incoming": True, "state": "received"} if "author" not in more else {"is_incoming": False}
    fields = {"at": timezone.now(), "revision": 1, "mid": f"m_{uuid.uuid4().hex}", "state": "sent"}
    return Message.objects.create(
        conversation=conversation, page_id=conversation.page_id, text=text, **(fields | incoming | more)
    )


# Found


def test_a_message_is_found_by_its_words_whatever_their_case_and_order(conversation, find):
    add(conversation, "Where is my Parcel, please?")
    assert find("parcel WHERE") == ["Where is my Parcel, please?"]
    assert find("parcel tea") == []


def test_the_beginning_of_a_word_is_enough(conversation, find):
    add(conversation, "Where is my parcel?")
    assert find("parc") == ["Where is my parcel?"]


@pytest.fixture
def learn(db):
    """Learn all words, as many sweeps do; whatever was learned in other tests."""

    def learn_all():
        while SearchWord.objects.learn():
            pass

    redis().delete(LEARNED)
    return learn_all


def test_a_part_of_a_word_is_enough_once_the_sweep_has_learned_the_word(conversation, find, learn):
    add(conversation, "Das Rückpaket 2026-XK-4711 fehlt")
    learn()
    assert len(find("paket")) == len(find("ückpa fehlt")) == len(find("711")) == 1
    assert find("pakete") == find("paket -tee oolong") == []


@pytest.mark.parametrize("typed", ["parcle", "pracel", "parel", "parcell", "porcel", "parcek"])
def test_a_word_with_a_typing_error_is_found_where_nothing_else_is(typed, conversation, ana, learn):
    add(conversation, "where is my parcel")
    learn()
    search = Search(ana, Query(typed))
    assert search.is_near
    assert [part.text for part in search.groups[0].hits[0].parts if part.is_marked] == ["parcel"]


def test_another_number_is_no_typing_error(conversation, find, learn):
    add(conversation, "order 47110")
    learn()
    assert find("order 47111") == []


def test_words_are_learned_anew_after_an_older_database_was_restored(conversation, find, learn):
    add(conversation, "where is my parcel")
    redis().set(LEARNED, 10**12)
    learn()
    assert len(find("arcel")) == 1


def test_words_of_a_document_that_was_written_late_are_learned_with_the_next_one(conversation, find, learn):
    add(conversation, "where is my parcel")  # by a transaction that ended after another one with a later document
    redis().set(LEARNED, SearchDocument.objects.latest("pk").pk)
    add(conversation, "anybody there?")
    learn()
    assert len(find("arcel")) == 1


def test_of_a_text_that_is_too_long_for_the_index_the_beginning_is_found(conversation, find):
    words = (chr(0x4E00 + number % 20_000) + chr(0x6900 + number // 20_000) for number in range(160_000))
    add(conversation, f"Begin {' '.join(words)} end")
    assert len(find("begin")) == 1
    assert not find("end")


def test_words_of_what_was_unsent_are_forgotten(receive, said, by_mona, learn):
    receive(said("m_1", text="my secret parcel"))
    learn()
    assert SearchWord.objects.filter(word="secret").exists()
    receive(by_mona(message={"mid": "m_1", "is_deleted": True}))
    assert not SearchWord.objects.filter(word__in=["secret", "parcel"]).exists()


def test_words_of_another_page_help_nobody_who_cannot_see_it(paul, conversation, ben, learn):
    add(conversation, "a secret parcel")
    restrict(conversation.page)
    learn()
    for query in ["ecret", "secert"]:
        assert Search(ben, Query(query)).groups == []


def test_words_in_quotes_are_found_where_they_follow_each_other(conversation, find):
    add(conversation, "green tea")
    add(conversation, "tea, green as ever")
    assert find('"green tea"') == ["green tea"]


def test_an_order_number_is_found_within_signs(conversation, find):
    add(conversation, "It is #4711-B/2026, see https://example.com/orders?id=815")
    for query in ["4711", "#4711-B", "815", "orders", "example.com/orders"]:
        assert len(find(query)) == 1, query


def test_words_with_other_letters_are_found(conversation, find):
    add(conversation, "Mein Päckchen ist beschädigt, größer geht\u2019s nicht 🎉")
    add(conversation, "где моя посылка")
    assert len(find("päck")) == len(find("GRÖSSER geht\u2019s".replace("SS", "ß"))) == len(find("посыл")) == 1


def test_a_message_of_an_agent_and_one_by_webhook_are_found(say, receive, said, find):
    say("The parcel leaves today")
    receive(said("m_1", text="A parcel of tea"))
    assert sorted(find("parcel")) == ["A parcel of tea", "The parcel leaves today"]


def test_a_note_is_found_with_its_author(conversation, ben, ana):
    write_note(conversation, ben, "Mona is a wholesaler")
    [group] = Search(ana, Query("wholesaler")).groups
    assert (group.hits[0].by, group.hits[0].anchor) == ("Note by Ben Okafor", f"note-{Note.objects.get().pk}")


def test_a_file_is_found_by_its_name_and_leads_to_its_message(conversation, ana):
    message = add(conversation, "")
    Attachment.objects.create(message=message, kind="file", url="https://cdn.example.com/x/invoice-4711.pdf?oh=1")
    [group] = Search(ana, Query("invoice 4711")).groups
    assert group.hits[0].anchor == f"message-{message.pk}"
    assert "".join(part.text for part in group.hits[0].parts) == "invoice-4711.pdf"


def test_cards_are_found_by_their_words_and_by_their_buttons(conversation, find):
    button = {"type": "postback", "title": "Track parcel", "payload": "TRACKING_SECRET"}
    card = {"title": "Green tea", "subtitle": "Ships tomorrow", "buttons": [button]}
    payload = {"template_type": "generic", "elements": [card, {"title": "Teapot"}]}
    attachment = Attachment.objects.create(message=add(conversation, ""), kind="template", payload=payload)
    for words in ("green", "ships tomorrow", "track", "teapot"):
        assert find(words) == ["Green tea Ships tomorrow Track parcel Teapot"]
    assert find("TRACKING_SECRET") == find("generic") == []
    attachment.payload = None
    attachment.save()
    assert find("teapot") == []


JSON_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
NAMES = st.sampled_from(["title", "subtitle", "text", "payload", "elements"])
PAYLOADS = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | JSON_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


@given(payload=PAYLOADS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_the_index_and_the_results_take_the_same_words_from_a_payload(db, payload):
    with connection.cursor() as cursor:
        cursor.execute("SELECT said #>> '{}' FROM jsonb_path_query(%s, %s) AS said", [Jsonb(payload), SPOKEN])
        indexed = [said for (said,) in cursor.fetchall() if said]
    assert sorted(indexed) == sorted(spoken_words(payload))


def test_a_message_that_is_found_with_its_file_is_shown_once(conversation, find):
    message = add(conversation, "here is the invoice")
    Attachment.objects.create(message=message, kind="file", title="invoice.pdf")
    assert find("invoice") == ["here is the invoice"]


def test_a_customer_is_found_by_name_and_by_id(conversation, people):
    assert people("mona web") == people(conversation.customer.psid) == ["Mona Weber"]
    Customer.objects.filter(pk=conversation.customer_id).update(name="Mona Brandt")
    assert (people("weber"), people("brandt")) == ([], ["Mona Brandt"])


def test_a_customer_is_found_by_a_label(conversation, people):
    label = Label.objects.create(name="Refund due")
    label.conversations.add(conversation)
    assert people("label:refund") == ["Mona Weber"]


@pytest.mark.parametrize("query", ["refund", "refund due", "due", "REFUND D"])
@pytest.mark.parametrize("has_customer", [True, False])
def test_a_customer_is_found_by_the_words_of_a_label_which_the_results_show(
    query, has_customer, conversation, people, anas_browser
):
    label = Label.objects.create(name="Refund due")
    (label.customers if has_customer else label.conversations).add(
        conversation.customer if has_customer else conversation
    )
    assert people(query) == ["Mona Weber"]
    page = anas_browser.get("/search/", {"q": query}, headers=HTMX).content.decode()
    assert '<span class="label label-grey">Refund due</span>' in page
    assert people("fund") == people("refund tea") == []


def test_a_customer_who_is_found_by_name_and_by_label_is_shown_once_and_first(conversation, paul, people, ana):
    label = Label.objects.create(name="Monaco")
    label.customers.add(conversation.customer, paul.customer)
    label.conversations.add(conversation)
    assert people("mona") == ["Mona Weber", "Paul Adler"]


def test_a_label_finds_no_customer_of_a_page_that_the_agent_may_not_see(conversation, paul, people):
    label = Label.objects.create(name="VIP")
    label.customers.add(conversation.customer, paul.customer)
    restrict(paul.page)
    assert people("vip") == ["Mona Weber"]


def test_a_message_is_found_by_facebooks_id(conversation, find):
    add(conversation, "this one", mid="m_AbC-12_3")
    assert find("m_AbC-12_3") == ["this one"]


def test_imported_history_is_found(conversation, find):
    add(conversation, "from long ago", is_imported=True)
    assert find("long ago") == ["from long ago"]


def test_a_word_is_marked_in_its_context(conversation, ana):
    add(conversation, "word " * 60 + "the parcel came " + "word " * 60)
    [group] = Search(ana, Query("parcel")).groups
    parts = group.hits[0].parts
    assert [part.text for part in parts if part.is_marked] == ["parcel"]
    assert len("".join(part.text for part in parts)) < 200


def test_results_are_grouped_by_customer_the_newest_first(conversation, paul, people, ana):
    for number in range(5):
        add(conversation, f"parcel {number}")
    add(paul, "parcel of coffee")
    assert people("parcel") == ["Paul Adler", "Mona Weber"]
    group = Search(ana, Query("parcel")).groups[1]
    assert (len(group.hits), group.more) == (3, 2)


# Not found


def test_an_unsent_message_is_not_found(receive, said, by_mona, find):
    receive(said("m_1", text="my secret parcel"))
    assert find("secret") == ["my secret parcel"]
    receive(by_mona(message={"mid": "m_1", "is_deleted": True}))
    assert find("secret") == []
    assert not SearchDocument.objects.filter(message__isnull=False, vector__contains="secret").exists()


def test_of_an_edited_message_the_new_words_are_found(receive, said, by_mona, find):
    receive(said("m_1", text="two parcels"))
    receive(by_mona(message_edit={"mid": "m_1", "text": "three boxes", "num_edit": 1}))
    assert (find("parcels"), find("boxes")) == ([], ["three boxes"])


def test_of_an_edited_and_of_a_deleted_note_the_old_words_are_not_found(conversation, ana, find):
    note = write_note(conversation, ana, "likes jasmine")
    note.edit("likes oolong")
    assert (find("jasmine"), find("oolong")) == ([], ["likes oolong"])
    note.delete_text()
    assert find("oolong") == []


def test_what_was_deleted_leaves_no_document(conversation, find):
    message = add(conversation, "gone soon")
    Attachment.objects.create(message=message, kind="file", title="gone.pdf")
    Attachment.objects.all().delete()
    message.delete()
    assert not SearchDocument.objects.said().exists()


def test_what_is_said_on_a_page_of_others_is_found_by_nobody_else(conversation, ana, ben, find, bens):
    message = add(conversation, "a secret parcel")
    write_note(conversation, ana, "secret note")
    ana.groups.add(restrict(conversation.page))
    for query in ["secret", "mona", "from:mona", message.mid, conversation.customer.psid, 'page:"Bluebird Tea"']:
        assert Search(ben, Query(query)).groups == [], query
        page = bens.get("/search/", {"q": query}, headers=HTMX).content.decode()
        assert "Nothing found" in page and "Mona Weber" not in page, query
    assert len(find("secret")) == 2


def test_what_is_said_is_found_after_a_transfer(conversation, ana, ben, find):
    add(conversation, "a parcel")
    conversation.transfer(ana, to=ben)
    assert find("parcel") == find("parcel", agent=ben) == ["a parcel"]


# How it is asked for


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("parcel from:ana", ["your parcel"]),
        ('parcel from:"Ana Ruiz"', ["your parcel"]),
        ("parcel from:mona", ["my parcel"]),
        ("parcel with:mona", ["my parcel", "your parcel"]),
        ('parcel page:"bluebird coffee"', ["coffee parcel"]),
        ("parcel is:closed", ["coffee parcel"]),
        ("parcel is:waiting", []),
        ("parcel is:open", ["my parcel", "your parcel"]),
        ("parcel before:2020-01-01", []),
        ("parcel after:2020-01-01 with:paul", ["coffee parcel"]),
        ("has:link", ["see https://example.com"]),
        ("has:picture", ["look"]),
        ("parcel color:green", []),
        ("parcel team:refunds", ["coffee parcel"]),
        ("parcel team:fund is:closed", ["coffee parcel"]),
        ("parcel team:tea", []),
        ("parcel with:", ["coffee parcel", "my parcel", "your parcel"]),
    ],
)
def test_operators_narrow_what_is_found(query, found, conversation, paul, ana, find):
    add(conversation, "my parcel")
    add(conversation, "your parcel", author=ana)
    add(paul, "coffee parcel")
    add(conversation, "see https://example.com")
    Attachment.objects.create(message=add(conversation, "look"), kind="image")
    refunds = Team.objects.create(name="Refunds")
    Conversation.objects.filter(pk=paul.pk).update(closed_at=timezone.now(), team=refunds)
    assert sorted(find(query)) == found


def test_merged_customers_are_found_each_with_what_was_said_there(conversation, paul, people, find, ana, ben):
    MergedCustomer.objects.merge(conversation, paul, ana)
    add(conversation, "my parcel")
    add(paul, "coffee parcel")
    assert sorted(find("parcel")) == ["coffee parcel", "my parcel"]
    assert sorted(people("parcel")) == ["Mona Weber", "Paul Adler"]
    assert (find("parcel with:mona"), find("parcel with:paul")) == (["my parcel"], ["coffee parcel"])
    restrict(paul.page)
    assert find("parcel") == ["my parcel"]


@pytest.mark.parametrize("query", ["before:tomorrow", "after:2026-13-40", "is:happy", "has:wings"])
def test_a_value_that_an_operator_cannot_have_is_named(query, anas_browser):
    page = anas_browser.get("/search/", {"q": query}, headers=HTMX).content.decode()
    assert f"“{query}” is not" in page


def test_an_empty_query_shows_the_operators(anas_browser):
    page = anas_browser.get("/search/", headers=HTMX).content.decode()
    assert 'data-insert="from:"' in page and "before:2026-11-30" in page


def test_words_are_shown_as_text_and_never_as_html(conversation, anas_browser):
    add(conversation, "<script>alert(1)</script> & <b>bold</b>")
    page = anas_browser.get("/search/", {"q": "<script> bold"}, headers=HTMX).content.decode()
    assert "<script>" not in page and "<b>" not in page
    assert '&lt;<mark class="search-mark">script</mark>&gt;' in page


@pytest.mark.parametrize("htmx", [HTMX, {}])
def test_a_search_needs_a_constant_number_of_queries(conversation, paul, anas_browser, ana, htmx):
    def ask():
        with CaptureQueriesContext(connection) as queries:
            assert anas_browser.get("/search/", {"q": "parcel"}, headers=htmx).status_code == 200
        return len(queries)

    def fill_in(number):
        for one in range(number):
            message = add([conversation, paul][one % 2], f"parcel {one}", author=ana)
            Attachment.objects.create(message=message, kind="file", title="parcel.pdf")
            write_note(conversation, ana, "parcel")

    fill_in(2)
    few = ask()
    fill_in(20)
    assert ask() == few <= 18


def test_further_results_follow_without_repeating_any(conversation, ana, anas_browser):
    for number in range(2 * results.PAGE + 5):
        add(conversation, f"parcel {number}")
    seen, search = [], Search(ana, Query("parcel"))
    while True:
        seen += [hit.row.text for group in search.groups for hit in group.hits]
        if not search.has_more:
            break
        page = anas_browser.get(f"/search/?{search.next}", headers=HTMX)
        after = page.context["after"]
        search = Search(ana, Query("parcel"), after)
    assert seen == [f"parcel {number}" for number in reversed(range(2 * results.PAGE + 5))]


def test_a_search_that_takes_too_long_says_so(conversation, anas_browser, monkeypatch):
    add(conversation, "parcel")
    monkeypatch.setattr(results, "TIME_LIMIT", "50ms")
    monkeypatch.setattr(
        results.conditions, "narrow_said", lambda said, query: said.extra(where=["pg_sleep(5) IS NOT NULL"])
    )
    page = anas_browser.get("/search/", {"q": "parcel"}, headers=HTMX)
    assert page.status_code == 200 and str(TooSlow()) in page.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        *["'", '"', "\\", "\0", "%", "_", "%_%", "&", "|", "!", "<->", ":*", "a:*", "()", "'a' & 'b'", "a\\'b"],
        *[
            "a" * 9_000,
            "a " * 3_000,
            '"' * 50,
            "from:",
            'with:"',
            "from:%",
            "before:9999-12-31",
            "🎉",
            "\u2019",
            "\u201ca\u201d",
        ],
        *["after:0001-01-01", "a\u2028b", "\ud800", "m_", "m_" + "x" * 500, "1e999", "-1", "٣", "is:\0"],
    ],
)
def test_a_hostile_query_finds_nothing_and_breaks_nothing(query, conversation, anas_browser):
    for after in ["", "9" * 30, "9999999999999999-999999999999999999", "0-0"]:
        given = {"q": query.encode("utf-8", "surrogatepass"), "after": after}
        assert anas_browser.get("/search/", given, headers=HTMX).status_code == 200


def test_a_search_uses_the_indexes(db, ana):
    fill(conversations=6_000, messages=20_000)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL random_page_cost = 1.1")
        cursor.execute("ANALYZE")
    results.NEWEST, newest = 500, results.NEWEST
    try:
        with CaptureQueriesContext(connection) as queries:
            Search(ana, Query("nothing"))
    finally:
        results.NEWEST = newest
    with connection.cursor() as cursor:
        plans = [_plan(cursor, query["sql"]) for query in queries if "console_searchdocument" in query["sql"]]
    assert len(plans) == 4
    assert [plan for plan in plans if "Seq Scan on console_searchdocument" in plan] == []
    assert "search_said" in plans[-1]


def _plan(cursor, sql):
    cursor.execute(f"EXPLAIN {sql}")
    return "\n".join(line for (line,) in cursor.fetchall())
