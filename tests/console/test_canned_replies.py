"""Canned replies: who may use them, who may change them, and the variables in their texts."""

import re
from html import unescape

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models.signals import pre_save
from django.test import Client

from console.models import CannedFile, CannedReply, Team
from console.wording import canned_variables
from personas.models import DiscardedFile, Page
from tests.conftest import TOKEN, restrict
from tests.console.conftest import HTMX, meanwhile, words


@pytest.fixture
def can(ana):
    """Create a canned reply, Ana's own unless it is shared."""

    def create(shortcut, text="Hello", author=ana, **fields):
        return CannedReply.objects.create(shortcut=shortcut, text=text, author=author, **fields)

    return create


@pytest.fixture
def refunds(bluebird, ana):
    """Ana's team, which answers for Bluebird Tea."""
    team = Team.objects.create(name="Refunds")
    team.pages.add(bluebird)
    team.members.add(ana)
    return team


@pytest.fixture
def pots(db):
    """Another Page, which only admins may see."""
    return Page.objects.create(page_id="22", token=TOKEN, name="Pots", is_open_to_all=False)


def manages(agent):
    """Give the agent the permission, and return the agent with it."""
    agent.user_permissions.add(Permission.objects.get(codename="manage_canned_replies"))
    return type(agent).objects.get(pk=agent.pk)


def shortcuts(replies):
    return {reply.shortcut for reply in replies}


# The right to use them


def test_an_agent_uses_their_own_canned_replies_and_those_shared_with_them(can, refunds, bluebird, pots, ana, ben, ada):
    can("own")
    can("all", scope="everyone")
    can("team", scope="team", team=refunds)
    can("page", scope="page", page=bluebird)
    can("pots", scope="page", page=pots)
    visible = CannedReply.objects.visible_to
    assert shortcuts(visible(ana)) == {"own", "all", "team", "page"}
    assert shortcuts(visible(ben)) == {"all", "page"}
    assert shortcuts(visible(ada)) == {"all", "team", "page", "pots"}


def test_a_conversation_offers_canned_replies_of_its_page_and_of_teams_that_answer_for_it(
    can, refunds, bluebird, pots, ada
):
    can("all", scope="everyone")
    can("team", scope="team", team=refunds)
    can("page", scope="page", page=bluebird)
    can("pots", scope="page", page=pots)
    assert shortcuts(CannedReply.objects.visible_to(ada).on(bluebird)) == {"all", "team", "page"}
    assert shortcuts(CannedReply.objects.visible_to(ada).on(pots)) == {"all", "pots"}


def test_canned_replies_of_a_page_that_is_closed_to_an_agent_are_hidden_from_them(can, bluebird, ben):
    can("page", scope="page", page=bluebird)
    restrict(bluebird)
    assert not CannedReply.objects.visible_to(ben).exists()


# The right to change them


def test_an_agent_changes_shared_canned_replies_by_permission_only(can, refunds, bluebird, pots, ana, ben):
    can("own")
    can("all", scope="everyone")
    can("team", scope="team", team=refunds)
    can("page", scope="page", page=bluebird)
    can("pots", scope="page", page=pots)
    assert shortcuts(CannedReply.objects.editable_by(ana)) == {"own"}
    assert shortcuts(CannedReply.objects.editable_by(ben)) == set()
    assert shortcuts(CannedReply.objects.editable_by(manages(ben))) == {"all", "page"}
    assert shortcuts(CannedReply.objects.editable_by(manages(ana))) == {"own", "all", "team", "page"}


@pytest.mark.parametrize(
    ("first", "second", "sentence"),
    [
        ({"scope": "own"}, {"scope": "own"}, "You already have a canned reply with this shortcut."),
        (
            {"scope": "everyone"},
            {"scope": "everyone"},
            "Agents who may use it already have a canned reply with this shortcut",
        ),
        ({"scope": "own"}, {"scope": "everyone"}, None),
    ],
)
def test_a_shortcut_is_unique_among_those_who_may_use_it(first, second, sentence, can, ana):
    can("hello", **first)
    other = CannedReply(shortcut="Hello", text="Hi", author=ana, **second)
    if sentence is None:
        return other.full_clean()
    with pytest.raises(ValidationError, match=sentence):
        other.full_clean()


@pytest.mark.parametrize("fields", [{"scope": "team"}, {"scope": "page"}])
def test_a_canned_reply_for_a_team_or_page_names_it(fields, ana):
    with pytest.raises(ValidationError, match="Choose a team or a Page only if it is shared with them"):
        CannedReply(shortcut="hello", text="Hi", author=ana, **fields).full_clean()


# Variables


@pytest.mark.parametrize("text", ["{{ customer.first_name }} {{page.name}}", "{ order }", "100 {% if %}", "{{", "{{}"])
def test_a_text_with_known_variables_or_none_is_accepted(text):
    canned_variables.check_variables(text)


@pytest.mark.parametrize("name", ["order.id", "customer.psid", "customer first name", "", "user|upper"])
def test_a_text_with_an_unknown_variable_is_refused_with_a_sentence(name):
    with pytest.raises(ValidationError, match="There is no variable"):
        canned_variables.check_variables(f"Your order {{{{ {name} }}}}")


def test_variables_stand_for_what_the_conversation_says(conversation, ana):
    assert canned_variables.values(conversation, ana) == {
        "customer.first_name": "Mona",
        "customer.name": "Mona Weber",
        "agent.name": "Ana R.",
        "page.name": "Bluebird Tea",
    }


def test_an_unknown_customer_leaves_gaps_in_place_of_the_name(conversation, ana):
    conversation.customer.name = ""
    found = canned_variables.values(conversation, ana)
    assert (found["customer.first_name"], found["customer.name"]) == ("[first name]", "[name]")


# In the admin


@pytest.fixture
def bens_admin(ben):
    """Ben's browser. He is on the staff and has every permission of Django for canned replies."""
    ben.is_staff = True
    ben.save()
    ben.user_permissions.set(Permission.objects.filter(codename__endswith="_cannedreply"))
    browser = Client()
    browser.force_login(ben, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def test_canned_replies_in_the_admin_need_the_permission_to_manage_them(can, bens_admin, ben, ana):
    mine, anas = can("all", scope="everyone"), can("secret")
    path = "/admin/console/cannedreply/"
    assert bens_admin.get(path).status_code == 403
    manages(ben)
    assert list(bens_admin.get(path).context["cl"].result_list) == [mine]
    assert bens_admin.get(f"{path}{anas.pk}/change/").status_code == 302


def test_a_canned_reply_added_in_the_admin_has_its_author_and_a_unique_shortcut(bens_admin, ben):
    manages(ben)
    path, fields = "/admin/console/cannedreply/add/", {"shortcut": "hi", "text": "Hi", "scope": "own"}
    bens_admin.post(path, fields)
    assert CannedReply.objects.get().author == ben
    assert b"You already have a canned reply with this shortcut." in bens_admin.post(path, fields).content
    answer = bens_admin.post(path, fields | {"text": "{{ secret }}"})
    assert "There is no variable “secret”." in answer.text


# For the composer


def test_the_composer_gets_the_canned_replies_of_the_page_and_a_304_until_one_changes(can, anas_browser, bluebird, ana):
    first = can("hello", text="Hi {{ customer.name }}")
    path = f"/pages/{bluebird.pk}/canned-replies/"
    answer = anas_browser.get(path)
    assert answer.json() == [
        {"shortcut": "hello", "folder": "", "text": "Hi {{ customer.name }}", "quick_replies": "", "files": []}
    ]
    known = {"If-None-Match": answer["ETag"]}
    assert anas_browser.get(path, headers=known).status_code == 304
    first.text = "Good morning"
    first.save()
    assert anas_browser.get(path, headers=known).json()[0]["text"] == "Good morning"


def test_the_canned_replies_of_a_page_that_is_closed_to_the_agent_are_not_found(can, anas_browser, bluebird):
    restrict(bluebird)
    assert anas_browser.get(f"/pages/{bluebird.pk}/canned-replies/").status_code == 404


def test_the_list_for_the_composer_takes_the_same_number_of_queries_at_any_length(
    can, anas_browser, bluebird, django_assert_num_queries
):
    path = f"/pages/{bluebird.pk}/canned-replies/"
    anas_browser.get(path)
    for count in (1, 20):
        for number in range(count):
            can(f"reply-{count}-{number}")
        with django_assert_num_queries(5):
            assert anas_browser.get(path).status_code == 200


# Pages at the desk


@pytest.fixture
def page_file():
    return lambda name="prices.pdf": SimpleUploadedFile(name, b"%PDF-1.7")


def fields(**more):
    return {"shortcut": "hello", "folder": "Greetings", "text": "Hello!", "audience": "own"} | more


def test_an_agent_creates_changes_and_deletes_a_canned_reply(anas_browser, ana, page_file):
    anas_browser.post("/canned-replies/new/", fields(files=[page_file()]))
    reply = CannedReply.objects.get()
    assert (reply.author, reply.scope, reply.folder) == (ana, "own", "Greetings")
    file = reply.files.get()
    assert anas_browser.get(f"/canned-replies/files/{file.pk}/").getvalue() == b"%PDF-1.7"
    path = f"/canned-replies/{reply.pk}/"
    anas_browser.post(path, fields(text="Good morning!\r\n---\r\nHow can I help?", removed=[file.pk]))
    reply.refresh_from_db()
    assert reply.text == "Good morning!\n---\nHow can I help?"
    assert not reply.files.exists()
    anas_browser.post(f"{path}delete/")
    assert not CannedReply.objects.exists()


def test_the_files_of_a_deleted_canned_reply_are_discarded(anas_browser, ana, page_file):
    anas_browser.post("/canned-replies/new/", fields(files=[page_file(), page_file("map.pdf")]))
    names = list(CannedFile.objects.values_list("file", flat=True))
    anas_browser.post(f"/canned-replies/{CannedReply.objects.get().pk}/delete/")
    assert not CannedFile.objects.exists()
    assert set(DiscardedFile.objects.values_list("name", flat=True)) == set(names)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"shortcut": "two words"}, "Letters, digits, - and _ only."),
        ({"shortcut": ""}, "This field is required."),
        ({"text": "Order {{ order.id }}"}, "There is no variable “order.id”."),
        ({"text": ""}, "Write a text, or attach a file."),
        ({"folder": "Greetings\0"}, "Null characters are not allowed."),
        ({"removed": ["1"]}, "A file that you remove is gone already."),
        ({"audience": "everyone"}, "Select a valid choice."),
        ({"audience": "page-1"}, "Select a valid choice."),
        ({"text": "a" * 10_001}, "Ensure this value has at most 10000 characters"),
    ],
)
def test_an_invalid_canned_reply_is_refused_and_stays_in_the_form(change, sentence, anas_browser):
    answer = anas_browser.post("/canned-replies/new/", fields(**change))
    assert answer.status_code == 422
    assert sentence in unescape(answer.text)
    assert "Greetings" in answer.text
    assert not CannedReply.objects.exists()


def test_a_change_that_another_saved_meanwhile_is_replaced_only_once_the_agent_knows_of_it(can, anas_browser):
    path = f"/canned-replies/{can('hello').pk}/"
    version = version_in(anas_browser.get(path))
    anas_browser.post(path, fields(text="First", version=version))
    answer = anas_browser.post(path, fields(text="Second", version=version))
    assert (answer.status_code, CannedReply.objects.get().text) == (422, "First")
    assert "This was changed while you edited it." in answer.text
    assert "Second" in answer.text
    anas_browser.post(path, fields(text="Second", version=version_in(answer)))
    assert CannedReply.objects.get().text == "Second"


def version_in(answer):
    return re.search(r'name="version" value="([^"]+)"', answer.text)[1]


def test_a_second_canned_reply_under_the_same_shortcut_is_refused(can, anas_browser):
    can("Hello")
    answer = anas_browser.post("/canned-replies/new/", fields())
    assert "You already have a canned reply with this shortcut." in answer.text


@pytest.mark.django_db(transaction=True)
def test_a_shortcut_that_is_taken_while_the_form_is_saved_is_refused_with_a_sentence(can, anas_browser):
    def take(**sent):
        pre_save.disconnect(take, CannedReply)
        elsewhere = meanwhile(lambda: can("Hello"))
        elsewhere.join()

    pre_save.connect(take, CannedReply, weak=False)
    answer = anas_browser.post("/canned-replies/new/", fields())
    assert (answer.status_code, CannedReply.objects.count()) == (422, 1)
    assert "The shortcut has just been taken. Choose another one." in answer.text


def test_an_agent_with_the_permission_shares_a_canned_reply(anas_browser, refunds, bluebird, pots, ana):
    manages(ana)
    form = anas_browser.get("/canned-replies/new/").text
    assert "Team: Refunds" in form
    assert "Bluebird Tea" in form
    assert "Pots" not in form
    for audience in ("own", "everyone", f"team-{refunds.pk}", f"page-{bluebird.pk}", f"page-{pots.pk}"):
        anas_browser.post("/canned-replies/new/", fields(audience=audience))
    shared = CannedReply.objects.order_by("pk").values_list("scope", "team", "page")
    assert list(shared) == [
        *[("own", None, None), ("everyone", None, None), ("team", refunds.pk, None), ("page", None, bluebird.pk)]
    ]


def test_a_shared_canned_reply_keeps_its_author_and_cannot_be_taken_by_who_edits_it(can, client, ana, ben):
    shared = can("hello", scope="everyone")
    client.force_login(manages(ben))
    path = f"/canned-replies/{shared.pk}/"
    assert client.post(path, fields(audience="own")).status_code == 422
    client.post(path, fields(audience="everyone", text="Hi!"))
    shared.refresh_from_db()
    assert (shared.author, shared.scope, shared.text) == (ana, "everyone", "Hi!")


@pytest.mark.parametrize("path", ["", "delete/"])
def test_an_agent_cannot_change_a_canned_reply_of_another_or_a_shared_one(path, can, client, ben):
    client.force_login(ben)
    for reply in (can("own"), can("all", scope="everyone")):
        assert client.post(f"/canned-replies/{reply.pk}/{path}", fields(text="Mine")).status_code == 404
    assert set(CannedReply.objects.values_list("text", flat=True)) == {"Hello"}


def test_a_file_of_a_canned_reply_of_another_agent_is_not_found(anas_browser, client, page_file, ben):
    anas_browser.post("/canned-replies/new/", fields(files=[page_file()]))
    client.force_login(ben)
    assert client.get(f"/canned-replies/files/{CannedFile.objects.get().pk}/").status_code == 404


def test_canned_replies_are_listed_by_folder_and_searched(can, anas_browser, refunds, client, ana):
    can("hello", text="Hello there", folder="Greetings")
    can("steep", text="Three minutes", folder="Tea", scope="everyone")
    can("late", text="I am sorry")
    html = anas_browser.get("/canned-replies/").text
    assert words(html).index("Without a folder") < words(html).index("Greetings") < words(html).index("Tea")
    found = anas_browser.get("/canned-replies/?q=tea+minutes", headers=HTMX).text
    assert "/steep" in found
    assert "/hello" not in found
    assert "<html" not in found
    assert "No canned reply matches." in anas_browser.get("/canned-replies/?q=nothing").text


def test_an_agent_without_canned_replies_reads_what_they_are_for(anas_browser):
    assert "No canned replies yet." in anas_browser.get("/canned-replies/").text


def test_the_page_of_canned_replies_takes_the_same_number_of_queries_at_any_length(
    can, anas_browser, refunds, django_assert_num_queries
):
    anas_browser.get("/canned-replies/")
    for count in (1, 20):
        for number in range(count):
            can(f"reply-{count}-{number}", scope="team", team=refunds)
        with django_assert_num_queries(5):
            assert anas_browser.get("/canned-replies/").status_code == 200


def test_a_sent_message_is_saved_as_a_canned_reply(anas_browser, say, conversation, ana):
    message = say("Your parcel is on its way.")
    path = f"/conversations/{conversation.pk}/messages/{message.pk}/save-as-canned-reply/"
    assert path in anas_browser.get(f"/conversations/{conversation.pk}/").text
    assert "Your parcel is on its way." in anas_browser.get(path, headers=HTMX).text
    answer = anas_browser.post(path, fields(text="Your parcel is on its way."), headers=HTMX)
    assert (answer.status_code, answer.content) == (200, b"")
    assert CannedReply.objects.get().text == "Your parcel is on its way."


def test_a_message_of_a_customer_or_of_another_groups_page_cannot_be_saved_as_a_canned_reply(
    anas_browser, say, conversation, receive, said, bluebird
):
    ours = say("Hello")
    receive(said("m_1"))
    customers = conversation.messages.get(is_incoming=True)
    path = f"/conversations/{conversation.pk}/messages/{{}}/save-as-canned-reply/".format
    assert anas_browser.get(path(customers.pk)).status_code == 404
    restrict(bluebird)
    assert anas_browser.get(path(ours.pk)).status_code == 404
