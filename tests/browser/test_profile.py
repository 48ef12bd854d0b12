"""An agent's own profile, in the words of agents: how customers see me, my password, and where I am logged in."""

import io
import os

import pytest
from django.contrib.auth.hashers import make_password
from PIL import Image
from playwright.sync_api import expect

from agents.models import Agent
from agents.sessions import Session
from console.models import PushSubscription
from tests.browser.desk import PHONE, findings, says, takes, until
from tests.conftest import PASSWORD
from tests.stand_in import eventually

PICTURES = os.environ.get("PICTURES")
NEW = "quite a long phrase"
SCREENS = {
    "light": {"color_scheme": "light"},
    "dark-phone": {"color_scheme": "dark", **PHONE},
    "320": {"viewport": {"width": 320, "height": 640}},
    "zoomed": {"viewport": {"width": 640, "height": 400}, "device_scale_factor": 2},
}
LANGUAGES = ["en", "de", "ar"]
pytestmark = pytest.mark.django_db(transaction=True)


def painting(kind="PNG"):
    """A wide picture: red at its start, blue in the middle, green at its end."""
    image = Image.new("RGB", (900, 300), "red")
    image.paste("blue", (300, 0, 600, 300))
    image.paste("lime", (600, 0, 900, 300))
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return {"name": "me.png", "mimeType": "image/png", "buffer": buffer.getvalue()}


def opens_the_profile(tab, ana):
    tab.get_by_role("button", name=str(ana)).click()
    tab.get_by_role("link", name="Your profile").click()
    expect(tab.get_by_role("heading", level=1, name="Your profile")).to_be_visible()
    until(tab, lambda: tab.evaluate("Boolean(customElements.get('picture-crop') && window.htmx)"))


def preview(tab):
    return tab.get_by_role("region", name="How customers see you in Messenger")


def saves(tab):
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_role("status")).to_contain_text("Saved.")


def middle(tab, ana):
    """Return the first letters of the colour in the middle of Ana's stored picture."""
    stored = tab.request.get(f"/agents/{ana.pk}/picture/").body()
    with Image.open(io.BytesIO(stored)) as image:
        assert image.size == (512, 512)
        return "".join(name for name, amount in zip("rgb", image.getpixel((256, 256)), strict=True) if amount > 200)


def takes_a_picture(tab, name):
    if PICTURES:
        tab.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


def test_an_agent_types_another_name_sees_it_as_a_customer_would_and_answers_under_it(
    sit_down, mona_writes, stack, ana
):
    tab = sit_down(ana)
    opens_the_profile(tab, ana)
    expect(preview(tab).get_by_text("Ana R. from")).to_have_count(2)
    tab.get_by_label("First name").fill("Anna")
    tab.get_by_label("Last name").fill("Soto")
    expect(preview(tab).get_by_text("Anna S. from")).to_have_count(2)
    saves(tab)
    tab.get_by_role("link", name="Back to conversations").click()
    takes(tab)
    says(tab, "Hello Mona")
    until(tab, lambda: [said["persona"]["name"] for said in stack.said(mona_writes)] == ["Anna S."])


def test_an_agent_chooses_the_part_of_a_picture_by_keyboard(sit_down, bluebird, ana):
    tab = sit_down(ana)
    opens_the_profile(tab, ana)
    tab.get_by_label("Picture", exact=True).set_input_files(painting())
    across = tab.get_by_role("slider", name="From side to side")
    expect(across).to_be_visible()
    expect(tab.get_by_role("slider", name="From top to bottom")).to_be_disabled()
    across.press("End")
    tab.get_by_role("slider", name="Closer").press("ArrowRight")
    saves(tab)
    assert middle(tab, ana) == "g"
    expect(preview(tab).locator("img").first).to_be_visible()


def test_an_agent_pulls_the_picture_with_the_pointer(sit_down, bluebird, ana):
    tab = sit_down(ana)
    opens_the_profile(tab, ana)
    tab.get_by_label("Picture", exact=True).set_input_files(painting())
    canvas = tab.get_by_role("img", name="The part that customers see")
    expect(canvas).to_be_visible()
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    tab.mouse.move(x, y)
    tab.mouse.down()
    tab.mouse.move(x + 1.5 * box["width"], y, steps=5)
    tab.mouse.up()
    saves(tab)
    assert middle(tab, ana) == "r"


def test_the_preview_has_the_chosen_picture_before_and_after_another_name(sit_down, bluebird, ana):
    tab = sit_down(ana)
    opens_the_profile(tab, ana)
    faces = preview(tab).locator("img")
    expect(faces.first).to_be_hidden()
    tab.get_by_label("Picture", exact=True).set_input_files(painting())
    expect(faces.first).to_be_visible()
    tab.get_by_label("First name").fill("Anna")
    expect(preview(tab).get_by_text("Anna R. from")).to_have_count(2)
    expect(faces.first).to_be_visible()
    tab.get_by_role("button", name="Discard this picture").click()
    expect(faces.first).to_be_hidden()
    saves(tab)
    assert not Agent.objects.get(pk=ana.pk).picture


def test_a_file_that_is_no_picture_is_refused_in_words(sit_down, bluebird, ana):
    tab = sit_down(ana)
    opens_the_profile(tab, ana)
    text = {"name": "me.png", "mimeType": "image/png", "buffer": b"no picture at all"}
    tab.get_by_label("Picture", exact=True).set_input_files(text)
    expect(tab.get_by_role("alert").filter(has_text="not a picture")).to_be_visible()
    expect(tab.get_by_role("slider")).to_have_count(0)
    tab.get_by_label("Picture", exact=True).set_input_files(painting())
    expect(tab.get_by_role("alert").filter(has_text="not a picture")).to_have_count(0)
    expect(tab.get_by_role("slider", name="Closer")).to_be_visible()


def test_without_scripts_the_picture_goes_as_it_is_and_no_picture_is_refused_in_words(sit_down, bluebird, ana):
    tab = sit_down(ana, java_script_enabled=False)
    tab.goto("/profile/")
    tab.get_by_label("Picture", exact=True).set_input_files(painting() | {"buffer": b"no picture at all"})
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_role("alert")).to_contain_text("Upload a valid image")
    tab.get_by_label("Picture", exact=True).set_input_files(painting())
    saves(tab)
    assert Agent.objects.get(pk=ana.pk).picture.name


def test_an_agent_logs_out_a_lost_phone_and_its_desk_goes_at_once(sit_down, mona_writes, ana):
    phone = sit_down(ana, **PHONE)
    [session] = Session.objects.filter(agent=ana)
    PushSubscription.objects.subscribe(ana, session.pk, "https://push/phone", p256dh="", auth="")
    tab = sit_down(ana)
    phone.goto("/")
    expect(phone.locator("#queue")).to_be_visible()
    until(phone, lambda: phone.evaluate("Boolean(document.body.dataset.stream)"))
    opens_the_profile(tab, ana)
    tab.get_by_role("button", name="Log out", exact=False).first.click()
    expect(tab.get_by_role("status")).to_contain_text("is logged out.")
    expect(phone.get_by_label("Password", exact=True)).to_be_visible(timeout=8_000)  # ms: less than between two checks
    assert not PushSubscription.objects.exists()
    expect(tab.get_by_text("this device")).to_be_visible()


def test_an_agent_changes_the_password_and_is_logged_out_elsewhere_but_not_here(sit_down, mona_writes, ana):
    ana.password = make_password(PASSWORD, hasher="pbkdf2_sha256")  # as the console checks it
    ana.save()
    other, tab = sit_down(ana), sit_down(ana)
    second = tab.context.new_page()
    second.goto("/")
    until(other, lambda: other.evaluate("Boolean(document.body.dataset.stream)"))
    opens_the_profile(tab, ana)
    tab.get_by_label("Old password").fill(PASSWORD)
    tab.get_by_label("New password", exact=True).fill("password1")
    tab.get_by_label("New password confirmation").fill("password1")
    tab.get_by_role("button", name="Change the password").click()
    expect(tab.get_by_role("alert")).to_contain_text("too common")
    for label, words in [("Old password", PASSWORD), ("New password", NEW), ("New password confirmation", NEW)]:
        tab.get_by_label(label, exact=True).fill(words)
    tab.get_by_role("button", name="Change the password").click()
    expect(tab.get_by_role("status")).to_contain_text("Your password is changed")
    expect(other.get_by_label("Password", exact=True)).to_be_visible(timeout=8_000)  # ms
    second.get_by_role("navigation", name="Conversations").get_by_role("link", name="Mona Weber").click()
    expect(second.get_by_role("button", name="Take")).to_be_visible()
    eventually(lambda: Agent.objects.get(pk=ana.pk).check_password(NEW))


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_fits_and_axe_finds_no_problem(sit_down, bluebird, ana, screen, language):
    """The part of a picture is being chosen, in each language. 640 pixels are a window of 1280 at 200 %."""
    ana.choose(language=language)
    tab = sit_down(ana, **SCREENS[screen])
    sit_down(ana, user_agent="Mozilla/5.0 (Linux; Android 16; K) Chrome/156.0 Mobile Safari/537.36")
    tab.goto("/profile/")
    until(tab, lambda: tab.evaluate("Boolean(customElements.get('picture-crop'))"))
    tab.locator("#id_picture").set_input_files(painting())
    expect(tab.locator("canvas")).to_be_visible()
    takes_a_picture(tab, f"profile-{language}-{screen}")
    assert tab.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert findings(tab) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_has_no_problem_in_high_contrast(sit_down, bluebird, ana, scheme):
    ana.choose(theme=scheme, has_high_contrast=True)
    tab = sit_down(ana)
    tab.goto("/profile/")
    takes_a_picture(tab, f"profile-contrast-{scheme}")
    assert findings(tab) == []
