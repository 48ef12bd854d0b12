"""A screen reader at the desk: what Orca says in the queue, in a conversation and of a new message."""

import shutil

import pytest

from tests.browser.conftest import session_of
from tests.browser.desk import until
from tests.browser.screen_reader import missing, screen_reader
from tests.conftest import BROWSER_PATIENCE_MS, CONSOLE_URL

MUCH = 60  # s, of a machine that does other things
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(bool(missing()), reason=f"No screen reader was tried: {', '.join(missing())} is missing."),
]


@pytest.fixture
def reader(tmp_path):
    with screen_reader(tmp_path) as found:
        yield found


@pytest.fixture
def desk(stack, playwright, reader, ana, tmp_path):
    """Ana's desk in a browser that has a window."""
    arguments = ["--no-sandbox", "--no-first-run", "--disable-gpu", "--force-renderer-accessibility"]
    context = playwright.chromium.launch_persistent_context(
        tmp_path / "browser",
        executable_path=shutil.which("chromium"),
        headless=False,
        env=reader.environment,
        args=arguments,
        base_url=CONSOLE_URL,
        no_viewport=True,
    )
    context.add_cookies([session_of(ana)])
    context.set_default_timeout(BROWSER_PATIENCE_MS)
    yield context.pages[0]
    context.close()


def wait_for_speech(desk, says, words):
    until(desk, lambda: words in says(), MUCH)


def test_a_screen_reader_speaks_a_row_a_conversation_and_a_new_message(stack, reader, mona_writes, desk):
    desk.goto("/")
    until(desk, lambda: desk.evaluate("Boolean(customElements.get('keyboard-shortcuts'))"), MUCH)
    wait_for_speech(desk, lambda: reader.said, "Finished loading")
    wait_for_speech(desk, reader.says_after(desk.bring_to_front), "Handover")
    wait_for_speech(desk, reader.says_after(lambda: desk.keyboard.press("j")), "Mona Weber")
    wait_for_speech(desk, reader.says_after(lambda: desk.keyboard.press("Enter")), "Mona Weber")
    wait_for_speech(
        desk, reader.says_after(lambda: stack.say(mona_writes, text="My parcel is broken")), "My parcel is broken"
    )
