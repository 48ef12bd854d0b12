"""Saved templates: kept under a name for their author, a team, a Page or everyone, as canned replies are."""

import re

import pytest
from django.contrib.auth.models import Permission
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from console.models import SavedFile, SavedTemplate, Team
from personas import pictures
from personas.models import Page
from tests.conftest import TOKEN, restrict
from tests.console.conftest import HTMX, fresh, words

BUTTONS = {
    "template_type": "button",
    "text": "Green or black?",
    "buttons": [{"type": "postback", "title": "Green", "payload": "Green"}],
}
FIELDS = {
    "kind": "button",
    "text": "Green or black?",
    **dict.fromkeys(["title", "subtitle", "image_url", "address"], ""),
    "button_type": ["postback", "web_url", "web_url"],
    "button_title": ["Green", "", ""],
    "button_value": ["", "", ""],
    "audience": "own",
}


PICTURE = pictures.initials("Tea Pot").read()


def teapot(name="teapot.png"):
    return SimpleUploadedFile(name, PICTURE)


@pytest.fixture
def path(conversation):
    return f"/conversations/{conversation.pk}/template/saved/"


@pytest.fixture
def keep(ana):
    """Save a template, Ana's own unless it is shared."""

    def create(name, author=ana, **fields):
        return SavedTemplate.objects.create(name=name, payload=BUTTONS, author=author, **fields)

    return create


def manages(agent):
    agent.user_permissions.add(Permission.objects.get(codename="manage_canned_replies"))
    return type(agent).objects.get(pk=agent.pk)


def test_an_agent_saves_uses_changes_and_deletes_a_template(anas_browser, path, ana):
    answer = anas_browser.post(f"{path}new/", FIELDS | {"name": "Teas"}, headers=HTMX)
    assert "Saved as “Teas”." in answer.content.decode()
    saved = SavedTemplate.objects.get()
    assert (saved.author, saved.scope, saved.payload) == (ana, "own", BUTTONS)
    assert "Teas" in words(anas_browser.get(path, headers=HTMX).content.decode())
    assert 'value="Green"' in anas_browser.get(f"{path}{saved.pk}/", headers=HTMX).content.decode()
    anas_browser.post(f"{path}{saved.pk}/edit/", FIELDS | {"name": "Our teas", "text": "Which one?"}, headers=HTMX)
    assert (fresh(saved).name, saved.payload["text"]) == ("Our teas", "Which one?")
    answer = anas_browser.post(f"{path}{saved.pk}/delete/", headers=HTMX).content.decode()
    assert "“Our teas” is deleted." in answer
    assert "Which one?</textarea>" in answer
    assert not SavedTemplate.objects.exists()


def test_a_button_that_is_pressed_twice_saves_one_template(anas_browser, conversation, path, ana):
    form = anas_browser.get(f"/conversations/{conversation.pk}/template/", headers=HTMX).text
    key = re.search(r'name="idempotency_key" value="([\w-]+)"', form)[1]
    given = FIELDS | {"name": "Teas", "idempotency_key": key}
    answers = [anas_browser.post(f"{path}new/", given, headers=HTMX) for _press in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    saved = SavedTemplate.objects.get()
    assert f"{path}{saved.pk}/edit/" in answers[1].text
    assert f'value="{key}"' not in answers[1].text  # the next template that is saved is another one


def test_a_picture_whose_button_is_pressed_twice_is_kept_once(anas_browser, path):
    given = FIELDS | {"kind": "media", "name": "Pot", "idempotency_key": "5b0a4f2e-7d8c-4a55-8d5c-0f6a3f6f4c11"}
    for _press in range(2):
        anas_browser.post(f"{path}new/", given | {"files": teapot()}, headers=HTMX)
    assert SavedTemplate.objects.get().files.get().title == "teapot.png"


def test_a_change_of_another_is_replaced_only_by_an_agent_who_knows_of_it(keep, anas_browser, path, ana):
    address = f"{path}{keep('Teas').pk}/"

    def save(text, shown):
        version = re.search(r'name="version" value="([^"]+)"', shown.content.decode())[1]
        return anas_browser.post(f"{address}edit/", FIELDS | {"name": "Teas", "text": text, "version": version})

    shown = anas_browser.get(address)
    assert save("First", shown).status_code == 200
    refused = save("Second", shown)
    assert "This was changed while you edited it. Save again to replace that change." in words(refused.content.decode())
    assert SavedTemplate.objects.get().payload["text"] == "First"
    assert save("Second", refused).status_code == 200
    assert SavedTemplate.objects.get().payload["text"] == "Second"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": ""}, "Name: This field is required."),
        ({"name": "Teas", "text": ""}, "Write the text above the buttons."),
        ({"name": "Teas", "kind": "media"}, "Choose one picture or video."),
        ({"name": "Teas", "audience": "everyone"}, "Who may use it: Select a valid choice."),
    ],
)
def test_a_template_that_cannot_be_saved_stays_in_the_form(fields, sentence, anas_browser, path):
    answer = anas_browser.post(f"{path}new/", FIELDS | fields, headers=HTMX)
    assert (answer.status_code, sentence in answer.content.decode()) == (422, True)
    assert not SavedTemplate.objects.exists()


@pytest.mark.usefixtures("storage")
def test_a_picture_with_buttons_keeps_its_picture_until_another_comes(
    anas_browser, path, django_capture_on_commit_callbacks
):
    media = FIELDS | {"name": "Teapot", "kind": "media"}
    anas_browser.post(f"{path}new/", media | {"files": [teapot()]}, headers=HTMX)
    saved = SavedTemplate.objects.get()
    own = f"{path}{saved.pk}/"
    assert f'data-file="{own}file/" data-file-name="teapot.png"' in anas_browser.get(own, headers=HTMX).content.decode()
    assert b"".join(anas_browser.get(f"{own}file/").streaming_content) == PICTURE
    anas_browser.post(f"{own}edit/", media | {"name": "Pot"}, headers=HTMX)
    assert (fresh(saved).name, SavedFile.objects.get().title) == ("Pot", "teapot.png")
    before = SavedFile.objects.get().file.name
    with django_capture_on_commit_callbacks(execute=True):
        anas_browser.post(f"{own}edit/", media | {"files": [teapot("cup.png")]}, headers=HTMX)
    assert (SavedFile.objects.get().title, default_storage.exists(before)) == ("cup.png", False)
    before = SavedFile.objects.get().file.name
    with django_capture_on_commit_callbacks(execute=True):
        anas_browser.post(f"{own}delete/", headers=HTMX)
    assert not default_storage.exists(before)


def test_the_file_of_a_saved_template_is_for_those_who_may_use_it(anas_browser, path, bens, bluebird):
    anas_browser.post(f"{path}new/", FIELDS | {"name": "Pot", "kind": "media", "files": [teapot()]}, headers=HTMX)
    file = f"{path}{SavedTemplate.objects.get().pk}/file/"
    assert bens.get(file).status_code == 404
    SavedTemplate.objects.update(scope="page", page=bluebird)
    assert bens.get(file).status_code == 200
    restrict(bluebird)
    assert bens.get(file).status_code == 404


def test_agents_use_their_own_templates_and_those_shared_with_them(keep, anas_browser, path, bluebird, ana, ben):
    refunds, others = Team.objects.create(name="Refunds"), Team.objects.create(name="Others")
    for team in (refunds, others):
        team.pages.add(bluebird)
    refunds.members.add(ana)
    pots = Page.objects.create(page_id="22", token=TOKEN, name="Pots")
    keep("Own")
    keep("Bens", author=ben)
    keep("All", scope="everyone", author=ben)
    keep("Team", scope="team", team=refunds, author=ben)
    keep("Other team", scope="team", team=others, author=ben)
    keep("Page", scope="page", page=bluebird, author=ben)
    keep("Pots", scope="page", page=pots, author=ben)
    found = anas_browser.get(path, headers=HTMX).content.decode()
    for saved in SavedTemplate.objects.all():
        is_shown = saved.name in ("Own", "All", "Team", "Page")
        assert (f">{saved.name}</a>" in found) == is_shown
        assert anas_browser.get(f"{path}{saved.pk}/", headers=HTMX).status_code == (200 if is_shown else 404)


def test_an_empty_library_says_how_to_fill_it(anas_browser, path):
    assert "Nothing saved yet." in anas_browser.get(path, headers=HTMX).content.decode()


def test_a_template_is_found_by_words_of_its_name(keep, anas_browser, path):
    keep("Green teas"), keep("Black teas")
    found = words(anas_browser.get(f"{path}?q=tea+gre", headers=HTMX).content.decode())
    assert "Green teas" in found
    assert "Black teas" not in found
    assert "Nothing saved under this name." in anas_browser.get(f"{path}?q=pots", headers=HTMX).content.decode()


@pytest.mark.parametrize("verb", ["edit", "delete"])
def test_a_shared_template_is_changed_by_permission_only(verb, keep, anas_browser, path, ana, ben):
    shared, bens = keep("All", scope="everyone", author=ben), keep("Bens", author=ben)
    change = FIELDS | {"name": "Mine", "audience": "everyone"}
    assert anas_browser.post(f"{path}{shared.pk}/{verb}/", change, headers=HTMX).status_code == 404
    assert "Save the changes" not in anas_browser.get(f"{path}{shared.pk}/", headers=HTMX).content.decode()
    manages(ana)
    assert "Save the changes" in anas_browser.get(f"{path}{shared.pk}/", headers=HTMX).content.decode()
    assert anas_browser.post(f"{path}{bens.pk}/{verb}/", change, headers=HTMX).status_code == 404
    assert anas_browser.post(f"{path}{shared.pk}/{verb}/", change, headers=HTMX).status_code == 200
    assert not SavedTemplate.objects.filter(name="All").exists()


def test_templates_are_found_through_conversations_that_the_agent_may_see(keep, anas_browser, path, bluebird):
    saved = keep("Own")
    restrict(bluebird)
    assert anas_browser.get(path, headers=HTMX).status_code == 404
    assert anas_browser.get(f"{path}{saved.pk}/", headers=HTMX).status_code == 404


def test_the_list_takes_the_same_number_of_queries_at_any_length(
    keep, anas_browser, path, bluebird, django_assert_max_num_queries
):
    anas_browser.get(path, headers=HTMX)
    for count in (1, 20):
        for number in range(count):
            keep(f"Tea {count} {number}", scope="page", page=bluebird)
        with django_assert_max_num_queries(10) as queries:
            anas_browser.get(path, headers=HTMX)
    assert len(queries) <= 10


def test_admins_delete_the_template_of_a_team_without_pages_and_then_the_team(
    keep, client, ada, ana, django_capture_on_commit_callbacks
):
    team = Team.objects.create(name="Pots")
    saved = keep("Our pots", scope="team", team=team)
    with SavedFile.objects.storing([teapot()]) as [stored]:
        saved.files.add(stored, bulk=False)
    client.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    deletes_team = f"/admin/console/team/{team.pk}/delete/"
    path = f"/admin/console/savedtemplate/{saved.pk}/"
    assert path in client.get(deletes_team).content.decode()  # it is named as what keeps the team
    assert client.get(f"{path}change/").status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{path}delete/", {"post": "yes"})
    assert not default_storage.exists(stored.file.name)
    client.post(deletes_team, {"post": "yes"})
    assert not Team.objects.exists()


def test_staff_who_may_not_manage_what_is_shared_see_no_templates_in_the_admin(keep, client, ana):
    keep("Teas", scope="everyone")
    type(ana).objects.update(is_staff=True)
    client.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/admin/console/savedtemplate/").status_code == 403
    manages(ana)
    assert b"Teas" in client.get("/admin/console/savedtemplate/").content
