"""An agent's own profile: who customers see, the password, and the devices where the agent is logged in."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from agents.models import Agent
from agents.sessions import SEEN_EVERY, Session
from console.live.batch import check_log_ins
from console.models import PushSubscription
from console.profile.forms import ProfileForm
from personas.models import DiscardedFile, Persona
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
NEW = "quite a long phrase"
PHONE = "Mozilla/5.0 (Linux; Android 16; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Mobile Safari/537.36"
LAPTOP = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0"


def picture(color="red", name="face.png", kind="PNG"):
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), color).save(buffer, kind)
    return SimpleUploadedFile(name, buffer.getvalue(), "image/png")


def saves(browser, **fields):
    return browser.post("/profile/", {"first_name": "Ana", "last_name": "Ruiz"} | fields)


def changes_password(browser, old=PASSWORD, new=NEW, again=None, **headers):
    fields = {"old_password": old, "new_password1": new, "new_password2": again or new}
    return browser.post("/profile/password/", fields, headers=headers)


def log_in(username, user_agent=LAPTOP):
    """Log in by the form, as a browser does."""
    browser = Client(headers={"User-Agent": user_agent})
    assert browser.post("/login/", {"username": username, "password": PASSWORD}).status_code == 302
    return browser


def session_of(browser):
    return Session.objects.get(pk=browser.cookies["sessionid"].value)


def is_logged_in(browser):
    return browser.get("/profile/").status_code == 200


# The persona


def test_a_changed_name_makes_a_new_persona_for_the_next_message(anas_browser, conversation, ana):
    before = Persona.objects.for_agent(ana, conversation.page)
    assert saves(anas_browser, first_name="Anna", last_name="Soto").status_code == 302
    ana.refresh_from_db()
    after = Persona.objects.for_agent(ana, conversation.page)
    assert (before.name, after.name) == ("Ana R.", "Anna S.")
    assert Persona.objects.get(pk=before.pk).state == Persona.State.LEAVING


def test_a_changed_picture_makes_a_new_persona_and_the_old_file_is_deleted(anas_browser, conversation, ana):
    saves(anas_browser, picture=picture())
    ana.refresh_from_db()
    before, first = Persona.objects.for_agent(ana, conversation.page), ana.picture
    saves(anas_browser, picture=picture("blue"))
    ana.refresh_from_db()
    assert Persona.objects.for_agent(ana, conversation.page) != before
    assert DiscardedFile.objects.filter(name=first.name).exists() or not first.storage.exists(first.name)
    assert ana.picture.storage.exists(ana.picture.name)


def test_two_pictures_that_are_saved_at_the_same_time_leave_one_file(
    watched_files, ana, django_capture_on_commit_callbacks
):
    forms = [form_of(ana, picture=picture(color)) for color in ("red", "blue")]
    for form in forms:
        with django_capture_on_commit_callbacks(execute=True):
            form.save()
    ana.refresh_from_db()
    assert watched_files.names == [ana.picture.name]


def test_a_name_that_is_saved_by_an_old_page_leaves_the_new_picture(ana, watched_files):
    old = form_of(ana, first_name="Anna")
    form_of(ana, picture=picture()).save()
    old.save()
    ana.refresh_from_db()
    assert (ana.first_name, watched_files.names) == ("Anna", [ana.picture.name])


def form_of(agent, picture=None, **fields):
    """Return a valid form that was loaded now."""
    given = {"first_name": "Ana", "last_name": "Ruiz"} | fields
    form = ProfileForm(given, {"picture": picture} if picture else {}, instance=Agent.objects.get(pk=agent.pk))
    assert form.is_valid()
    return form


def test_a_picture_is_stored_outside_of_a_transaction(client, watched_files, ana):
    client.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    saves(client, picture=picture())
    ana.refresh_from_db()
    assert (watched_files.were_in_transaction, watched_files.names) == ([False], [ana.picture.name])


def test_an_agent_removes_their_picture(anas_browser, ana):
    saves(anas_browser, picture=picture())
    saves(anas_browser, **{"picture-clear": "on"})
    ana.refresh_from_db()
    assert not ana.picture


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (SimpleUploadedFile("face.png", b"no picture at all", "image/png"), "Upload a valid image"),
        (picture(kind="GIF"), "Choose a picture in JPEG, PNG or WebP format."),
    ],
    ids=["no picture", "GIF"],
)
def test_a_file_that_is_no_picture_is_refused_in_words_and_nothing_changes(file, sentence, anas_browser, ana):
    file.seek(0)
    answer = saves(anas_browser, first_name="Anna", picture=file)
    assert (answer.status_code, sentence in answer.text) == (422, True)
    ana.refresh_from_db()
    assert (ana.first_name, ana.picture.name) == ("Ana", "")


@pytest.mark.parametrize("name", ["", "  ", "\u202e"])
def test_without_a_first_name_customers_would_see_the_username_so_it_is_refused(name, anas_browser, ana):
    assert saves(anas_browser, first_name=name).status_code == 422
    ana.refresh_from_db()
    assert ana.first_name == "Ana"


def test_a_saved_profile_leaves_what_changed_meanwhile(anas_browser, ana):
    Agent.objects.filter(pk=ana.pk).update(capacity=9)
    saves(anas_browser, first_name="Anna", capacity="99", is_superuser="on", username="ada")
    ana.refresh_from_db()
    assert (ana.first_name, ana.capacity, ana.is_superuser, ana.username) == ("Anna", 9, False, "ana")


def test_an_agent_whose_name_an_admin_keeps_reads_so_and_cannot_change_it(anas_browser, ana):
    Agent.objects.update(may_change_profile=False)
    page = anas_browser.get("/profile/").text
    assert "ask one to change them" in page and 'name="first_name"' not in page
    assert saves(anas_browser, first_name="Mallory").status_code == 404
    ana.refresh_from_db()
    assert ana.first_name == "Ana"


def test_the_preview_shows_the_public_name_and_the_page_and_changes_nothing(anas_browser, bluebird, ana):
    shown = anas_browser.get("/profile/preview/?first_name=Zoë&last_name=Quist").text
    assert shown.count(f"<bdi>Zoë Q.</bdi> from <bdi>{bluebird}</bdi>") == 2
    assert "<script>" not in anas_browser.get("/profile/preview/?first_name=<script>&last_name=%00").text
    ana.refresh_from_db()
    assert ana.first_name == "Ana"


# The password


def test_a_new_password_logs_out_everywhere_else(ana):
    here, there = log_in("ana"), log_in("ana", PHONE)
    assert changes_password(here).status_code == 302
    assert is_logged_in(here)
    assert not is_logged_in(there)
    assert list(ana.sessions.all()) == [session_of(here)]
    ana.refresh_from_db()
    assert ana.check_password(NEW)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"old": "wrong"}, "Your old password was entered incorrectly"),
        ({"new": "password1"}, "This password is too common"),
        ({"new": "blackbird-tea"}, "too similar"),
        ({"new": "kurz"}, "too short"),
        ({"again": "another phrase"}, "match"),
        ({"new": "handover-demo"}, "the demo&#x27;s password"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else "",
)
def test_a_password_is_refused_in_words(fields, sentence, ana):
    Agent.objects.filter(pk=ana.pk).update(email="ana@blackbird-tea.example")
    here, there = log_in("ana"), log_in("ana")
    answer = changes_password(here, **fields)
    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert is_logged_in(there)
    ana.refresh_from_db()
    assert ana.check_password(PASSWORD)


def test_guesses_of_the_old_password_are_locked_like_log_ins(ana, settings):
    here = log_in("ana")
    answers = [changes_password(here, old=f"guess {number}").status_code for number in range(6)]
    assert answers[:4] == [422] * 4 and answers[-1] == 429
    assert changes_password(here).status_code == 429
    ana.refresh_from_db()
    assert ana.check_password(PASSWORD)


def test_this_device_still_calls_after_a_new_password(ana):
    here, there = log_in("ana"), log_in("ana", PHONE)
    for browser, endpoint in ((here, "https://push/here"), (there, "https://push/there")):
        PushSubscription.objects.subscribe(ana, session_of(browser).pk, endpoint, p256dh="", auth="")
    changes_password(here)
    assert [one.endpoint for one in PushSubscription.objects.reachable()] == ["https://push/here"]
    assert PushSubscription.objects.count() == 1


# Devices


def test_an_agent_reads_where_they_are_logged_in(ana, ben):
    here, _there, _bens = log_in("ana"), log_in("ana", PHONE), log_in("ben", PHONE)
    Session.objects.filter(device="Chrome, Android").update(seen_at=timezone.now() - timedelta(hours=3))
    page = here.get("/profile/").text
    names = (
        page.index("Firefox, Linux"),
        page.index("this device"),
        page.index("Chrome, Android"),
        page.index("last used"),
    )
    assert list(names) == sorted(names)
    assert page.count("Chrome, Android </") + page.count("Chrome, Android</span>") == 1


def test_the_page_names_no_key_of_a_session(ana):
    here, there = log_in("ana"), log_in("ana", PHONE)
    page = here.get("/profile/").text
    assert session_of(there).public_id in page
    assert not [browser for browser in (here, there) if session_of(browser).pk in page]


def test_an_agent_logs_out_one_device_and_its_notifications_end(ana):
    here, phone, laptop = log_in("ana"), log_in("ana", PHONE), log_in("ana")
    PushSubscription.objects.subscribe(ana, session_of(phone).pk, "https://push/phone", p256dh="", auth="")
    here.post(f"/profile/devices/{session_of(phone).public_id}/log-out/")
    assert [is_logged_in(browser) for browser in (here, phone, laptop)] == [True, False, True]
    assert not PushSubscription.objects.exists()


def test_an_agent_logs_out_all_other_devices_and_no_colleague(ana, ben):
    here, phone, laptop, bens = log_in("ana"), log_in("ana", PHONE), log_in("ana"), log_in("ben")
    here.post("/profile/devices/log-out-others/")
    assert [is_logged_in(browser) for browser in (here, phone, laptop, bens)] == [True, False, False, True]


def test_a_device_of_a_colleague_and_this_one_cannot_be_logged_out(ana, ben):
    here, bens = log_in("ana"), log_in("ben")
    for browser in (here, bens):
        assert here.post(f"/profile/devices/{session_of(browser).public_id}/log-out/").status_code == 404
    assert is_logged_in(here) and is_logged_in(bens)


def test_a_session_that_an_older_password_began_is_not_listed(ana):
    here, _there = log_in("ana"), log_in("ana", PHONE)
    ana.set_password(NEW)
    ana.save()
    here = Client(headers={"User-Agent": LAPTOP})
    here.post("/login/", {"username": "ana", "password": NEW})
    assert "Chrome, Android" not in here.get("/profile/").text


def test_a_session_is_noted_as_used_once_in_five_minutes(ana):
    here = log_in("ana")
    began = session_of(here).seen_at
    here.get("/presence/")
    assert session_of(here).seen_at == began
    Session.objects.update(seen_at=began - SEEN_EVERY - timedelta(seconds=1), device="")
    for _request in range(2):
        here.get("/presence/")
    assert (session_of(here).seen_at > began, session_of(here).device) == (True, "Firefox, Linux")


@pytest.mark.django_db(transaction=True)
def test_an_open_desk_is_in_use_although_nobody_presses_anything(ana):
    here = log_in("ana")
    Session.objects.update(seen_at=timezone.now() - timedelta(hours=1))
    check_log_ins({session_of(here).pk})
    assert session_of(here).is_in_use


@pytest.mark.parametrize("number", [1, 6])
def test_the_page_takes_as_many_queries_for_one_device_as_for_six(number, ana, bluebird, django_assert_num_queries):
    here = log_in("ana")
    for _device in range(number):
        log_in("ana", PHONE)
    with django_assert_num_queries(7):
        here.get("/profile/")
