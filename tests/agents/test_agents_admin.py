"""Agents in the admin: Ada adds them, gives them a picture, and ends their work. No agent is ever deleted."""

import io
import re

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import modelform_factory
from django.test import Client
from PIL import Image

from agents.admin import PasswordForm
from agents.models import Agent
from personas.models import Persona

MIB = 1024 * 1024
NEW = {
    "username": "cleo",
    "first_name": "Cleo",
    "last_name": "Marsh",
    "email": "",
    "usable_password": "true",
    "password1": "quite a long phrase",
    "password2": "quite a long phrase",
}


@pytest.fixture
def browser(ada):
    browser = Client()
    browser.force_login(ada)
    return browser


def picture(name="face.png", padding=0, side=64, format="PNG"):
    buffer = io.BytesIO()
    Image.new("1", (side, side)).save(buffer, format)
    return SimpleUploadedFile(name, buffer.getvalue() + bytes(padding), "image/png")


def add(browser, **fields):
    return browser.post("/admin/agents/agent/add/", NEW | fields)


def edit(browser, agent, **fields):
    """The form as it stands, with these fields changed."""
    address = f"/admin/agents/agent/{agent.pk}/change/"
    form = browser.get(address).context["adminform"].form
    shown = {name: form.initial.get(name) for name in form.fields if name not in ("picture", "password")}
    values = {name: "" if value is None or value is False else value for name, value in shown.items()}
    return browser.post(address, values | {"groups": [], "user_permissions": []} | fields)


def leave(browser, *agents):
    chosen = {"action": "remove_from_team", "confirmed": "1", "_selected_action": [agent.pk for agent in agents]}
    return browser.post("/admin/agents/agent/", chosen, follow=True).content.decode()


def test_saving_a_form_that_was_read_before_an_agent_left_brings_nobody_back(ana):
    admin_of_agents, stale = admin.site.get_model_admin(Agent), Agent.objects.get(pk=ana.pk)
    form = modelform_factory(Agent, fields=["first_name"])({"first_name": "Anna"}, instance=stale)
    assert form.is_valid()
    ana.leave()
    admin_of_agents.save_model(None, form.save(commit=False), form, change=True)
    found = Agent.objects.get(pk=ana.pk)
    assert (found.is_active, found.first_name) == (False, "Anna")


def test_a_password_that_is_set_while_an_agent_leaves_brings_nobody_back(ana):
    given = {"usable_password": "true", "password1": "quite a long phrase", "password2": "quite a long phrase"}
    form = PasswordForm(Agent.objects.get(pk=ana.pk), given)
    assert form.is_valid()
    ana.leave()
    form.save()
    assert not Agent.objects.get(pk=ana.pk).is_active


def test_the_leave_action_asks_for_confirmation_before_an_agent_leaves(browser, ana):
    chosen = {"action": "remove_from_team", "_selected_action": [ana.pk]}
    page = browser.post("/admin/agents/agent/", chosen).content.decode()
    assert "Remove from the team?" in page
    assert "Ana Ruiz" in page
    ana.refresh_from_db()
    assert ana.is_active


def test_an_admin_adds_an_agent_who_can_log_in(browser):
    assert add(browser).status_code == 302
    cleo = Agent.objects.get(username="cleo")
    assert (str(cleo), cleo.public_name, cleo.is_staff) == ("Cleo Marsh", "Cleo M.", False)
    assert cleo.check_password(NEW["password1"])


def test_an_admin_renames_an_agent(browser, ana):
    assert edit(browser, ana, last_name="Ruiz Soto").status_code == 302
    ana.refresh_from_db()
    assert (ana.last_name, ana.is_active, ana.is_present) == ("Ruiz Soto", True, True)


def test_an_uploaded_picture_of_an_agent_is_stored_under_a_random_name(storage, browser, ana):
    assert edit(browser, ana, picture=picture()).status_code == 302
    ana.refresh_from_db()
    assert re.fullmatch("agents/[0-9a-f]{32}", ana.picture.name)
    assert ana.picture.read().startswith(b"\x89PNG")


@pytest.mark.parametrize("padding", [0, 3 * 1024 * 1024], ids=["in memory", "in a temporary file"])
def test_the_picture_of_an_agent_is_stored_outside_of_a_transaction(padding, watched_files, browser, ana):
    assert edit(browser, ana, picture=picture(padding=padding)).status_code == 302
    ana.refresh_from_db()
    assert (watched_files.were_in_transaction, watched_files.names) == ([False], [ana.picture.name])
    assert len(ana.picture.read()) == picture(padding=padding).size


def test_the_picture_of_a_new_agent_is_stored_outside_of_a_transaction(watched_files, browser):
    add(browser, picture=picture())
    assert Agent.objects.get(username=NEW["username"]).picture.name in watched_files.names
    assert watched_files.were_in_transaction == [False]


@pytest.mark.parametrize("refused", [{"username": ""}, {"picture": picture(format="GIF")}], ids=["name", "picture"])
def test_a_picture_is_deleted_if_its_form_is_refused(refused, watched_files, browser, ana):
    assert edit(browser, ana, **{"picture": picture()} | refused).status_code == 200
    ana.refresh_from_db()
    assert (ana.picture.name, watched_files.names) == ("", [])


def test_an_agent_whose_picture_is_missing_in_the_storage_can_still_be_edited(storage, browser, ana):
    edit(browser, ana, picture=picture())
    ana.refresh_from_db()
    ana.picture.storage.delete(ana.picture.name)
    assert edit(browser, ana, last_name="Ruiz Soto").status_code == 302
    assert "Currently:" not in browser.get(f"/admin/agents/agent/{ana.pk}/change/").content.decode()


def test_the_form_of_an_agent_links_to_the_current_picture(browser, ana):
    edit(browser, ana, picture=picture())
    form = browser.get(f"/admin/agents/agent/{ana.pk}/change/").content.decode()
    [address] = re.findall('Currently: <a href="([^"]+)">the picture</a>', form)
    assert browser.get(address)["Content-Type"] == "image/png"


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (lambda: picture(padding=8 * MIB), "A picture has 8 MB at most."),
        (lambda: SimpleUploadedFile("face.png", b"<script>alert(1)</script>", "image/png"), "Upload a valid image."),
        (lambda: picture(side=13_000), "A picture has 25 megapixels at most."),
        (lambda: picture(side=14_000), "Upload a valid image."),  # Pillow's own limit
        (lambda: picture(format="GIF"), "Choose a picture in JPEG, PNG or WebP format."),
        (lambda: picture("face.html"), "File extension"),
        (lambda: picture("face.svg"), "File extension"),
    ],
    ids=["large", "none", "many-pixels", "too-many-pixels", "gif", "html", "svg"],
)
def test_an_unsuitable_picture_of_an_agent_is_refused_with_the_reason(file, reason, browser, ana):
    assert reason in edit(browser, ana, picture=file()).content.decode()
    ana.refresh_from_db()
    assert not ana.picture


def test_the_leave_action_returns_conversations_to_queue_and_withdraws_personas(browser, ana, ben, conversation):
    persona = Persona.objects.create(agent=ana, page=conversation.page, name="Ana R.", graph_id="7")
    assert "Ana Ruiz was removed from the team." in leave(browser, ana)
    ana.refresh_from_db(), conversation.refresh_from_db(), persona.refresh_from_db()
    assert (ana.is_active, ana.is_present, bool(ana.left_at)) == (False, False, True)
    assert (conversation.agent, persona.state) == (None, Persona.State.LEAVING)
    assert Agent.objects.get(pk=ben.pk).is_active


def test_the_leave_action_refuses_to_end_the_work_of_the_only_admin(browser, ada):
    assert "is the only admin and stays" in leave(browser, ada)
    ada.refresh_from_db()
    assert ada.is_active


def test_an_agent_who_left_can_be_reactivated_in_the_admin(browser, ana):
    ana.leave()
    chosen = {"action": "return_to_team", "_selected_action": [ana.pk]}
    browser.post("/admin/agents/agent/", chosen)
    ana.refresh_from_db()
    assert (ana.is_active, ana.left_at) == (True, None)


def test_the_admin_offers_no_way_to_delete_an_agent(browser, ana):
    assert browser.get(f"/admin/agents/agent/{ana.pk}/delete/").status_code == 403
    listed = browser.get("/admin/agents/agent/")
    assert "delete_selected" not in listed.content.decode()


def test_the_agent_list_shows_the_state_of_each_persona(browser, ana, bluebird):
    Persona.objects.create(agent=ana, page=bluebird, name="Ana R.", graph_id="7")
    assert "Bluebird Tea: live" in browser.get("/admin/agents/agent/").content.decode()


def test_an_agent_who_is_not_staff_is_redirected_from_the_admin_to_log_in(client, ana):
    client.force_login(ana)
    for path in ["", "agents/agent/", "personas/page/", "console/conversation/", "console/inboundwebhook/"]:
        answer = client.get(f"/admin/{path}")
        assert (answer.status_code, answer["Location"].startswith("/admin/login/")) == (302, True)


def test_an_admin_who_leaves_is_logged_out_of_the_admin_immediately(browser, ada, ana):
    Agent.objects.filter(pk=ana.pk).update(is_superuser=True, is_staff=True)
    leave(browser, ada)
    assert browser.get("/admin/").status_code == 302
