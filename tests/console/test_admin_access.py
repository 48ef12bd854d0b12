"""Staff who look after one Page see the rows of that Page in the admin, and of no other."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from agents.models import Agent
from console.models import (
    ApiKey,
    BotEvent,
    Conversation,
    Customer,
    CustomField,
    HandoverRules,
    InboundWebhook,
    Label,
    Team,
)
from personas.models import Page, Persona
from tests.conftest import PASSWORD, TOKEN, restrict

ROWS = [
    "personas/page",
    "personas/persona",
    "console/conversation",
    "console/apikey",
    "console/botevent",
    "console/team",
    "console/label",
    "console/customfield",
]


class Shop:
    """A Page with one row of everything."""

    def __init__(self, page_id, name, agent):
        self.page = Page.objects.create(page_id=page_id, token=TOKEN, name=name)
        self.group = restrict(self.page, f"group {page_id}")
        customer = Customer.objects.create(page=self.page, psid=page_id, name=f"Customer of {name}")
        conversation = Conversation.objects.create(page=self.page, customer=customer)
        persona = Persona.objects.create(page=self.page, agent=agent, name=f"Face of {name}", graph_id=page_id)
        ApiKey.objects.make(self.page, f"Bot of {name}")
        HandoverRules.objects.create(page=self.page, webhook_url="https://bot.example/")
        bot_event = BotEvent.objects.create(page=self.page, conversation=conversation, kind="event", body=name)
        team = Team.objects.create(name=f"Team of {name}", skill=name)
        team.pages.add(self.page)
        self.rows = {
            **{"personas/page": self.page, "personas/persona": persona, "console/conversation": conversation},
            **{
                "console/apikey": ApiKey.objects.get(page=self.page),
                "console/botevent": bot_event,
                "console/team": team,
                "console/label": Label.objects.create(page=self.page, name=f"Label of {name}"),
                "console/customfield": CustomField.objects.create(page=self.page, name=f"Field of {name}"),
            },
        }


@pytest.fixture
def shops(ana):
    return Shop("11", "tea", ana), Shop("22", "pots", ana)


@pytest.fixture
def browser(shops):
    """Cara's browser. She is in the tea group and has all permissions, but is no superuser."""
    cara = Agent.objects.create_user("cara", password=PASSWORD, is_staff=True)
    cara.user_permissions.set(Permission.objects.all())
    cara.groups.add(shops[0].group)
    browser = Client()
    browser.force_login(cara, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def offered(answer, name):
    return {choice for choice, _label in answer.context["adminform"].form.fields[name].choices if choice}


@pytest.mark.parametrize("path", ROWS)
def test_an_admin_list_has_only_the_rows_of_pages_that_the_staff_may_see(browser, shops, path):
    answer = browser.get(f"/admin/{path}/")
    assert list(answer.context["cl"].result_list) == [shops[0].rows[path]]
    assert "pots" not in answer.content.decode()  # nor does a filter name another Page


@pytest.mark.parametrize("path", ROWS)
def test_an_admin_row_of_another_page_is_not_found(browser, shops, path):
    mine, other = (shop.rows[path].pk for shop in shops)
    assert browser.get(f"/admin/{path}/{mine}/change/").status_code == 200
    for view in ("change", "delete", "history"):
        answer = browser.get(f"/admin/{path}/{other}/{view}/")
        assert answer.status_code in (302, 403, 404)
        assert "pots" not in answer.content.decode()


@pytest.mark.parametrize(("path", "action"), [("console/apikey", "revoke"), ("personas/persona", "delete_on_facebook")])
def test_an_admin_action_does_not_reach_a_row_of_another_page(browser, shops, path, action):
    other = shops[1].rows[path]
    browser.post(f"/admin/{path}/", {"action": action, "_selected_action": [other.pk]})
    assert ApiKey.objects.valid().count() == 2
    assert not Persona.objects.exclude(leaving_since=None).exists()


def test_staff_cannot_create_an_api_key_for_another_page(browser, shops):
    tea, pots = (shop.page for shop in shops)
    form = browser.get("/admin/console/apikey/add/")
    assert {str(choice) for choice in offered(form, "page")} == {str(tea.pk)}
    browser.post("/admin/console/apikey/add/", {"page": pots.pk, "name": "Mine"})
    assert ApiKey.objects.filter(page=pots).count() == 1


def test_staff_cannot_give_a_team_another_page_or_change_a_team_that_has_one(browser, shops):
    tea, pots = (shop.page for shop in shops)
    team = shops[0].rows["console/team"]
    assert {str(choice) for choice in offered(browser.get("/admin/console/team/add/"), "pages")} == {str(tea.pk)}
    team.pages.add(pots)
    assert browser.get(f"/admin/console/team/{team.pk}/change/").status_code == 302
    assert team.pages.count() == 2


def test_inbound_webhooks_are_visible_only_to_superusers_in_the_admin(browser, ada):
    InboundWebhook.objects.create(body='{"entry": "pots"}', digest="1")
    assert browser.get("/admin/console/inboundwebhook/").status_code == 403
    assert "/admin/console/inboundwebhook/" not in browser.get("/admin/").content.decode()
    browser.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    assert (
        "pots"
        in browser.get(f"/admin/console/inboundwebhook/{InboundWebhook.objects.get().pk}/change/").content.decode()
    )


def test_the_list_of_agents_shows_staff_no_persona_of_another_page(browser, shops):
    assert "pots:" not in browser.get("/admin/agents/agent/").content.decode()
    assert "tea:" in browser.get("/admin/agents/agent/").content.decode()


def test_a_page_that_is_open_to_all_and_to_groups_is_refused(browser, shops):
    path = f"/admin/personas/page/{shops[0].page.pk}/change/"
    forms = [inline.formset.management_form for inline in browser.get(path).context["inline_admin_formsets"]]
    shown = {form.add_prefix(name): form[name].value() for form in forms for name in form.fields}
    shown["rules-INITIAL_FORMS"] = shown["rules-TOTAL_FORMS"] = 0
    answer = browser.post(path, shown | {"token": "", "is_open_to_all": "on", "groups": [shops[0].group.pk]})
    assert "Either all agents see it, or only these groups" in answer.content.decode()
    browser.post(path, shown | {"token": "", "is_open_to_all": "on"})
    assert Page.objects.get(pk=shops[0].page.pk).is_open_to_all


def test_the_list_of_pages_shows_who_may_see_each_page(client, ada, shops):
    client.force_login(ada)
    Page.objects.create(page_id="33", token=TOKEN, name="open")
    shops[1].group.delete()
    html = client.get("/admin/personas/page/").content.decode()
    assert ">group 11<" in html
    assert "superusers only" in html
    assert "all agents" in html
