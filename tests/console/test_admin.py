"""Ada at work in the admin: Pages and their tokens, lists that stay quick, agents who come and leave."""

import re
import time
import uuid
from datetime import UTC, datetime
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agents.models import Agent
from agents.sessions import Session
from console.models import (
    ApiKey,
    BusinessHours,
    Conversation,
    Customer,
    HandoverRules,
    Holiday,
    InboundWebhook,
    Message,
    RetentionRules,
    Team,
)
from messenger.events import serialize
from personas import pictures
from personas.models import Page, Persona
from tests.conftest import PAGE_ID, TOKEN
from tests.console.conftest import fresh, moment

OTHER_TOKEN = "EAAOTHERTOKENOFTHESAMEPAGE"
LISTS = [
    *[
        "personas/page",
        "personas/persona",
        "console/conversation",
        "console/inboundwebhook",
        "console/apikey",
        "console/team",
    ],
    "agents/agent",
]


@pytest.fixture
def admin(client, ada):
    """Ada's browser, by the part of the address that differs."""
    client.force_login(ada)
    return Admin(client)


PAGES = "personas/page/"  # whose form has boxes that are ticked before anybody does


class Admin:
    def __init__(self, client):
        self.client = client

    def get(self, path, **query):
        return self.client.get(f"/admin/{path}/", query)

    def post(self, path, **fields):
        return self.client.post(f"/admin/{path}/", fields, follow=True)

    def save(self, path, **fields):
        """The form as it stands, with these fields changed; of rows by the side of it only those that are named."""
        formsets = [inline.formset for inline in self.get(path).context["inline_admin_formsets"]]
        as_it_stands = {name: value for formset in formsets for name, value in _shown(formset.management_form)}
        if path.startswith(PAGES):
            as_it_stands["rules-0-bot_fields"] = formsets[0][0]["bot_fields"].value()
        return self.post(path, **as_it_stands | fields)

    def act(self, path, action, *rows):
        """Choose an action for these rows of a list."""
        answer = self.post(path, action=action, _selected_action=[row.pk for row in rows])
        assert answer.status_code == 200
        return answer.content.decode()

    def rows(self, path, **query):
        return list(self.get(path, **query).context["cl"].result_list)


def _shown(form):
    return [(form.add_prefix(name), form[name].value()) for name in form.fields]


# Pages


@pytest.fixture
def new_page(admin):
    admin.save("personas/page/add", page_id=PAGE_ID, token=TOKEN)
    return Page.objects.get()


def test_an_admin_adds_a_page_by_its_id_and_token(new_page, admin):
    assert (new_page.page_id, new_page.token, new_page.state) == (PAGE_ID, TOKEN, Page.State.UNCHECKED)


def test_saving_a_page_schedules_its_verification(new_page, admin, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as after:
        admin.save(f"personas/page/{new_page.pk}/change", token="")
    assert any("verify_later" in repr(callback) for callback in after)


def test_no_admin_page_shows_a_stored_token(new_page, admin):
    for path in ["personas/page", f"personas/page/{new_page.pk}/change", f"personas/page/{new_page.pk}/history", ""]:
        answer = admin.client.get(f"/admin/{path}/".replace("//", "/"))
        assert answer.status_code == 200
        assert TOKEN not in answer.content.decode()


def test_a_refused_page_form_does_not_show_the_entered_token(admin, db):
    answer = admin.save("personas/page/add", page_id="no digits", token=TOKEN)
    assert "A page id has digits only." in answer.content.decode()
    assert TOKEN not in answer.content.decode()
    assert not Page.objects.exists()


def test_the_database_stores_no_token_in_plain_text(new_page):
    with connection.cursor() as cursor:
        cursor.execute("SELECT personas_page::text FROM personas_page")
        [(page,)] = cursor.fetchall()
        cursor.execute("SELECT string_agg(log::text, '') FROM django_admin_log log")
        [(log,)] = cursor.fetchall()
    assert PAGE_ID in page
    assert TOKEN not in page + log


def test_a_page_without_a_token_is_refused(admin, db):
    assert "A Page needs an access token." in admin.save("personas/page/add", page_id=PAGE_ID).content.decode()


@pytest.mark.parametrize(("given", "kept"), [("", TOKEN), ("  ", TOKEN), (f" {OTHER_TOKEN}\n", OTHER_TOKEN)])
def test_saving_a_page_with_an_empty_token_keeps_the_stored_token(given, kept, new_page, admin):
    admin.save(f"personas/page/{new_page.pk}/change", token=given)
    new_page.refresh_from_db()
    assert new_page.token == kept


@pytest.mark.parametrize("token", [TOKEN, OTHER_TOKEN])
def test_entering_a_token_resumes_a_paused_page(token, new_page, admin):
    Page.objects.update(paused_since=timezone.now(), why_paused="The token has expired.", is_token_refused=True)
    admin.save(f"personas/page/{new_page.pk}/change", token="")
    assert Page.objects.get().is_paused
    admin.save(f"personas/page/{new_page.pk}/change", token=token)
    new_page.refresh_from_db()
    assert (new_page.is_paused, new_page.why_paused, new_page.is_token_refused) == (False, "", False)


def test_the_admin_shows_a_verified_page_as_connected(new_page, admin, sandbox):
    new_page.verify()
    shown = admin.get(f"personas/page/{new_page.pk}/change").content.decode()
    assert "Bluebird Tea" in shown
    assert ">connected<" in shown
    assert sandbox.requests("POST", "subscribed_apps")


def test_a_page_is_subscribed_without_calls_if_the_app_may_not_subscribe_to_them(new_page, sandbox):
    may_not = {"message": "(#100) This app may not subscribe to calls", "code": 100}
    sandbox.post("faults", match={"path": "subscribed_apps", "body": "calls"}, error=may_not, status=400)
    new_page.verify()
    assert new_page.state == Page.State.CONNECTED
    asked = [call["body"]["subscribed_fields"] for call in sandbox.requests("POST", "subscribed_apps")]
    assert ["calls" in fields for fields in asked] == [True, False]


@pytest.mark.parametrize(
    ("token", "verdict"),
    [("EAAWRONG", "access token no longer works"), ("EAAOTHER", "The token is for the Page Other Page (77)")],
)
def test_the_admin_shows_why_a_token_is_invalid_or_for_another_page(token, verdict, new_page, admin, sandbox):
    sandbox.post("pages", id="77", name="Other Page", token="EAAOTHER")
    Page.objects.update(token=token)
    new_page.refresh_from_db()
    new_page.verify()
    shown = admin.get(f"personas/page/{new_page.pk}/change").content.decode()
    assert ">not working<" in shown
    assert verdict in shown
    assert token not in shown
    assert not sandbox.requests("POST", "subscribed_apps")


def test_the_retention_of_a_page_is_set_beside_it_and_webhooks_are_kept_no_longer_than_everywhere(new_page, admin):
    path = f"personas/page/{new_page.pk}/change"
    days = {"retention_rules-0-message_days": 90, "retention_rules-0-webhook_days": 99}
    assert "kept for 30 days: choose at most as many" in admin.save(path, **days).content.decode()
    admin.save(path, **days | {"retention_rules-0-webhook_days": 7})
    rules = RetentionRules.objects.get()
    assert (rules.message_days, rules.file_days, rules.webhook_days) == (90, None, 7)


# How a Page's conversations are handed over


@pytest.fixture
def save_rules(new_page, admin):
    """Ada saves the Page with these rules."""
    path = f"personas/page/{new_page.pk}/change"

    def save(**fields):
        named = {f"rules-0-{name}": value for name, value in fields.items()}
        if HandoverRules.objects.exists():
            named["rules-0-page"] = new_page.pk
        return admin.save(path, **named).content.decode()

    return save


def test_handover_rules_of_a_page_are_created_when_an_admin_sets_one(new_page, save_rules):
    save_rules()
    assert not HandoverRules.objects.exists()
    save_rules(webhook_url="https://bot.example/hook", assigns="on", answer_within="5", words="human\na person")
    rules = HandoverRules.objects.get(page=new_page)
    assert (rules.webhook_url, rules.assigns, rules.answer_within) == ("https://bot.example/hook", True, 5)
    assert rules.asks_for_person("A person, please", "")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"webhook_url": "bot.example"}, "An address begins with https:// or http://."),
        ({"bot_app_id": "my bot"}, "An app&#x27;s id has digits only."),
        ({"introduction": "You are talking to {agent} now"}, "Only {name} may stand in braces."),
        ({"answer_within": "0"}, "greater than or equal to 1"),
    ],
)
def test_an_invalid_handover_rule_is_refused_with_a_sentence(fields, sentence, save_rules):
    assert sentence in save_rules(**fields)
    assert not HandoverRules.objects.exists()


def test_a_webhook_secret_is_created_with_the_holder_url_and_shown_once(save_rules, new_page, admin):
    shown = save_rules(holder_url="https://bot.example/holder")
    secret = HandoverRules.objects.get().holder_secret
    assert len(secret) >= 40
    assert f"<code>{secret}</code>" in shown
    for path in ["change", "history"]:
        assert secret not in admin.get(f"personas/page/{new_page.pk}/{path}").content.decode()
    assert secret not in save_rules(holder_url="https://bot.example/other")
    assert HandoverRules.objects.get().holder_secret == secret


def test_a_webhook_secret_can_be_replaced_or_entered_by_an_admin(save_rules):
    save_rules(holder_url="https://bot.example/holder")
    first = HandoverRules.objects.get().holder_secret
    shown = save_rules(holder_url="https://bot.example/holder", makes_secret="on")
    second = HandoverRules.objects.get().holder_secret
    assert second != first
    assert second in shown
    assert "given by Ada" not in save_rules(holder_url="https://bot.example/holder", holder_secret="given by Ada")
    assert HandoverRules.objects.get().holder_secret == "given by Ada"


def test_a_new_webhook_secret_is_shown_in_the_response_and_kept_in_no_cookie_or_session(new_page, admin, client):
    """A message on the next page would lie in a cookie until somebody opens that page."""
    path, rules = f"personas/page/{new_page.pk}/change", {"rules-0-holder_url": "https://bot.example/holder"}
    answer = admin.save(path, **rules)
    secret = HandoverRules.objects.get().holder_secret
    assert not answer.redirect_chain
    assert secret not in str(client.cookies)
    assert "no-store" in answer["Cache-Control"]
    assert secret not in str(Session.objects.values())


def test_a_refused_rules_form_does_not_show_the_entered_secret(save_rules):
    assert "given by Ada" not in save_rules(webhook_url="nowhere", holder_secret="given by Ada")


def test_an_admin_sets_business_hours_and_holidays_of_a_page(new_page, admin):
    rows = {
        **{
            "businesshours_set-0-weekday": "0",
            "businesshours_set-0-opens": "09:00",
            "businesshours_set-0-closes": "00:00",
        },
        **{"holiday_set-0-day": "2026-12-25", "holiday_set-0-name": "Christmas"},
    }
    admin.save(f"personas/page/{new_page.pk}/change", **rows)
    assert str(BusinessHours.objects.get(page=new_page)) == "Monday 09:00-00:00"
    assert str(Holiday.objects.get(page=new_page)) == "2026-12-25 Christmas"


def test_business_hours_that_end_before_they_begin_are_refused_in_the_admin(new_page, admin):
    rows = {
        "businesshours_set-0-weekday": "0",
        "businesshours_set-0-opens": "09:00",
        "businesshours_set-0-closes": "08:00",
    }
    answer = admin.save(f"personas/page/{new_page.pk}/change", **rows).content.decode()
    assert "They end after they begin; 00:00 is the end of the day." in answer
    assert not BusinessHours.objects.exists()


def test_an_admin_adds_a_team_with_pages_members_and_hours_and_a_unique_skill(new_page, admin, ana):
    span = {
        "businesshours_set-0-weekday": "5",
        "businesshours_set-0-opens": "10:00",
        "businesshours_set-0-closes": "14:00",
    }
    team = {"name": "Refunds", "skill": "refunds", "pages": [new_page.pk], "members": [ana.pk]}
    admin.save("console/team/add", **team, **span)
    assert list(Team.objects.get(skill="refunds").members.all()) == [ana]
    assert BusinessHours.objects.get().team.name == "Refunds"
    answer = admin.save("console/team/add", **team | {"name": "Others", "skill": "REFUNDS"}).content.decode()
    assert "Another team has this skill." in answer
    assert "Refunds" in admin.get(f"agents/agent/{ana.pk}/change").content.decode()


# Lists


@pytest.fixture
def grow(bluebird, ada):
    """Create so many rows of every model."""

    def make(count):
        for n in range(Agent.objects.count(), count + 1):  # and Ada
            agent = Agent.objects.create(username=f"agent{n}", first_name=f"Agent {n}")
            other = Page.objects.create(page_id=str(n), token=TOKEN, name=f"Page {n}")
            ApiKey.objects.make(other, f"Bot {n}")
            persona = Persona.objects.create(agent=agent, page=other, name=f"Face {n}", graph_id=str(n))
            customer = Customer.objects.create(page=other, psid=str(n), name=f"Customer {n}")
            Conversation.objects.create(page=other, customer=customer, holder="agent", agent=agent, last_at=moment(n))
            InboundWebhook.objects.create(body=f'{{"entry": {n}}}', digest=str(n))
            HandoverRules.objects.create(page=other, assigns=True)
            team = Team.objects.create(name=f"Team {n}", skill=f"skill{n}")
            team.pages.add(other)
            team.members.add(agent)
        return persona

    return make


def count_queries(get):
    with CaptureQueriesContext(connection) as queries:
        answer = get()
    assert answer.status_code == 200
    return len(queries)


@pytest.mark.parametrize("path", LISTS)
def test_an_admin_list_needs_the_same_number_of_queries_at_any_length(path, admin, grow):
    grow(3)
    admin.get(path)
    few = count_queries(lambda: admin.get(path))
    grow(12)
    assert count_queries(lambda: admin.get(path)) == few
    assert len(admin.rows(path)) >= 12


@pytest.mark.parametrize("path", ["console/conversation", "console/inboundwebhook"])
def test_a_long_admin_list_is_counted_up_to_a_limit_and_says_where_it_ends(path, admin, grow, monkeypatch):
    grow(5)
    assert "The list ends here" not in admin.get(path).content.decode()
    monkeypatch.setattr("console.admin.long_list.LISTED", 3)
    with CaptureQueriesContext(connection) as queries:
        assert "The list ends here" in admin.get(path).content.decode()
    counts = [query["sql"] for query in queries if "COUNT(" in query["sql"]]
    assert counts
    assert all("LIMIT 3" in count for count in counts)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        *[("personas/page", "Page 2"), ("personas/persona", "Face 2"), ("personas/persona", "agent2")],
        *[
            ("console/conversation", "Customer 2"),
            ("console/inboundwebhook", '"entry": 2'),
            ("agents/agent", "agent2"),
        ],
        *[("console/team", "skill2"), ("console/team", "agent2")],
    ],
)
def test_an_admin_list_can_be_searched(path, words, admin, grow):
    grow(3)
    assert len(admin.rows(path, q=words)) == 1


@pytest.mark.parametrize(
    ("path", "query", "found"),
    [
        ("personas/page", {"state__exact": "unchecked"}, 3),
        ("personas/page", {"state__exact": "failing"}, 0),
        *[("personas/persona", {"state": state}, 3 if state == "live" else 0) for state in Persona.State.values],
        *[("console/conversation", {"state": state}, n) for state, n in {"queue": 0, "agent": 3, "closed": 0}.items()],
        ("console/inboundwebhook", {"processed_at__isempty": "1"}, 3),
        ("console/inboundwebhook", {"error__isempty": "0"}, 0),
        ("agents/agent", {"is_staff__exact": "1"}, 1),
    ],
)
def test_an_admin_list_can_be_filtered(path, query, found, admin, grow):
    grow(3)
    assert len(admin.rows(path, **query)) == found


# Rows to look at


def test_personas_in_the_admin_are_read_only_with_two_actions(admin, grow):
    persona = grow(3)
    assert admin.get("personas/persona/add").status_code == 403
    assert admin.get(f"personas/persona/{persona.pk}/delete").status_code == 403
    page = admin.get(f"personas/persona/{persona.pk}/change").content.decode()
    assert persona.graph_id in page
    assert 'name="_save"' not in page
    choices = dict(admin.get("personas/persona").context["action_form"].fields["action"].choices)
    assert set(choices) == {"", "delete_on_facebook", "check_with_facebook"}


def test_an_admin_deletes_a_persona_on_facebook_and_checks_it(admin, grow):
    persona = grow(3)
    assert "They are deleted as soon as" in admin.act("personas/persona", "delete_on_facebook", persona)
    persona.refresh_from_db()
    assert persona.state == Persona.State.LEAVING
    assert "Checking with Facebook" in admin.act("personas/persona", "check_with_facebook", persona)


def test_the_admin_shows_the_messages_of_a_conversation_with_html_escaped(admin, conversation, say, receive, said):
    receive(said("m_1", "<script>alert(1)</script>", at=int(time.time() * 1000)))
    say("Hello Mona")
    shown = admin.get(f"console/conversation/{conversation.pk}/change").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "Hello Mona" in shown
    assert 'name="_save"' not in shown


def test_the_admin_shows_handovers_and_messages_of_a_conversation_in_order(admin, conversation, say, ana, ben):
    say("Hello Mona")
    conversation.transfer(ana, to=ben, note="Refund, please")
    say_as_ben = conversation.send(author=ben, text="Ben here", idempotency_key=uuid.uuid4())
    conversation.close(ben)
    html = admin.get(f"console/conversation/{conversation.pk}/change").content.decode()
    shown = " ".join(re.sub(r"<[^>]+>", "", html).split())
    expected = ["Ben Okafor closed", say_as_ben[0].text, "Ana Ruiz transferred this to Ben Okafor: “Refund, please”"]
    places = [shown.index(sentence) for sentence in [*expected, "Hello Mona", "Ana Ruiz took this"]]
    assert places == sorted(places)


def test_the_list_of_conversations_marks_those_that_are_closed(admin, conversation, ana):
    assert '<td class="field-state">agent</td>' in admin.get("console/conversation").content.decode()
    conversation.close(ana)
    assert '<td class="field-state">closed</td>' in admin.get("console/conversation").content.decode()


def test_the_list_of_pages_writes_all_dates_in_one_format(admin, bluebird):
    noon = datetime(2026, 9, 21, 12, tzinfo=UTC)
    Page.objects.update(checked_at=noon, paused_since=noon, why_paused="Facebook has restricted this Page.")
    shown = admin.get("personas/page").content.decode()
    assert shown.count("Sept. 21, 2026, noon") == 2


def test_the_forms_of_a_page_and_a_persona_show_their_pictures(admin, bluebird, ana):
    persona = Persona.objects.create(agent=ana, page=bluebird, name="Ana R.")
    for file in (bluebird.bot_picture, persona.picture):
        file.save("face", pictures.initials("Robin"))
    page = admin.get(f"personas/page/{bluebird.pk}/change").content.decode()
    shown = admin.get(f"personas/persona/{persona.pk}/change").content.decode()
    [bots] = re.findall('Currently: <a href="([^"]+)">', page)
    [personas] = re.findall('<img class="persona-picture" src="([^"]+)"', shown)
    for address in (bots, personas):
        assert admin.client.get(address)["Content-Type"] == "image/png"


def test_the_picture_of_a_bot_is_stored_outside_of_a_transaction(watched_files, admin, bluebird):
    path = f"personas/page/{bluebird.pk}/change"
    admin.save(path, bot_picture=SimpleUploadedFile("me.png", pictures.initials("Robin").read()))
    [name] = watched_files.names
    assert (watched_files.were_in_transaction, fresh(bluebird).bot_picture.name) == ([False], name)
    admin.save(path, bot_name="Robin")
    assert fresh(bluebird).bot_picture.name == name
    admin.save(path, **{"bot_picture-clear": "on"})
    assert not fresh(bluebird).bot_picture


def test_the_list_of_pages_shows_the_error_of_a_bot(admin, bluebird):
    rules = HandoverRules.objects.create(page=bluebird, webhook_url="https://bot.example/")
    rules.note_bot_failure("no answer in 5 s")
    assert "no answer in 5 s" in admin.get("personas/page").content.decode()


def test_sender_names_of_a_thread_need_no_query_for_each_message(receive, echo, mona, django_assert_num_queries):
    receive(*[echo(f"m_{n}") for n in range(12)])
    with django_assert_num_queries(2):  # messages, attachments
        assert {message.sender_name for message in mona.conversation.messages.for_thread()} == {"Bluebird Tea"}


def test_the_list_of_inbound_webhooks_says_what_each_is_about(admin, arrive, bluebird):
    entry = {"id": "0", "time": 1790000000, "changes": [{"field": "messages", "value": {"sender": {"id": "12334"}}}]}
    said = {"id": "102030405060708", "messaging": [{"sender": {"id": "1"}, "message": {"mid": "m_1", "text": "Hi"}}]}
    for about, entries in [("page", [entry]), ("instagram", [{"id": "17841"}]), ("page", [said])]:
        assert arrive(serialize({"object": about, "entry": entries})).status_code == 200
    InboundWebhook.objects.all().process()
    shown = unescape(admin.get("console/inboundwebhook").content.decode())
    for words in ("Facebook's test of “messages”", "not about a Page: instagram", "Message"):
        assert words in shown
    assert set(InboundWebhook.objects.values_list("error", "unknown")) == {("", 0), ("", 1)}


def test_the_list_of_pages_shows_a_block_by_facebook_and_an_admin_can_resume_the_page(admin, bluebird, receive):
    receive({"timestamp": 1790000000000, "policy_enforcement": {"action": "block", "reason": "spam reports"}})
    assert "Facebook has blocked this Page from sending: spam reports." in admin.get("personas/page").content.decode()
    admin.act("personas/page", "send_again", bluebird)
    bluebird.refresh_from_db()
    assert not bluebird.is_paused


def test_the_list_of_pages_shows_the_newest_business_integrity_status_of_a_page(admin, arrive, bluebird):
    value = {"timestamp": 1790000000, "restrictions": [{"feature": "messaging", "description": "No ads for a week."}]}
    for later, status, is_shown in [(0, "RESTRICTED", True), (1, "ok", False), (-1, "warning", False)]:
        change = {"field": "business_integrity", "value": value | {"status": status, "timestamp": 1790000000 + later}}
        arrive(serialize({"object": "page", "entry": [{"id": PAGE_ID, "changes": [change]}]}))
        InboundWebhook.objects.all().process()
        shown = admin.get("personas/page").content.decode()
        assert ("Facebook calls this Page “restricted”. No ads for a week." in shown) is is_shown
        assert "warning”" not in shown


def test_an_admin_requeues_an_inbound_webhook_for_processing(admin, receive, said):
    inbound_webhook = receive(said("m_1"))
    Message.objects.all().delete()
    assert "A worker processes them again." in admin.act("console/inboundwebhook", "requeue", inbound_webhook)
    inbound_webhook.refresh_from_db()
    assert (inbound_webhook.processed_at, inbound_webhook.attempts) == (None, 0)
    inbound_webhook.process()
    assert Message.objects.get().text == "Hi"
    assert "m_1" in admin.get(f"console/inboundwebhook/{inbound_webhook.pk}/change").content.decode()


# Keys of bots


def test_a_new_api_key_is_shown_once_in_the_admin(admin, bluebird, client):
    answer = admin.post("console/apikey/add", page=bluebird.pk, name="Robin")
    secret = re.search(r"hk_[\w-]{20,}", answer.content.decode())[0]
    assert "<h1>New API key</h1>" in answer.content.decode()
    assert not answer.redirect_chain  # nor is it in a cookie
    assert secret not in str(client.cookies)
    assert ApiKey.objects.find(secret).name == "Robin"
    assert secret not in admin.get("console/apikey").content.decode()
    assert secret not in admin.get(f"console/apikey/{ApiKey.objects.get().pk}/change").content.decode()


def test_an_api_key_can_be_revoked_but_not_changed_or_deleted_in_the_admin(admin, bluebird):
    secret = ApiKey.objects.make(bluebird, "Robin")
    key = ApiKey.objects.get()
    assert admin.post(f"console/apikey/{key.pk}/change", page=bluebird.pk, name="Other").status_code == 403
    assert admin.post(f"console/apikey/{key.pk}/delete", post="yes").status_code == 403
    admin.act("console/apikey", "revoke", key)
    assert ApiKey.objects.find(secret) is None
    assert ApiKey.objects.get().name == "Robin"
