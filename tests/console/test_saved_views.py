"""Saved views: their conditions and order, who may use and change them, and their rows and numbers at the desk."""

import random
import re
import time
import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from console.infrastructure.redis import redis
from console.live.batch import Batch
from console.live.listener import Listener
from console.live.publishing import channel
from console.live.topics import Changes
from console.live.view_rows import numbers_of_views
from console.models import Activity, Conversation, Customer, CustomField, CustomValue, Label, SavedView, Team
from console.queue.orders import before, behind
from console.queue.shown_section import PAGE
from console.queue.viewers import viewers
from console.saved_views import counts, reading
from console.saved_views.conditions import in_order, matching
from console.saved_views.form import SavedViewForm
from console.saved_views.reading import OF_AGENT, places_of
from console.wording.saved_views import words
from personas.models import Page
from tests.conftest import restrict
from tests.console.conftest import HTMX

pytestmark = pytest.mark.django_db
AD = {"source": "ADS", "ad_id": "1"}
FORM = {"name": "Ads unread", "state": "open", "order": "wait", "audience": "own"}


@pytest.fixture
def guest(bluebird):
    """Create a conversation; return it."""

    def make(customer=None, page=bluebird, **fields):
        customer = Customer.objects.create(page=page, psid=uuid.uuid4().hex, name="Guest", **(customer or {}))
        fields = {name: moment(value) for name, value in fields.items()}
        return Conversation.objects.create(page=page, customer=customer, **fields)

    return make


@pytest.fixture
def make(ana):
    def make_view(author=ana, **fields):
        return SavedView.objects.create(**{"name": "A view", "author": author} | fields)

    return make_view


def came(conversation, details, at=timedelta()):
    Activity.objects.create(
        conversation=conversation, kind="referral", details=details, at=moment(at), revision=1, digest=uuid.uuid4().hex
    )


def ago(**length):
    return -timedelta(**length)


def moment(value):
    """Return the moment so long before or after now: tests begin long after this file was read."""
    return timezone.now() + value if isinstance(value, timedelta) else value


def found_by(view):
    return set(matching(view))


def allow_sharing(agent):
    agent.user_permissions.add(Permission.objects.get(codename="manage_canned_replies"))


# Conditions


@pytest.mark.parametrize(
    ("condition", "meets", "misses"),
    [
        ({"state": "waiting"}, {"holder": "queue"}, {"holder": "bot"}),
        ({"state": "bot"}, {"holder": "bot"}, {"holder": "queue"}),
        ({"state": "open"}, {"holder": "bot"}, {"closed_at": ago()}),
        ({"state": "closed"}, {"closed_at": ago(days=29)}, {"closed_at": ago(days=31)}),
        ({"is_unread": True}, {"unread": 1}, {"unread": 0}),
        ({"waits_minutes": 30}, {"waiting_since": ago(minutes=31)}, {"waiting_since": ago(minutes=20)}),
        ({"waits_minutes": 30}, {"waiting_since": ago(days=1)}, {"waiting_since": None}),
        (
            {"window_hours": 2},
            {"messaging_window_until": timedelta(hours=1)},
            {"messaging_window_until": timedelta(hours=3)},
        ),
        (
            {"window_hours": 2},
            {"messaging_window_until": timedelta(hours=1)},
            {"messaging_window_until": ago(hours=1)},
        ),
        ({"language": "de"}, {"customer": {"locale": "de_AT"}}, {"customer": {"locale": "den_DE"}}),
        ({"language": "de"}, {"customer": {"locale": "de"}}, {"customer": {"locale": ""}}),
    ],
)
def test_a_view_finds_what_meets_its_condition_and_nothing_else(condition, meets, misses, guest, make):
    row, _other = guest(**meets), guest(**misses)
    assert found_by(make(**condition)) == {row}


def test_a_view_finds_conversations_of_its_page_its_team_and_with_an_agent(guest, make, ana, ben, bluebird):
    other_page = Page.objects.create(page_id="7", token="t", name="Rosehip", state=Page.State.CONNECTED)
    refunds = Team.objects.create(name="Refunds")
    plain, elsewhere, of_team = guest(), guest(page=other_page), guest(team=refunds)
    held = guest(holder="agent", agent=ana)
    assert found_by(make(on_page=bluebird)) == {plain, of_team, held}
    assert found_by(make(on_page=other_page)) == {elsewhere}
    assert found_by(make(for_team=refunds)) == {of_team}
    assert found_by(make(state="agent")) == {held}
    guest(holder="agent", agent=ben)
    assert found_by(make(held_by=ana)) == {held}


def test_a_view_finds_a_label_of_the_conversation_or_of_its_customer(guest, make):
    label, [by_row, by_customer, _other] = Label.objects.create(name="VIP"), [guest() for _number in range(3)]
    by_row.labels.add(label)
    by_customer.customer.labels.add(label)
    assert found_by(make(label=label)) == {by_row, by_customer}


@pytest.mark.parametrize(
    ("door", "details"),
    [
        ("ad", AD),
        ("ad", {"source": "SHORTLINK", "ad_title": "Tea"}),
        ("form", {"kind": "LEAD_COMPLETE", "ad_id": "1"}),
        ("site", {"referer_uri": "https://shop.example/"}),
        ("shop", {"product_id": "7", "referer_uri": "https://shop.example/"}),
        ("link", {"ref": "flyer", "source": "SHORTLINK"}),
        ("post", {"post_id": "102_99"}),
        ("post", {**AD, "post_id": "102_99"}),
        ("ad", {**AD, "post_id": "102_99"}),
    ],
)
def test_a_view_finds_customers_by_the_way_they_came_last(door, details, guest, make):
    row, _never, before = guest(), guest(), guest()
    came(row, details)
    came(before, details, at=ago(days=2))
    came(before, {"referer_uri": "x"} if door != "site" else AD, at=ago(days=1))
    assert found_by(make(came_by=door)) == {row}


def test_a_customer_who_came_by_a_post_came_by_no_link(guest, make):
    came(guest(), {"post_id": "102_99"})
    assert found_by(make(came_by="link")) == set()


def test_a_view_finds_customers_by_the_value_of_a_custom_field(guest, make, ana):
    field, [gold, silver, _none] = CustomField.objects.create(name="Plan"), [guest() for _number in range(3)]
    for row, value in ((gold, "Gold"), (silver, "Silver")):
        CustomValue.objects.create(field=field, customer=row.customer, value=value, changed_by=ana)
    assert found_by(make(custom_field=field, custom_value="gold")) == {gold}


def test_a_view_finds_only_what_meets_all_its_conditions(guest, make):
    row = guest(unread=1, waiting_since=ago(hours=1))
    for other in ({"unread": 1}, {"waiting_since": ago(hours=1)}, {}):
        came(guest(**other), AD)
    came(row, AD)
    assert found_by(make(is_unread=True, waits_minutes=10, came_by="ad")) == {row}


def test_the_window_of_a_view_closes_as_that_of_the_row(guest, make, bluebird):
    bluebird.may_use_human_agent = True
    bluebird.save()
    random.seed(1)
    moments = [None, *(timezone.now() + timedelta(minutes=minutes) for minutes in (-90, -1, 30, 90, 500))]
    columns = ["messaging_window_until", "ad_window_until", "human_agent_until"]
    rows = [guest(**{column: random.choice(moments) for column in columns}) for _number in range(60)]
    for row in rows:
        row.page = bluebird
    within = timezone.now() + timedelta(hours=1)
    expected = {row for row in rows if row.messaging_window_until and row.answerable_until}
    expected = {row for row in expected if row.answerable_until < within}
    assert {row for row in found_by(make(window_hours=1)) if row.messaging_window_until} == expected


# Order


def test_a_view_is_sorted_by_the_longest_wait_the_newest_or_the_window_that_closes_soonest(guest, make):
    a = guest(waiting_since=ago(hours=3), last_at=ago(hours=1), messaging_window_until=timedelta(hours=9))
    b = guest(waiting_since=ago(hours=2), last_at=ago(hours=2), messaging_window_until=timedelta(hours=2))
    c = guest(waiting_since=None, last_at=ago(minutes=1), messaging_window_until=ago(hours=1))
    assert [list(in_order(make(order=order))) for order in ("wait", "newest", "window")] == [
        [a, b, c],
        [c, a, b],
        [b, a, c],
    ]


def test_a_view_is_sorted_by_the_first_reply_that_is_due_soonest_and_then_by_the_longest_wait(guest, make):
    waits = guest(waiting_since=ago(hours=9))
    newest = guest(last_at=ago(minutes=1))
    waits_shorter = guest(waiting_since=ago(hours=1))
    due_later = guest(waiting_since=ago(hours=3), answer_by=timedelta(minutes=9))
    overdue = guest(waiting_since=ago(minutes=9), answer_by=ago(minutes=2))
    assert list(in_order(make(order="due"))) == [overdue, due_later, waits, waits_shorter, newest]


@pytest.mark.parametrize("order", ["wait", "newest", "window", "due"])
def test_pages_of_a_view_show_each_of_many_equal_rows_once(order, guest, make, anas_browser):
    now = timezone.now()
    moments = [now - timedelta(minutes=number % 3) for number in range(2 * PAGE + 7)]
    same = [{"waiting_since": at, "last_at": at, "answer_by": at} for at in moments]
    rows = [guest(messaging_window_until=each["last_at"] + timedelta(days=1), **each) for each in same]
    view = make(order=order)
    path, shown = f"/queue/view-{view.pk}/", []
    while path:
        page = anas_browser.get(path).content.decode()
        shown += [int(pk) for pk in re.findall(r'id="row-(\d+)-view', page)]
        more = re.search(r'href="([^"]*after=[^"]*)"', page)
        path = more and more[1]
    assert shown == list(in_order(view).values_list("pk", flat=True))
    assert sorted(shown) == sorted(row.pk for row in rows)


# The desk


def rows_of(answer, view):
    return [int(pk) for pk in re.findall(rf'id="row-(\d+)-view-{view.pk}"', answer.content.decode())]


def refresh(browser, *views):
    return browser.get("/queue/", {f"view-{view.pk}": PAGE for view in views}, headers=HTMX)


def test_a_view_stands_folded_below_the_sections_and_is_read_once_it_is_opened(anas_browser, guest, make):
    row, view = guest(unread=1), make(name="Unread ones", is_unread=True)
    folded = anas_browser.get("/")
    assert rows_of(folded, view) == [] and f'href="/queue/view-{view.pk}/"' in folded.content.decode()
    assert folded.content.index(b'id="section-closed"') < folded.content.index(b"Unread ones")
    assert rows_of(refresh(anas_browser, view), view) == [row.pk]


def test_a_view_shows_only_conversations_that_whoever_looks_may_see(anas_browser, bens, guest, make, bluebird, ben):
    row, view = guest(), make(scope="everyone")
    ben.groups.add(restrict(bluebird))
    assert rows_of(refresh(bens, view), view) == [row.pk]
    assert rows_of(refresh(anas_browser, view), view) == []
    assert rows_of(anas_browser.get(f"/queue/view-{view.pk}/"), view) == []


def test_a_view_that_names_a_page_is_hidden_from_agents_who_may_not_see_it(anas_browser, bens, make, bluebird, ben):
    label = Label.objects.create(name="Secret", page=bluebird)
    field = CustomField.objects.create(name="Code", page=bluebird)
    views = [
        make(ben, scope="everyone", name=f"Hidden {key}", **given)
        for key, given in enumerate(
            [
                {"on_page": bluebird},
                {"label": label},
                {"custom_field": field, "custom_value": "1"},
            ]
        )
    ]
    ben.groups.add(restrict(bluebird))
    allow_sharing(ben)
    allow_sharing(type(ben).objects.get(username="ana"))
    for browser, status in ((bens, 200), (anas_browser, 404)):
        assert (b"Hidden" in browser.get("/views/").content) is (status == 200)
        assert (b"Hidden" in browser.get("/").content) is (status == 200)
        for view in views:
            assert browser.get(f"/views/{view.pk}/").status_code == status
            assert browser.get(f"/queue/view-{view.pk}/").status_code == status


def test_a_view_is_seen_by_its_author_its_team_those_of_its_page_or_everyone(make, ana, ben, ada, bluebird):
    refunds = Team.objects.create(name="Refunds")
    refunds.members.add(ben)
    rosehip = Page.objects.create(page_id="7", token="t", name="Rosehip", state=Page.State.CONNECTED)
    ben.groups.add(restrict(rosehip))
    views = {
        "own": make(),
        "everyone": make(scope="everyone"),
        "team": make(scope="team", team=refunds),
        "page": make(scope="page", page=rosehip),
    }
    seen = {ana: {"own", "everyone"}, ben: {"everyone", "team", "page"}, ada: {"everyone", "team", "page"}}
    for agent, names in seen.items():
        by_database = set(SavedView.objects.visible_to(agent))
        rights = viewers_rights(agent)
        pages = {page.pk for page in Page.objects.open_to(agent)}
        at_desk = {view for view in OF_AGENT(agent=agent.pk) if view.is_visible_with(agent.pk, rights, pages)}
        assert at_desk == by_database == {views[name] for name in names}


def test_views_behind_those_that_the_queue_has_room_for_are_listed_and_editable(anas_browser, make, ben, monkeypatch):
    monkeypatch.setattr(reading, "MOST", 2)
    shared = [make(ben, name=f"A {number}", scope="everyone") for number in range(2)]
    own = make(name="Z")
    shown = re.findall(r'id="section-view-(\d+)"', anas_browser.get("/").content.decode())
    assert [int(pk) for pk in shown] == [own.pk, shared[0].pk]
    listed = anas_browser.get("/views/").content.decode()
    assert all(name in listed for name in ("A 0", "A 1", f"/views/{own.pk}/"))
    assert anas_browser.post(f"/views/{own.pk}/delete/").status_code == 302


def test_a_view_for_a_team_is_hidden_from_agents_who_may_see_no_page_of_it(anas_browser, bens, make, ben, bluebird):
    secret, open_team = Team.objects.create(name="Secret team"), Team.objects.create(name="Open team")
    secret.pages.add(bluebird)
    open_team.pages.add(Page.objects.create(page_id="7", token="t", name="Rosehip", is_open_to_all=True), bluebird)
    ben.groups.add(restrict(bluebird))
    hidden, _shown = (make(ben, name=team.name, scope="everyone", for_team=team) for team in (secret, open_team))
    allow_sharing(ben)
    for browser, names in ((bens, {"Secret", "Open"}), (anas_browser, {"Open"})):
        for path in ("/", "/views/", "/views/new/"):
            assert set(re.findall("(Secret|Open) team", browser.get(path).content.decode())) == names
        assert browser.get(f"/queue/view-{hidden.pk}/").status_code == (200 if "Secret" in names else 404)


def test_a_view_may_name_a_team_of_its_author_that_has_no_page(anas_browser, ana):
    own = Team.objects.create(name="Own team")
    assert anas_browser.post("/views/new/", FORM | {"for_team": own.pk}).status_code == 422
    own.members.add(ana)
    assert anas_browser.post("/views/new/", FORM | {"for_team": own.pk}).status_code == 302
    assert "Own team" in anas_browser.get("/views/").content.decode()


def viewers_rights(agent):
    [rights] = viewers({session_of(agent): agent.pk})[0]
    return rights


def test_the_queue_needs_one_query_for_views_that_are_folded_however_many_there_are(anas_browser, make, guest):
    guest()
    none = queries(lambda: anas_browser.get("/"))
    make()
    one = queries(lambda: anas_browser.get("/"))
    for number in range(9):
        make(name=f"View {number}", label=Label.objects.create(name=f"Label {number}"))
    assert queries(lambda: anas_browser.get("/")) == one == none + 1


def test_an_open_view_costs_a_constant_number_of_queries(anas_browser, make, guest):
    view = make()
    guest()
    few = queries(lambda: refresh(anas_browser, view))
    for _number in range(30):
        guest()
    assert queries(lambda: refresh(anas_browser, view)) == few


def queries(work):
    with CaptureQueriesContext(connection) as found:
        work()
    return len(found)


# The form


def test_an_agent_saves_edits_and_deletes_a_view(anas_browser, ana, bluebird):
    answer = anas_browser.post("/views/new/", FORM | {"on_page": bluebird.pk, "is_unread": "on", "came_by": "ad"})
    view = SavedView.objects.get()
    assert answer["Location"] == f"/#section-view-{view.pk}"
    assert (view.author, view.on_page, view.is_unread, view.came_by, view.scope) == (ana, bluebird, True, "ad", "own")
    page = anas_browser.get("/views/").content.decode()
    assert "Ads unread" in page and "on the Page Bluebird Tea · unread · came by an ad" in page
    anas_browser.post(f"/views/{view.pk}/", FORM | {"name": "Waiting", "state": "waiting", "waits_minutes": "15"})
    view.refresh_from_db()
    assert (view.name, view.on_page, view.waits_minutes) == ("Waiting", None, 15)
    assert anas_browser.post(f"/views/{view.pk}/delete/")["Location"] == "/views/"
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(
    "given",
    [
        {"name": ""},
        {"waits_minutes": "0"},
        {"waits_minutes": "10001"},
        {"window_hours": "169"},
        {"state": "nowhere"},
        {"state": "closed", "waits_minutes": "5"},
        {"state": "waiting", "held_by": "1"},
        {"held_by": "999"},
        {"custom_value": "Gold"},
        {"audience": "everyone"},
        {"label": "999"},
        {"language": "xx"},
        {"version": "of yesterday"},
    ],
)
def test_the_form_of_a_view_refuses_what_is_invalid(given, anas_browser, make):
    path = f"/views/{make().pk}/" if "version" in given else "/views/new/"
    assert anas_browser.post(path, FORM | given).status_code == 422
    assert not SavedView.objects.filter(name="Ads unread").exists()


def test_a_custom_field_of_a_view_needs_a_valid_value(anas_browser):
    field = CustomField.objects.create(name="Orders", kind="number")
    for value in ("", "many"):
        given = {"custom_field": field.pk, "custom_value": value}
        assert anas_browser.post("/views/new/", FORM | given).status_code == 422
    assert anas_browser.post("/views/new/", FORM | {"custom_field": field.pk, "custom_value": "7"}).status_code == 302


def test_a_view_is_shared_by_agents_with_the_permission_alone(anas_browser, ana):
    assert "Everyone" not in anas_browser.get("/views/new/").content.decode()
    allow_sharing(ana)
    assert "Everyone" in anas_browser.get("/views/new/").content.decode()
    anas_browser.post("/views/new/", FORM | {"audience": "everyone"})
    assert SavedView.objects.get().scope == "everyone"


def test_a_shared_view_is_changed_by_agents_with_the_permission_alone(anas_browser, ana, ben, make):
    shared, own = make(ben, scope="everyone"), make(ben)
    for view in (shared, own):
        assert anas_browser.get(f"/views/{view.pk}/").status_code == 404
        assert anas_browser.post(f"/views/{view.pk}/delete/").status_code == 404
    allow_sharing(ana)
    assert anas_browser.get(f"/views/{shared.pk}/").status_code == 200
    assert anas_browser.get(f"/views/{own.pk}/").status_code == 404
    assert SavedView.objects.count() == 2


def test_the_form_of_a_view_names_nothing_of_pages_that_the_agent_may_not_see(anas_browser, bluebird):
    Label.objects.create(name="Secret label", page=bluebird)
    CustomField.objects.create(name="Secret field", page=bluebird)
    restrict(bluebird)
    form = anas_browser.get("/views/new/").content.decode()
    assert "Secret" not in form and bluebird.name not in form


def test_the_form_of_a_view_names_the_agents_alone_with_whom_one_has_a_page(anas_browser, bluebird, ana, ben):
    assert "Ben Okafor" in anas_browser.get("/views/new/").content.decode()
    tea = restrict(bluebird)
    ana.groups.add(tea)
    form = anas_browser.get("/views/new/").content.decode()
    assert "Ben Okafor" not in form and "Ana Ruiz" in form
    assert anas_browser.post("/views/new/", FORM | {"held_by": ben.pk}).status_code == 422
    assert anas_browser.post("/views/new/", FORM | {"held_by": ana.pk}).status_code == 302


def test_a_view_keeps_its_condition_when_the_agent_whom_it_names_left(anas_browser, make, ben):
    view = make(held_by=ben)
    ben.leave()
    assert f'<option value="{ben.pk}" selected>' in anas_browser.get(f"/views/{view.pk}/").content.decode()
    assert anas_browser.post(f"/views/{view.pk}/", FORM | {"held_by": ben.pk}).status_code == 302
    view.refresh_from_db()
    assert view.held_by == ben


def test_a_shared_view_names_its_agent_to_those_alone_who_have_a_page_with_them(client, make, ana, ben, ada, bluebird):
    rosehip = Page.objects.create(page_id="7", token="t", name="Rosehip", state=Page.State.CONNECTED)
    tea, rose = restrict(bluebird), restrict(rosehip, "rose")
    ana.groups.add(tea)
    ben.groups.add(rose)
    view = make(ben, scope="everyone", held_by=ben, name="With Ben")
    for agent, is_known in ((ana, False), (ben, True), (ada, True)):
        client.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
        assert ("With Ben" in client.get("/views/").text) is is_known
        assert client.get(f"/queue/view-{view.pk}/").status_code == (200 if is_known else 404)
        assert bool(reading.QueuesOfAgents({agent.pk}).shared_with(viewers_rights(agent), pages_of(agent))) is is_known
    ana.groups.add(rose)
    client.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    assert "With Ben" in client.get("/views/").text


def test_an_admin_who_is_named_by_a_shared_view_is_known_to_all(anas_browser, make, ada, bluebird, ana):
    make(ada, scope="everyone", held_by=ada, name="With Ada")
    ana.groups.add(restrict(bluebird))
    assert "With Ada" in anas_browser.get("/views/").text


def pages_of(agent):
    return frozenset(Page.objects.open_to(agent).values_list("pk", flat=True))


# Pressed twice


def test_a_button_that_is_pressed_twice_makes_one_view(anas_browser, ana):
    page = anas_browser.get("/views/new/").text
    key = re.search(r'name="idempotency_key" value="([\w-]+)"', page)[1]
    answers = [anas_browser.post("/views/new/", FORM | {"idempotency_key": key}) for _press in range(2)]
    view = SavedView.objects.get()
    assert {answer["Location"] for answer in answers} == {f"/#section-view-{view.pk}"}
    anas_browser.post("/views/new/", FORM)
    assert SavedView.objects.count() == 2


def test_two_presses_at_the_same_moment_make_one_view(ana):
    given = FORM | {"idempotency_key": str(uuid.uuid4())}
    first, second = (SavedViewForm(ana, given, instance=SavedView()) for _press in range(2))
    assert first.is_valid() and second.is_valid()
    assert first.save() == second.save() == SavedView.objects.get()


def test_the_key_of_a_form_leads_to_no_view_of_a_colleague(anas_browser, make, ben):
    bens = make(ben, name="Of Ben")
    answer = anas_browser.post("/views/new/", FORM | {"idempotency_key": str(bens.idempotency_key)}, follow=True)
    assert "Of Ben" not in answer.text and SavedView.objects.count() == 2


def test_a_view_goes_with_what_its_condition_names(make):
    label = Label.objects.create(name="VIP")
    make(label=label)
    label.delete()
    assert not SavedView.objects.exists()


def test_an_agent_with_as_many_views_as_allowed_can_add_none(anas_browser, make, monkeypatch):
    monkeypatch.setattr("console.saved_views.form.MOST_OWN", 1)
    view = make()
    assert anas_browser.post("/views/new/", FORM).status_code == 422
    assert anas_browser.post(f"/views/{view.pk}/", FORM).status_code == 302


def test_the_conditions_of_a_view_are_put_into_words(make, ana, bluebird):
    given = {"on_page": bluebird, "waits_minutes": 1, "window_hours": 2, "language": "de", "held_by": ana}
    view = make(state="waiting", order="newest", **given)
    assert [str(word) for word in words(view)] == [
        *["waiting in the queue", "on the Page Bluebird Tea", "with Ana Ruiz", "waiting longer than 1 minute"],
        *["window closes within 2 hours", "German", "newest first"],
    ]


# Live


def session_of(agent):
    browser = Client()
    browser.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
    return browser.cookies["sessionid"].value


def listener(agent, *views):
    greeted = Listener(agent.pk, session_of(agent))
    Batch(Changes(), {greeted.id: greeted}, {}).render()
    for view in views:
        greeted.show_view(view.pk)
    return greeted


def batch_of(rows, *listeners):
    changes = Changes()
    changes.add(["queue", *[f"conversation-{row.pk}" for row in rows]])
    batch = Batch(changes, {each.id: each for each in listeners}, {})
    batch.render()
    return batch


def view_events(batch, desk):
    """Return {(conversation's key, view's key): whether the row is there} of what the batch sends to a desk."""
    sent = b"".join(piece for listeners, piece in batch.pieces if desk in listeners).decode()
    found = re.findall(r'data: row (\S+) [\d.]+\r?\ndata: <li id="row-(\d+)-view-(\d+)"', sent)
    return {(int(pk), int(view)): section == f"view-{view}" for section, pk, view in found}


@pytest.mark.django_db(transaction=True)
def test_a_changed_row_comes_into_the_open_views_that_find_it_and_leaves_the_others(guest, make, ana, ben):
    unread, all_open, closed_one = make(is_unread=True), make(), make(state="closed")
    a, b = guest(unread=1), guest()
    anas, bens = listener(ana, unread, all_open), listener(ben, unread)
    batch = batch_of([a, b], anas, bens)
    assert view_events(batch, anas) == {
        (a.pk, unread.pk): True,
        (b.pk, unread.pk): False,
        (a.pk, all_open.pk): True,
        (b.pk, all_open.pk): True,
    }
    assert view_events(batch, bens) == {}  # the view is Ana's own
    assert closed_one.pk not in {view for _pk, view in view_events(batch, anas)}


def sent_after(topics, desk):
    changes = Changes()
    changes.add(topics)
    batch = Batch(changes, {desk.id: desk}, {})
    if batch.is_needed:
        batch.render()
    return b"".join(piece for listeners, piece in batch.pieces if desk in listeners)


@pytest.fixture
def published():
    """Return a function that returns what was published since its last call."""
    with redis().pubsub(ignore_subscribe_messages=True) as subscription:
        subscription.subscribe(channel())
        subscription.get_message(timeout=5)

        def topics():
            redis().publish(channel(), "end")
            return [*iter(lambda: subscription.get_message(timeout=5)["data"], "end")]

        yield topics


@pytest.mark.django_db(transaction=True)
def test_a_desk_asks_again_after_an_own_view_changed_in_another_tab(anas_browser, make, ana, ben, published):
    view, anas, bens = make(), listener(ana), listener(ben)
    for path in (f"/views/{view.pk}/", "/views/new/", f"/views/{view.pk}/delete/"):
        anas_browser.post(path, FORM)
        [topics] = published()
        assert b"data: views\n" in sent_after(topics.split(), anas)
        assert sent_after(topics.split(), bens) == b""


@pytest.mark.django_db(transaction=True)
def test_the_deletion_of_a_shared_view_is_published_after_it(make, published):
    make(scope="everyone")
    published_before = []

    def note(execute, sql, *arguments):
        if sql.startswith("DELETE"):
            published_before.extend(published())
        return execute(sql, *arguments)

    with connection.execute_wrapper(note):
        SavedView.objects.all().discard()
    assert (published_before, published()) == ([], ["hello"])


@pytest.mark.django_db(transaction=True)
def test_a_browser_asks_once_more_for_a_view_that_is_new_to_its_stream(make, ana):
    view, desk = make(), listener(ana)

    assert b"data: views\n" in sent_after([f"view-{desk.id}-{view.pk}"], desk)
    assert desk.views == (view.pk,)
    assert sent_after([f"view-{desk.id}-{view.pk}"], desk) == sent_after([f"view-ab12-{view.pk}"], desk) == b""


@pytest.mark.django_db(transaction=True)
def test_a_live_row_of_a_page_that_an_agent_may_not_see_never_comes_into_a_view(guest, make, ana, ben, bluebird):
    view, row = make(scope="everyone"), guest()
    ben.groups.add(restrict(bluebird))
    anas, bens = listener(ana, view), listener(ben, view)
    batch = batch_of([row], anas, bens)
    assert view_events(batch, anas) == {}
    assert view_events(batch, bens) == {(row.pk, view.pk): True}


@pytest.mark.django_db(transaction=True)
def test_a_batch_with_open_views_needs_a_constant_number_of_queries(guest, make, ana, ben):
    one, rows = make(scope="everyone"), [guest(revision=1) for _number in range(20)]
    more = [make(scope="everyone", name=f"View {number}", is_unread=bool(number % 2)) for number in range(10)]
    few_desks, many_desks = [listener(ana, one)], [listener(each, one, *more) for each in (ana, ben) * 5]
    plain = queries(lambda: batch_of(rows[:1], listener(ana)))
    few = queries(lambda: batch_of(rows[:1], *few_desks))
    assert queries(lambda: batch_of(rows, *many_desks)) == few <= plain + 4


@pytest.mark.django_db(transaction=True)
def test_the_numbers_of_views_count_what_each_agent_may_see(guest, make, ana, ben, bluebird):
    rosehip = Page.objects.create(page_id="7", token="t", name="Rosehip", state=Page.State.CONNECTED)
    guest(unread=2)
    guest()
    guest(page=rosehip, unread=1)
    ben.groups.add(restrict(rosehip))
    view, bens_own = make(scope="everyone"), make(ben)
    anas, bens = listener(ana), listener(ben)
    said = {each: piece.decode() for [each], piece in numbers_of_views([anas, bens], False)}
    assert f"view-{view.pk}=2 view-{view.pk}-unread=1" in said[anas]
    assert f"view-{view.pk}=3 view-{view.pk}-unread=2" in said[bens]
    assert f"view-{bens_own.pk}=3" in said[bens] and f"view-{bens_own.pk}" not in said[anas]


@pytest.mark.django_db(transaction=True)
def test_the_numbers_of_views_need_a_constant_number_of_queries(guest, make, ana, ben):
    make(scope="everyone")
    guest()
    few = queries(lambda: numbers_of_views([listener(ana)], False))
    for number in range(10):
        make(scope="everyone", name=f"View {number}")
        guest()
    desks = [listener(ana), listener(ben)]
    assert queries(lambda: numbers_of_views(desks, False)) <= few


@pytest.mark.django_db(transaction=True)
def test_desks_ask_again_for_open_views_whose_rows_change_with_time(make, ana):
    waiting, plain = make(waits_minutes=10), make()
    of_time = [waiting, make(order="window"), make(state="closed"), make(window_hours=2)]
    cases = [*((view, True, True) for view in of_time), (waiting, False, False), (plain, True, False)]
    for opened, is_due, asks in cases:
        sent = b"".join(piece for _listeners, piece in numbers_of_views([listener(ana, opened)], is_due))
        assert (b"data: views\n" in sent) is asks


def test_a_page_shows_the_numbers_that_this_process_counted_last(anas_browser, guest, make, bluebird):
    guest(unread=1)
    view = make()
    number = re.compile(rf'id="count-view-{view.pk}"[^>]*>(\d*)<')
    assert number.search(anas_browser.get("/").content.decode())[1] == ""
    counts.count([(view, [bluebird.pk])])
    assert number.search(anas_browser.get("/").content.decode())[1] == "1"


# At scale


@pytest.fixture(autouse=True)
def _nothing_counted(monkeypatch):
    monkeypatch.setattr(counts, "_known", {})


def said_of(view, pages):
    found = counts.count_of(view, pages)
    return found and (found.total_text, found.unread_text)


def test_a_count_of_a_view_stops_where_there_are_many(guest, make, bluebird, monkeypatch):
    monkeypatch.setattr(counts, "MOST", 3)
    pages, some, many = [bluebird.pk], make(state="bot"), make(state="waiting")
    for holder, number in (("bot", 3), ("queue", 6)):
        for unread in range(number):
            guest(holder=holder, unread=unread % 2)
    with CaptureQueriesContext(connection) as found:
        counts.count([(some, pages), (many, pages)])
    assert (said_of(some, pages), said_of(many, pages)) == (("3", "1"), ("3+", "3"))
    assert len(found) == 2 and all("LIMIT 4" in query["sql"] for query in found)


def test_views_with_equal_conditions_are_counted_once(guest, make, ben, bluebird):
    guest(unread=1)
    alike = [make(is_unread=True), make(ben, is_unread=True, order="newest", name="Others name it so")]
    with CaptureQueriesContext(connection) as found:
        counts.count([(view, [bluebird.pk]) for view in alike])
    assert found[0]["sql"].count("count(*) FILTER") == 1
    assert {said_of(view, [bluebird.pk]) for view in alike} == {("1", "1")}


def test_one_statement_counts_so_many_views_and_the_next_one_the_others(guest, make, bluebird, monkeypatch):
    monkeypatch.setattr(counts, "AT_ONCE", 2)
    guest()
    wanted = [(make(waits_minutes=number), [bluebird.pk]) for number in range(1, 6)]
    counted = []
    for _round in range(3):
        time.sleep(0.001)
        assert queries(lambda: counts.count(wanted)) == 1
        counted.append({view.waits_minutes for view, pages in wanted if counts.count_of(view, pages)})
    assert counted == [{1, 2}, {1, 2, 3, 4}, {1, 2, 3, 4, 5}]


def test_an_agent_without_pages_has_nothing_in_a_view(make):
    view = make()
    counts.count([(view, [])])
    assert said_of(view, []) == ("0", "")


@pytest.mark.django_db(transaction=True)
def test_a_desk_gets_the_numbers_of_the_views_that_its_queue_has_room_for(guest, make, ana, ben, monkeypatch):
    monkeypatch.setattr(reading, "MOST", 2)
    shared = [make(ben, name=f"A {number}", scope="everyone", waits_minutes=number) for number in (1, 2)]
    own = make(name="Z")
    [(_desk, piece)] = numbers_of_views([listener(ana)], False)
    assert {int(pk) for pk in re.findall(r"view-(\d+)=", piece.decode())} == {own.pk, shared[0].pk}


@pytest.mark.django_db(transaction=True)
def test_the_live_rows_of_many_views_are_found_by_statements_of_limited_size(guest, make, monkeypatch):
    monkeypatch.setattr(reading, "AT_ONCE", 2)
    row = guest(waiting_since=ago(hours=1))
    views = [make(waits_minutes=1 + number % 3, name=f"View {number}") for number in range(9)]
    with CaptureQueriesContext(connection) as found:
        places = places_of(views, [row.pk])
    assert [query["sql"].count(" UNION ALL ") for query in found] == [1, 0]
    assert all(row.pk in places[view.pk] for view in views)


PLANS = {
    "open, longest wait": ({}, "conversation_open"),
    "waiting, longest wait": ({"state": "waiting"}, "conversation_waiting"),
    "with the bot": ({"state": "bot"}, "conversation_bots"),
    "open and unread": ({"is_unread": True}, "conversation_open"),
    "closed": ({"state": "closed"}, "conversation_closed"),
}


@pytest.mark.parametrize(("fields", "index"), PLANS.values(), ids=PLANS)
def test_rows_of_a_view_in_the_order_of_the_queue_are_read_by_an_index_without_sorting(fields, index, much, make):
    found = in_order(make(**fields)).filter(page__in=all_pages()).values_list("pk", "place")
    plan = found[: PAGE + 1].explain()
    assert f"using {index}" in plan and "Sort" not in plan, plan


def test_rows_of_a_view_of_one_agent_are_read_by_the_index_of_what_they_hold(much, make, ana):
    Conversation.objects.waiting().first().take(ana)
    found = in_order(make(held_by=ana)).filter(page__in=all_pages()).values_list("pk", "place")
    assert "conversation_held" in found[: PAGE + 1].explain()


@pytest.mark.parametrize("state", ["open", "waiting", "closed"])
@pytest.mark.parametrize("go", [behind, before])
def test_a_long_view_goes_on_in_both_directions_by_an_index_without_sorting(state, go, much, make):
    if state != "closed":
        Conversation.objects.update(closed_at=None)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE console_conversation")
    view = make(state=state)
    found = in_order(view).filter(page__in=all_pages()).values_list("pk", "place")
    pk, place = found[found.count() // 2]
    plan = go(found, place, pk)[: PAGE + 1].explain()
    assert "Sort" not in plan and re.search(r"Index Scan( Backward)? using conversation_\w+", plan), plan
    assert "Index Cond" in plan, plan


def all_pages():
    return list(Page.objects.values_list("pk", flat=True))


@pytest.mark.parametrize("fields", [{}, {"is_unread": True}, {"state": "closed"}, {"waits_minutes": 5}])
def test_a_count_of_a_view_reads_no_whole_table(fields, much, make):
    with CaptureQueriesContext(connection) as found:
        counts.count([(make(**fields), all_pages())])
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {found[0]['sql']}")
        plan = str(cursor.fetchall())
    assert "Seq Scan on console_conversation" not in plan, plan


# Randomly


def test_any_view_finds_the_same_rows_alone_and_among_other_views(guest, make, ana, bluebird):
    random.seed(2)
    label, field = Label.objects.create(name="VIP"), CustomField.objects.create(name="Plan")
    rows = [guest(**_any_row()) for _number in range(40)]
    for row in rows[::3]:
        row.labels.add(label)
        came(row, random.choice([AD, {"ref": "x"}, {"product_id": "1"}]))
        CustomValue.objects.create(field=field, customer=row.customer, value="Gold", changed_by=ana)
    named = {"on_page": bluebird, "label": label}
    views = [make(name=f"View {number}", **_any_view(named)) for number in range(60)]
    views += [make(custom_field=field, custom_value="Gold"), make(came_by="ad")]
    found = places_of(views, [row.pk for row in rows])
    for view in views:
        alone = list(in_order(view).values_list("pk", "place"))
        assert dict(alone) == found[view.pk], words(view)
        assert [pk for pk, _place in alone] == sorted(found[view.pk], key=lambda pk: (found[view.pk][pk], pk))
    assert sum(map(len, found.values())) > 100


def _any_row():
    at = [None, ago(minutes=5), ago(hours=2)]
    return {
        "holder": random.choice(["queue", "bot"]),
        "unread": random.choice([0, 2]),
        "waiting_since": random.choice(at),
        "last_at": random.choice(at),
        "messaging_window_until": random.choice([None, ago(hours=1), timedelta(hours=1)]),
        "closed_at": random.choice([None, None, ago(days=1)]),
        "customer": {"locale": random.choice(["", "de_DE", "fr"])},
    }


def _any_view(named):
    choices = {
        "is_unread": [True, False],
        "waits_minutes": [None, None, 30],
        "window_hours": [None, None, 5],
        "language": ["", "", "de"],
        "came_by": ["", "", "", "link", "post"],
        **{name: [None, None, value] for name, value in named.items()},
    }
    state = {"state": random.choice(["open", "open", "waiting", "bot", "closed"])}
    order = {"order": random.choice(["wait", "newest", "window", "due"])}
    return {name: random.choice(values) for name, values in choices.items()} | state | order
