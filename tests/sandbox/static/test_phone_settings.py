"""Settings on the phone's page: automatic replies and voice calls."""

from playwright.sync_api import expect

from sandbox.app import PAGE_ID


def test_an_automatic_reply_switched_on_in_the_phone_is_sent(box, receiver, mona, take_out):
    phone = take_out(mona)
    phone.get_by_role("switch", name="Away message").check()
    expect(phone.get_by_role("switch", name="Away message")).to_be_checked()
    assert set(box.world()["pages"][0]["automatic_replies"]) == {"away"}

    mona.say("Anybody there?")
    expect(phone.get_by_role("log").get_by_text("We are closed")).to_be_visible()

    phone.get_by_role("switch", name="Away message").uncheck()
    receiver.until(lambda: box.world()["pages"][0]["automatic_replies"] == {})


def test_a_customer_starts_and_ends_a_call_on_the_phone(box, receiver, mona, take_out):
    phone = take_out(mona)
    phone.get_by_role("button", name="Call the Page").click()
    phone.get_by_role("button", name="Hang up (ringing)").click()

    expect(phone.get_by_role("button", name="Call the Page")).to_be_visible()
    assert [(call["event"], call["to"]) for call in receiver.wait_for_calls(2)] == [
        ("connect", PAGE_ID),
        ("terminate", PAGE_ID),
    ]
