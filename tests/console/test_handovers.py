"""Changes of holder on the desk: how they are shown, and their forms."""

import re

import pytest
from django.contrib.auth.models import Permission
from django.template.loader import render_to_string

from console.models import Cause, Handover, HandoverRules, Holder, Team
from console.wording import handovers
from personas.models import Page
from tests.conftest import restrict
from tests.console.conftest import HTMX, fresh, words


@pytest.fixture
def browser_of(client):
    def log_in(agent):
        client.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return log_in


@pytest.fixture
def refunds(bluebird):
    team = Team.objects.create(name="Refunds", skill="refunds")
    team.pages.add(bluebird)
    return team


@pytest.fixture
def bot(bluebird):
    bluebird.bot_name = "Robin"
    bluebird.save()
    return HandoverRules.objects.create(page=bluebird, webhook_url="http://127.0.0.1:9/bot", words="human")


# The thin line


def line(handover):
    """Return a handover as the thread shows it, without its time."""
    return words(render_to_string("handovers/_handover.html", {"handover": handover})).partition(" · ")[0]


WITHOUT_BOT = "Reply in its place. Admins see the error on the Page."
LINES = [
    (Cause.ASKED, "bot", "queue", "The customer asked for an agent"),
    (Cause.HANDED_OVER, "bot", "queue", "Robin (bot) asked for an agent"),
    (Cause.BOT_DOWN, "bot", "queue", f"Robin (bot) → queue: the bot does not answer. {WITHOUT_BOT}"),
    (Cause.NO_BOT, "bot", "queue", "Robin (bot) → queue: the Page has no bot any more"),
    (Cause.DISCONNECTED, "bot", "queue", "Robin (bot) → queue: the Page was disconnected"),
    (Cause.NOT_SUBSCRIBED, "bot", "queue", "Robin (bot) → queue: the bot does not take this kind of message"),
    (Cause.TAKEN, "queue", "ana", "Ana Ruiz took this"),
    (Cause.TAKEN, "bot", "ana", "Ana Ruiz took this from Robin (bot)"),
    (Cause.TAKEN, "elsewhere", "ana", "Ana Ruiz took this from Page Inbox"),
    (Cause.REOPENED, "queue", "ana", "Ana Ruiz reopened the conversation"),
    (Cause.TAKEN_OVER, "ben", "ana", "Ana Ruiz took this over from Ben Okafor"),
    (Cause.ASSIGNED, "queue", "ana", "Assigned to Ana Ruiz"),
    (Cause.TRANSFERRED, "ben", "ana", "Ben Okafor transferred this to Ana Ruiz"),
    (Cause.TRANSFERRED, "ana", "queue", "Ana Ruiz transferred this to the queue"),
    (Cause.RETURNED, "ana", "queue", "Ana Ruiz returned this to the queue"),
    (Cause.NO_ANSWER, "ana", "queue", "Ana Ruiz → queue: no reply in time"),
    (Cause.AWAY, "ana", "queue", "Ana Ruiz → queue: away for too long"),
    (Cause.LEFT, "ana", "queue", "Ana Ruiz → queue: left the team"),
    (Cause.CONTROL_BACK, "bot", "bot", "Facebook gave the conversation back"),
    (Cause.HANDED_BACK, "ana", "bot", "Ana Ruiz handed this back to Robin (bot)"),
    (Cause.IDLE, "ana", "bot", "Ana Ruiz → Robin (bot): nobody wrote for a while"),
    (Cause.RESUMED, "queue", "bot", "Robin (bot) resumed"),
    (Cause.UNDONE, "ben", "ana", "Ana Ruiz took this back"),
    (Cause.CLOSED, "ana", "bot", "Ana Ruiz closed the conversation"),
    (Cause.CLOSED, "bot", "bot", "Robin (bot) closed the conversation"),
    (Cause.CUSTOMER_WROTE, "queue", "bot", "Queue → Robin (bot): the customer writes again"),
    (Cause.ANSWERED_ELSEWHERE, "bot", "elsewhere", "Robin (bot) → Page Inbox: somebody replied there"),
    (Cause.CONTROL_TAKEN, "ana", "elsewhere", "Ana Ruiz → Page Inbox: took the conversation"),
    (Cause.CONTROL_TAKEN, "queue", "bot", "Queue → Robin (bot): took the conversation"),
    (
        Cause.CONTROL_REFUSED,
        "ana",
        "elsewhere",
        "Ana Ruiz → Page Inbox: Facebook did not let us take the conversation",
    ),
    (Cause.CONTROL_ELSEWHERE, "ana", "elsewhere", "Ana Ruiz → Page Inbox: Facebook lets only another app reply"),
    (Cause.CONTROL_REFUSED, "bot", "queue", "Robin (bot) → queue: Facebook did not pass it on to the bot"),
    (Cause.CONTROL_BACK, "elsewhere", "queue", "Page Inbox → queue: Facebook gave the conversation back"),
    (Cause.NO_ACCESS, "ana", "queue", "Ana Ruiz → queue: no longer sees this Page"),
    (Cause.NOT_SENT, "bot", "ana", "Robin (bot) → Ana Ruiz: a reply was not sent"),
    (Cause.OVERLOOKED, "bot", "queue", "Robin (bot) → queue: nobody was looking at it"),
    (Cause.REQUESTED, "ana", "elsewhere", "Page Inbox asks for the conversation"),
]


@pytest.fixture
def change(conversation, ana, ben, bot):
    """A change of holder of this kind, as a row of its own: who had it had a hand in it."""
    agents, conversation = {"ana": ana, "ben": ben}, fresh(conversation)

    def make(cause, before, after, **more):
        given = {
            "from_holder": before if before in Holder else Holder.AGENT,
            "from_agent": agents.get(before),
            "to_holder": after if after in Holder else Holder.AGENT,
            "to_agent": agents.get(after),
            "by": agents.get(before) or agents.get(after),
        }
        inbox = {
            f"{way}_app": "263902037430900" for way, who in [("from", before), ("to", after)] if who == "elsewhere"
        }
        times = {"pk": 1, "at": conversation.held_since, "revision": 1}
        return Handover(conversation=conversation, cause=cause, **given | inbox | times | more)

    return make


@pytest.mark.parametrize(("cause", "before", "after", "sentence"), LINES, ids=[f"{row[0]}-{row[2]}" for row in LINES])
def test_each_handover_reads_as_a_sentence_in_the_thread(cause, before, after, sentence, change):
    assert line(change(cause, before, after)) == sentence


@pytest.mark.parametrize(("cause", "before", "after", "sentence"), LINES, ids=[f"{row[0]}-{row[2]}" for row in LINES])
def test_the_note_of_a_handover_is_quoted_unless_it_is_about_an_error(cause, before, after, sentence, change):
    shown = line(change(cause, before, after, note="No such app."))
    if cause == Cause.BOT_DOWN:
        assert shown == sentence
    elif cause in (Cause.CONTROL_REFUSED, Cause.CONTROL_ELSEWHERE, Cause.NOT_SENT):
        assert shown == f"{sentence}. No such app."
    else:
        assert shown == f"{sentence}: “ No such app. ”"


def test_the_technical_error_of_a_bot_is_shown_to_admins_and_not_to_agents(change):
    handover = change(Cause.BOT_DOWN, "bot", "queue", note="no connection (ConnectionError)")
    assert "ConnectionError" in render_to_string("admin/_handover.html", {"handover": handover})
    handover.conversation.reason, handover.conversation.agent = handover, None
    assert handovers.in_header(handover.conversation, None).words == f"The bot does not answer. {WITHOUT_BOT}"


def test_every_cause_of_a_handover_has_a_sentence():
    assert {row[0] for row in LINES} == set(Cause)


def test_a_handover_names_a_third_person_who_made_it(change, ada):
    assert line(change(Cause.TAKEN_OVER, "ben", "ana", by=ada)) == "Ben Okafor → Ana Ruiz: taken over by Ada Lindt"


def test_a_handover_shows_a_problem_with_facebook(change):
    html = render_to_string("handovers/_handover.html", {"handover": change(Cause.TAKEN, "bot", "ana", error="No.")})
    assert "Facebook has not done it yet: No." in words(html)


def test_a_long_note_of_a_handover_can_be_opened(change):
    html = render_to_string(
        "handovers/_handover.html", {"handover": change(Cause.TAKEN, "bot", "ana", note="x " * 200)}
    )
    assert re.search(r"<summary>“(x ){40,50}", html)
    assert "x " * 200 in html


@pytest.mark.parametrize(
    ("cause", "before", "after", "sentence"),
    [
        (Cause.HANDED_OVER, "bot", "queue", "the bot asked for an agent"),
        (Cause.TRANSFERRED, "ben", "ana", "transferred by Ben Okafor"),
        (Cause.NO_ANSWER, "ben", "queue", "Ben Okafor: no reply in time"),
        (Cause.ANSWERED_ELSEWHERE, "bot", "elsewhere", "somebody replied in Page Inbox"),
        (Cause.CONTROL_TAKEN, "ana", "elsewhere", "Page Inbox took the conversation"),
        (Cause.CONTROL_TAKEN, "ana", "bot", "the bot took the conversation"),
    ],
)
def test_the_reason_above_a_thread_names_who_made_the_change(cause, before, after, sentence, change):
    assert handovers.reason(change(cause, before, after)) == sentence


def test_the_reason_above_a_thread_does_not_name_the_reader(browser_of, conversation, bot, ana, ben):
    conversation.hand_back(ana)
    conversation.take(ana)
    path = f"/conversations/{conversation.pk}/"
    assert "Taken by Ana Ruiz" not in words(browser_of(ana).get(path).content.decode())
    assert "Taken by Ana Ruiz" in words(browser_of(ben).get(path).content.decode())


def test_the_transfer_form_without_targets_has_no_button(browser_of, conversation, ana):
    html = browser_of(ana).get(f"/conversations/{conversation.pk}/transfer/").content.decode()
    assert "No colleague with access to this Page is here right now." in html
    assert 'type="submit"' not in html
    assert "Cancel" in html


# Why it is where it is


def test_the_reason_of_a_handover_stays_when_an_agent_takes_the_conversation(conversation, ana, ben, bot):
    conversation.hand_back(ana)
    conversation.hand_over(note="wants a refund")
    conversation.take(ben)
    assert fresh(conversation).reason.note == "wants a refund"
    conversation.transfer(ben, to=ana, note="Yours")
    assert (fresh(conversation).reason.note, conversation.reason.by) == ("Yours", ben)


@pytest.mark.parametrize("path", ["/", "/conversations/{pk}/"])
def test_the_queue_and_the_thread_say_why_a_customer_waits_and_for_which_team(
    path, browser_of, conversation, ana, bot, refunds
):
    conversation.hand_back(ana)
    conversation.hand_over(note="wants a refund", skill="refunds")
    said = words(browser_of(ana).get(path.format(pk=conversation.pk)).content.decode())
    assert "Refunds “wants a refund”" in said


def test_a_transferred_conversation_is_new_until_its_agent_sees_it(browser_of, conversation, ana, ben):
    conversation.transfer(ana, to=ben, note="Refund, please")
    bens = browser_of(ben)
    desk = bens.get("/queue/", headers=HTMX).content.decode()
    assert "Ana Ruiz transferred Mona Weber to you: “Refund, please”" in words(desk)
    assert 'class="row-mark-new"' in desk
    assert 'data-unread="1"' in desk
    bens.post(f"/conversations/{conversation.pk}/see/")
    desk = bens.get("/queue/", headers=HTMX).content.decode()
    assert 'class="row-mark-new"' not in desk
    assert 'data-unread="0"' in desk


def test_a_reply_marks_a_transferred_conversation_as_seen(conversation, ana, ben):
    conversation.transfer(ana, to=ben)
    assert fresh(conversation).is_new
    conversation.send(ben, "Here I am", idempotency_key="7f0c3a52-0ac0-4a40-8e83-0d5f4f1c7b11")
    assert not fresh(conversation).is_new


# Transfer


def test_transfer_targets_are_present_colleagues_who_see_the_page(
    conversation, ana, ben, ada, django_assert_max_num_queries
):
    ben.go_away()
    assert list(conversation.transfer_targets()) == [ada]
    ben.come_back()
    restrict(conversation.page)
    assert list(conversation.transfer_targets()) == [ada]
    ben.groups.set(conversation.page.groups.all())
    conversation.transfer(ana, to=ben)
    with django_assert_max_num_queries(2):
        assert [(agent, agent.held) for agent in conversation.transfer_targets()] == [(ada, 0)]
    conversation.take_over(ada)
    assert [(agent, agent.held) for agent in conversation.transfer_targets()] == [(ben, 0)]


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["without scripts", "with"])
def test_the_transfer_form_lists_colleagues_and_teams(headers, browser_of, conversation, ana, ben, refunds):
    answer = browser_of(ana).get(f"/conversations/{conversation.pk}/transfer/", headers=headers)
    said = words(answer.content.decode())
    assert "Transfer Mona Weber" in said
    assert "Ben Okafor 0 open" in said
    assert "Refunds" in said
    assert ("<html" in answer.content.decode()) == (headers == {})


@pytest.mark.parametrize(("headers", "status"), [({}, 302), (HTMX, 200)], ids=["without scripts", "with"])
def test_an_agent_transfers_to_a_colleague_with_a_note(headers, status, browser_of, conversation, ana, ben):
    given = {"to": f"agent-{ben.pk}", "note": "Refund, please"}
    answer = browser_of(ana).post(f"/conversations/{conversation.pk}/transfer/", given, headers=headers)
    assert answer.status_code == status
    assert fresh(conversation).agent == ben
    assert conversation.reason.note == "Refund, please"


def test_an_agent_transfers_to_a_teams_queue(browser_of, conversation, ana, refunds):
    browser_of(ana).post(f"/conversations/{conversation.pk}/transfer/", {"to": f"team-{refunds.pk}"})
    assert (fresh(conversation).holder, conversation.team) == (Holder.QUEUE, refunds)


@pytest.mark.parametrize(
    "to", ["", "ben", "agent-", "agent-0", "team-1", "agent-" + "9" * 30, "team-" + "9" * 5000, "queue-1"]
)
def test_a_transfer_without_a_valid_target_is_refused(to, browser_of, conversation, ana):
    answer = browser_of(ana).post(f"/conversations/{conversation.pk}/transfer/", {"to": to, "note": "Kept"})
    assert answer.status_code == 422
    assert "Choose a colleague or a team." in words(answer.content.decode())
    assert ">Kept</textarea>" in answer.content.decode()


def test_a_transfer_to_a_team_of_another_page_is_refused(browser_of, conversation, ana):
    other = Page.objects.create(page_id="9", token="x", name="Other")
    team = Team.objects.create(name="Theirs")
    team.pages.add(other)
    answer = browser_of(ana).post(f"/conversations/{conversation.pk}/transfer/", {"to": f"team-{team.pk}"})
    assert (answer.status_code, fresh(conversation).agent) == (422, ana)


def test_a_transfer_to_an_agent_of_other_pages_is_refused_without_their_name(browser_of, conversation, ana, ben):
    ana.groups.add(restrict(conversation.page))
    answer = browser_of(ana).post(f"/conversations/{conversation.pk}/transfer/", {"to": f"agent-{ben.pk}"})
    assert answer.status_code == 422
    assert "Choose a colleague or a team." in words(answer.text) and "Okafor" not in answer.text


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["without scripts", "with"])
def test_a_transfer_to_a_colleague_who_has_gone_away_is_refused_with_their_name(
    headers, browser_of, conversation, ana, ben
):
    ben.go_away()
    given = {"to": f"agent-{ben.pk}", "note": "Kept"}
    answer = browser_of(ana).post(f"/conversations/{conversation.pk}/transfer/", given, headers=headers)
    assert answer.status_code == 409
    assert "Ben Okafor is away." in words(answer.content.decode())
    assert ">Kept</textarea>" in answer.content.decode()
    assert fresh(conversation).agent == ana


@pytest.mark.parametrize("verb", ["transfer", "hand-back"])
def test_transfer_and_hand_back_of_a_colleagues_conversation_are_refused(verb, browser_of, conversation, ben, bot):
    bens, path = browser_of(ben), f"/conversations/{conversation.pk}/{verb}/"
    assert "This conversation is with Ana Ruiz." in words(bens.get(path).content.decode())
    assert 'type="submit"' not in bens.get(path).content.decode()
    answer = bens.post(path, {"to": f"agent-{ben.pk}"})
    assert answer.status_code == 409


# Other verbs


def test_an_agent_hands_back_with_a_note_for_the_bot(browser_of, conversation, ana, bot):
    browser_of(ana).post(f"/conversations/{conversation.pk}/hand-back/", {"note": "Refunded"})
    assert (fresh(conversation).holder, conversation.reason.note) == (Holder.BOT, "Refunded")


def test_hand_back_on_a_page_without_a_bot_says_so(browser_of, conversation, ana):
    answer = browser_of(ana).post(f"/conversations/{conversation.pk}/hand-back/")
    assert answer.status_code == 409
    assert "This Page has no bot." in words(answer.content.decode())


def test_a_take_that_comes_too_late_names_the_holder_without_scripts_too(browser_of, conversation, ben):
    answer = browser_of(ben).post(f"/conversations/{conversation.pk}/take/")
    assert answer.status_code == 409
    assert "This conversation is with Ana Ruiz." in words(answer.content.decode())


def test_any_agent_can_reopen_a_closed_conversation(browser_of, conversation, ana, ben):
    conversation.close(ana)
    bens, path = browser_of(ben), f"/conversations/{conversation.pk}/"
    assert f'action="{path}reopen/"' in bens.get(path).content.decode()
    assert bens.post(f"{path}reopen/").status_code == 302
    assert fresh(conversation).agent == ben


def test_a_closed_conversation_cannot_be_taken_before_it_is_reopened(browser_of, conversation, ana, ben):
    conversation.close(ana)
    answer = browser_of(ben).post(f"/conversations/{conversation.pk}/take/")
    assert answer.status_code == 409
    assert "This conversation is closed: reopen it first." in words(answer.content.decode())
    assert not fresh(conversation).is_open


def test_any_agent_is_offered_to_take_over_from_a_colleague_who_is_away(browser_of, conversation, ana, ben):
    ana.go_away()
    bens, path = browser_of(ben), f"/conversations/{conversation.pk}/"
    assert f'action="{path}take-over/"' in bens.get(path).content.decode()
    bens.post(f"{path}take-over/")
    assert fresh(conversation).agent == ben


def test_take_over_is_offered_to_and_accepted_from_supervisors_only(browser_of, conversation, ben):
    path = f"/conversations/{conversation.pk}/"
    assert "Take over" not in words(browser_of(ben).get(path).content.decode())
    assert browser_of(ben).post(f"{path}take-over/").status_code == 409
    ben.user_permissions.add(Permission.objects.get(codename="take_over_conversation"))
    assert "Take over" in words(browser_of(ben).get(path).content.decode())
    browser_of(ben).post(f"{path}take-over/")
    assert fresh(conversation).agent == ben


@pytest.mark.parametrize(
    ("holder", "more", "says", "offers"),
    [
        ("bot", {}, "Robin (bot) is handling this conversation. Take it to reply yourself.", "Take"),
        ("queue", {}, "Nobody is handling this conversation yet. Take it to reply.", "Take"),
        ("elsewhere", {}, "Another app is handling this conversation. Take it to reply yourself.", "Take"),
        ("elsewhere", {"is_controlled_elsewhere": True}, "Another app is handling this conversation.", "Take"),
    ],
)
def test_the_locked_composer_says_who_answers_and_offers_the_verb_to_take(
    holder, more, says, offers, browser_of, conversation, ana, bot
):
    type(conversation).objects.update(holder=holder, agent=None, **more)
    html = browser_of(ana).get(f"/conversations/{conversation.pk}/").content.decode()
    assert says in words(html)
    assert re.search(rf'type="submit"[^>]*>{offers}</button>', html)
    assert "readonly" in html


def test_messages_of_the_bot_are_marked_as_the_bots(browser_of, conversation, ana, bot):
    conversation.hand_back(ana)
    conversation.send(None, "How can I help?", idempotency_key="7f0c3a52-0ac0-4a40-8e83-0d5f4f1c7b12")
    said = words(browser_of(ana).get(f"/conversations/{conversation.pk}/").content.decode())
    assert "Robin Bot How can I help?" in said
