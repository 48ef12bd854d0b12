"""Themes: light, dark or that of the system, and high contrast, as each agent chooses."""

import os

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.desk import WITHOUT_STYLES, bubbles, composer, findings, opens, row, says, takes

PICTURES = os.environ.get("PICTURES")
LIGHT, DARK = "rgb(245, 246, 247)", "rgb(16, 18, 20)"  # the grounds
HIGH = {"rules": {"color-contrast-enhanced": {"enabled": True}}}
SOFT = """() => {
    const probe = document.body.appendChild(document.createElement("span"));
    probe.style.color = "var(--ink-soft)";
    return getComputedStyle(probe).color;
}"""
PLACEHOLDERS = """() => [...document.querySelectorAll("[placeholder]")].map((field) => {
    const { color, opacity } = getComputedStyle(field, "::placeholder");
    return opacity === "1" ? color : `${color} at ${opacity}`;
})"""
GROUND = "() => getComputedStyle(document.body).backgroundColor"
pytestmark = pytest.mark.django_db(transaction=True)


def ground(tab):
    return tab.evaluate(GROUND)


def chooses(tab, ana, theme=None, high_contrast=None):
    tab.get_by_role("button", name=str(ana)).click()
    if theme:
        tab.get_by_label("Theme").select_option(theme)
    if high_contrast is not None:
        tab.get_by_label("High contrast").set_checked(high_contrast)
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_label("Theme")).to_be_hidden()
    expect(tab.locator("#queue")).to_be_visible()


def takes_a_picture(tab, name):
    if PICTURES:
        tab.screenshot(path=f"{PICTURES}/{name}.png")


def too_little_contrast(tab):
    violations = Axe().run(tab, options=WITHOUT_STYLES | HIGH).response["violations"]
    return [(found["id"], [node["html"] for node in found["nodes"]]) for found in violations]


def test_an_agent_chooses_a_theme_that_the_system_does_not_have(sit_down, mona_writes, ana):
    tab = sit_down(ana, color_scheme="light")
    assert ground(tab) == LIGHT
    chooses(tab, ana, "dark")
    assert ground(tab) == DARK
    assert findings(tab) == []
    tab.emulate_media(color_scheme="dark")
    chooses(tab, ana, "light")
    assert ground(tab) == LIGHT
    assert findings(tab) == []
    chooses(tab, ana, "that of the system")
    assert ground(tab) == DARK


def test_a_page_is_dark_before_its_first_paint(sit_down, ana):
    """The server says so in the page: it needs no script, and its ground is dark before the styles have come."""
    ana.choose(theme="dark")
    tab = sit_down(ana, color_scheme="light", java_script_enabled=False)
    assert ground(tab) == DARK
    tab.route("**/*.css", lambda route: route.abort())
    tab.goto("/calls/")
    assert tab.evaluate("getComputedStyle(document.body).color") == "rgb(255, 255, 255)"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_words_in_empty_fields_have_the_contrast_of_other_words(sit_down, ana, scheme):
    """Axe does not look at placeholders."""
    ana.choose(theme=scheme, has_high_contrast=True)
    tab = sit_down(ana)
    soft = tab.evaluate(SOFT)
    assert set(tab.evaluate(PLACEHOLDERS)) == {soft}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_have_seven_to_one_in_high_contrast(sit_down, mona_writes, ana, scheme):
    ana.choose(theme=scheme, has_high_contrast=True)
    tab = sit_down(ana)
    expect(row(tab)).to_be_visible()
    assert too_little_contrast(tab) == []
    opens(tab)
    tab.get_by_role("button", name="Take").click()
    expect(composer(tab)).to_be_visible()
    says(tab, "Hello Mona")
    expect(bubbles(tab)).to_have_count(2)
    expect(bubbles(tab).last).to_contain_text("Delivered")
    assert too_little_contrast(tab) == []
    takes_a_picture(tab, f"contrast-{scheme}")
    for path in ("calls/", "canned-replies/", "shortcuts/", "views/new/", "leave/", "search/?q=hello"):
        tab.goto(f"/{path}")
        assert too_little_contrast(tab) == [], path


def test_the_system_can_ask_for_high_contrast(sit_down, mona_writes, ana):
    tab = sit_down(ana, contrast="more")
    opens(tab)
    assert too_little_contrast(tab) == []
    tab.emulate_media(contrast="no-preference")
    assert ("color-contrast-enhanced" in dict(too_little_contrast(tab))) is True


def test_nothing_moves_where_the_system_asks_for_less_motion(sit_down, mona_writes, ana):
    tab = sit_down(ana, reduced_motion="reduce")
    takes(tab)
    moving = tab.evaluate("""() => [...document.querySelectorAll("*")].flatMap((one) =>
        [null, "::before", "::after"].map((part) => getComputedStyle(one, part))).filter((style) =>
        style.animationName !== "none" || style.transitionDuration !== "0s" || style.scrollBehavior !== "auto"
        ).length""")
    assert moving == 0
    tab.emulate_media(reduced_motion="no-preference")
    assert (
        tab.locator(".queue-section-folded").first.evaluate("element => getComputedStyle(element).transitionDuration")
        != "0s"
    )
