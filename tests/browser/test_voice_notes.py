"""Voice notes: an agent records one in the browser, listens to it, and sends it. Chromium's own microphone beeps."""

import io
import wave

import pytest
import requests
from playwright.sync_api import expect

from console.models import Message
from tests.browser.desk import PHONE, composer, findings, opens, tab_to, takes, until

pytestmark = pytest.mark.django_db(transaction=True)

RATE = 16_000  # samples a second
FORBIDDEN = "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'))"
NO_MICROPHONE = "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotFoundError'))"


@pytest.fixture
def anas_tab(sit_down, mona_writes, ana):
    return lambda **options: sit_down(ana, **options)


def begin(tab):
    return tab.get_by_role("button", name="Record a voice note")


def can_record(tab):
    """Wait until the script has come, which the first view does without."""
    until(tab, lambda: tab.evaluate("Boolean(customElements.get('voice-note'))"))


def note(tab):
    return tab.get_by_role("group", name="Voice note")


def button(tab, name):
    return note(tab).get_by_role("button", name=name)


def records(tab, seconds=1):
    begin(tab).click()
    expect(note(tab).get_by_role("status")).to_have_text("Recording")
    expect(note(tab).get_by_role("timer")).to_have_text(f"0:0{seconds}")


def sounds(stack, psid):
    """Return (seconds, samples) of the sounds that Mona has got."""
    found = []
    for said in stack.said(psid):
        [attached] = said["attachments"]
        assert attached["type"] == "audio"
        with wave.open(io.BytesIO(requests.get(attached["url"], timeout=5).content)) as sound:
            assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (RATE, 1, 2)
            found.append((sound.getnframes() / RATE, sound.readframes(sound.getnframes())))
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [{}, PHONE], ids=["desktop", "phone"])
def test_an_agent_records_a_voice_note_listens_and_sends_it(anas_tab, mona_writes, stack, device, scheme):
    tab = anas_tab(color_scheme=scheme, **device)
    opens(tab)
    tab.get_by_role("button", name="Take").click()
    expect(composer(tab)).to_be_editable()
    records(tab, seconds=2)
    until(tab, lambda: float(note(tab).get_by_role("meter").evaluate("meter => meter.value")) > 0)
    assert findings(tab) == []
    button(tab, "Stop").click()
    expect(note(tab).get_by_role("status")).to_have_text("Voice note")
    assert findings(tab) == []
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(tab.get_by_role("button", name="Send", exact=True)).to_be_hidden()  # it would do nothing
    button(tab, "Listen").click()
    expect(button(tab, "Listen")).to_have_attribute("aria-pressed", "true")
    expect(button(tab, "Listen")).to_have_attribute("aria-pressed", "false")
    button(tab, "Send voice note").click()
    expect(note(tab)).to_be_hidden()
    until(tab, lambda: stack.said(mona_writes))
    [(seconds, samples)] = sounds(stack, mona_writes)
    assert 1.5 < seconds < 20 and any(samples)
    assert stack.said(mona_writes)[0]["persona"]["name"] == "Ana R."
    expect(tab.locator(".message audio")).to_be_visible()
    tab.reload()
    expect(begin(tab)).to_be_visible()
    expect(note(tab)).to_be_hidden()


def test_a_voice_note_is_recorded_and_sent_by_keyboard_alone(anas_tab, mona_writes, stack):
    tab = anas_tab()
    takes(tab)
    composer(tab).fill("My text")
    tab_to(tab, begin(tab))
    tab.keyboard.press("Enter")
    expect(button(tab, "Stop")).to_be_focused()
    expect(note(tab).get_by_role("timer")).to_have_text("0:01")
    tab.keyboard.press("Enter")
    expect(button(tab, "Listen")).to_be_focused()
    tab_to(tab, button(tab, "Send voice note"))
    tab.keyboard.press("Enter")
    expect(composer(tab)).to_be_focused()
    expect(composer(tab)).to_have_value("My text")
    until(tab, lambda: len(sounds(stack, mona_writes)) == 1)


def test_a_voice_note_that_is_deleted_is_not_sent(anas_tab, mona_writes, stack):
    tab = anas_tab()
    takes(tab)
    records(tab)
    button(tab, "Stop").click()
    button(tab, "Delete").click()
    expect(note(tab)).to_be_hidden()
    expect(begin(tab)).to_be_focused()
    tab.reload()
    expect(begin(tab)).to_be_visible()
    expect(note(tab)).to_be_hidden()
    assert not Message.objects.filter(is_incoming=False).exists()


# Nothing that was recorded is lost


def test_a_voice_note_waits_while_the_agent_looks_elsewhere_and_after_the_tab_is_closed(anas_tab, mona_writes, stack):
    stack.say(stack.customer("Jonas Kern"), text="Hello")
    tab = anas_tab()
    takes(tab)
    records(tab, seconds=2)
    opens(tab, "Jonas Kern")
    opens(tab)
    expect(note(tab).get_by_role("status")).to_have_text("Recorded before, not sent yet")
    tab.close()
    tab = tab.context.new_page()
    tab.goto("/")
    opens(tab)
    expect(note(tab).get_by_role("status")).to_have_text("Recorded before, not sent yet")
    assert findings(tab) == []
    button(tab, "Send voice note").click()
    until(tab, lambda: len(stack.said(mona_writes)) == 1)
    [(seconds, _samples)] = sounds(stack, mona_writes)
    assert 1 < seconds < 20


def test_the_browser_asks_before_a_tab_that_records_is_closed(anas_tab):
    tab, asked = anas_tab(), []
    takes(tab)
    tab.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    records(tab)
    tab.close(run_before_unload=True)
    until(tab, lambda: asked == ["beforeunload"])
    expect(note(tab).get_by_role("status")).to_have_text("Recording")
    button(tab, "Stop").click()
    expect(button(tab, "Send voice note")).to_be_visible()


def test_a_voice_note_whose_agent_lost_the_conversation_waits_until_it_comes_back(
    anas_tab, mona_writes, stack, ana, ben
):
    tab = anas_tab()
    takes(tab)
    records(tab)
    conversation = Message.objects.first().conversation
    conversation.transfer(ana, to=ben)
    expect(begin(tab)).to_be_hidden()
    conversation.transfer(ben, to=ana)
    expect(note(tab).get_by_role("status")).to_have_text("Voice note")
    button(tab, "Send voice note").click()
    until(tab, lambda: len(stack.said(mona_writes)) == 1)


def test_a_voice_note_recorded_offline_is_sent_after_reconnecting(anas_tab, mona_writes, stack):
    tab = anas_tab()
    takes(tab)
    can_record(tab)
    tab.context.set_offline(True)
    records(tab)
    button(tab, "Stop").click()
    button(tab, "Send voice note").click()
    expect(tab.get_by_text("voice-note.wav")).to_be_visible()
    tab.context.set_offline(False)
    until(tab, lambda: len(stack.said(mona_writes)) == 1)
    sounds(stack, mona_writes)


def test_another_tab_does_not_offer_a_voice_note_that_is_being_recorded(anas_tab):
    tab = anas_tab()
    takes(tab)
    records(tab)
    other = tab.context.new_page()
    other.goto(tab.url)
    begin(other).click()
    expect(other.get_by_role("alert").filter(has_text="Another tab has a voice note")).to_be_visible()
    expect(note(other)).to_be_hidden()
    expect(note(tab).get_by_role("status")).to_have_text("Recording")


def test_a_recording_ends_by_itself_before_it_is_too_large_for_facebook(anas_tab, mona_writes, stack):
    tab = anas_tab()
    opens(tab)
    tab.get_by_role("button", name="Take").click()
    expect(composer(tab)).to_be_editable()
    can_record(tab)
    tab.evaluate("document.querySelector('voice-note').most = 2")
    begin(tab).click()
    expect(tab.get_by_role("alert").filter(has_text="Facebook takes 25 MB at most")).to_be_visible()
    button(tab, "Send voice note").click()
    until(tab, lambda: len(stack.said(mona_writes)) == 1)


# Failures are shown


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        (FORBIDDEN, "This page may not use the microphone."),
        (NO_MICROPHONE, "No microphone was found."),
        ("delete window.MediaRecorder", "This browser cannot record sound here."),
        ("delete Navigator.prototype.mediaDevices", "This browser cannot record sound here."),
    ],
    ids=["forbidden", "no microphone", "no recorder", "no https"],
)
def test_a_browser_that_cannot_record_says_why(script, sentence, anas_tab):
    tab = anas_tab()
    tab.context.add_init_script(script)
    tab.reload()
    takes(tab)
    begin(tab).click()
    expect(tab.get_by_role("alert").filter(has_text=sentence)).to_be_visible()
    expect(note(tab)).to_be_hidden()
    assert findings(tab) == []


def test_a_sound_that_the_browser_cannot_read_is_attached_as_a_file(anas_tab):
    tab = anas_tab()
    tab.context.add_init_script("OfflineAudioContext.prototype.decodeAudioData = () => Promise.reject(new Error())")
    tab.reload()
    takes(tab)
    records(tab)
    button(tab, "Stop").click()
    expect(tab.get_by_role("list", name="Files to send")).to_contain_text("voice-note")
    expect(tab.get_by_role("alert").filter(has_text="The recording is attached as a file.")).to_be_visible()
