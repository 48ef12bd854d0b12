"""The checker itself, with threads doctored by hand: each fault in one of them is found and named."""

from dataclasses import replace

import pytest

from tests.chaos.checker import LOST, ORDER, PERSONA, STATE, TWICE, WRONG_HOLDER, Row, Seen, Shown, Thread, judge
from tests.chaos.drivers import Typed
from tests.chaos.handovers import BOT, QUEUE, Change, Holding, Move, Received
from tests.chaos.witness import Page


@pytest.fixture
def thread():
    """Mona asks twice; Ana answers, then Ben. Mona has read what Ana said."""
    return Thread(
        number=1,
        page="Bluebird Tea",
        typed=[Typed("a1", "key-1", "Ana R."), Typed("a2", "key-2", "Ben O.")],
        seen=[
            Seen("m-c1", True, "c1"),
            Seen("m-a1", False, "a1", "Ana R.", is_read=True),
            Seen("m-c2", True, "c2"),
            Seen("m-a2", False, "a2", "Ben O."),
        ],
        rows=[
            Row(1, (1, 1), True, "received", "c1", "key-c1", "m-c1"),
            Row(2, (2, 2), False, "read", "a1", "key-1", "m-a1"),
            Row(3, (3, 3), True, "received", "c2", "key-c2", "m-c2"),
            Row(4, (4, 4), False, "delivered", "a2", "key-2", "m-a2"),
        ],
        shown=[
            Shown(1, True, "received", "c1", "Mona"),
            Shown(2, False, "read", "a1", "Ana R."),
            Shown(3, True, "received", "c2", "Mona"),
            Shown(4, False, "delivered", "a2", "Ben O."),
        ],
    )


def found(thread):
    """The kinds of difference, each with how often it was found."""
    return {kind: number for kind, number in judge([thread]).totals.items() if number}


def change(items, position, **fields):
    items[position] = replace(items[position], **fields)


def outcome(thread, state):
    """The last answer never reached the customer, and this is what the console says of it."""
    del thread.seen[3]
    change(thread.rows, 3, state=state, mid=None)
    change(thread.shown, 3, state=state)
    return judge([thread])


def test_the_checker_passes_a_correct_thread(thread):
    verdict = judge([thread])
    assert verdict.differences == []
    assert (verdict.count["typed"], verdict.count["arrived"], verdict.count["written"]) == (2, 2, 2)


# Lost


@pytest.mark.parametrize("state", ["sent", "delivered", "read"])
def test_a_reply_marked_sent_that_the_customer_lacks_is_lost(thread, state):
    assert outcome(thread, state).totals[LOST] == 1


def test_a_confirmed_reply_that_exists_nowhere_is_lost(thread):
    del thread.seen[3], thread.rows[3], thread.shown[3]
    assert found(thread) == {LOST: 1}


def test_a_customer_message_that_the_console_lacks_is_lost(thread):
    del thread.rows[2], thread.shown[2]
    assert found(thread) == {LOST: 1}


def test_a_message_missing_on_the_agents_page_is_lost(thread):
    del thread.shown[2]
    assert found(thread) == {LOST: 1}


def test_a_message_with_a_changed_text_is_lost(thread):
    change(thread.rows, 0, text="c1, cut")
    assert found(thread) == {LOST: 1}


def test_a_reply_that_failed_is_lost(thread):
    assert outcome(thread, "failed").totals[LOST] == 1


# Twice


def test_a_reply_that_the_customer_has_twice_is_found(thread):
    thread.seen.append(replace(thread.seen[3], mid="m-a2-again"))
    assert found(thread) == {TWICE: 1}


def test_a_customer_message_that_the_console_has_twice_is_found(thread):
    thread.rows.append(Row(5, (5, 5), True, "received", "c2", "key-c3", "m-c2"))
    thread.shown.append(Shown(5, True, "received", "c2", "Mona"))
    assert found(thread) == {TWICE: 1}


def test_a_reply_that_nobody_typed_is_found(thread):
    thread.rows.append(Row(5, (5, 5), False, "delivered", "a2", "key-of-nobody", "m-a2"))
    thread.shown.append(Shown(5, False, "delivered", "a2", "Ben O."))
    assert found(thread) == {TWICE: 1}


def test_a_message_that_the_agents_page_shows_twice_is_found(thread):
    thread.shown.append(thread.shown[-1])
    assert found(thread) == {TWICE: 1}


# Out of order


def test_replies_sent_out_of_order_are_found(thread):
    thread.seen[1], thread.seen[3] = thread.seen[3], thread.seen[1]
    assert found(thread) == {ORDER: 1}


def test_customer_messages_out_of_order_are_found(thread):
    thread.seen[0], thread.seen[2] = thread.seen[2], thread.seen[0]
    assert found(thread) == {ORDER: 1}


def test_messages_out_of_order_on_the_agents_page_are_found(thread):
    thread.shown[0], thread.shown[1] = thread.shown[1], thread.shown[0]
    assert found(thread) == {ORDER: 1}


# Wrong persona


def test_a_reply_under_another_persona_is_found_on_the_phone_and_the_agents_page(thread):
    change(thread.seen, 3, face="Ana R.")
    assert found(thread) == {PERSONA: 2}


def test_a_reply_sent_as_the_page_is_found_unless_the_console_gives_a_reason(thread):
    change(thread.seen, 3, face=None)
    change(thread.shown, 3, face="Bluebird Tea")
    assert found(thread) == {PERSONA: 1}
    change(thread.rows, 3, sent_as_page_because="Facebook did not create the persona.")
    verdict = judge([thread])
    assert (verdict.differences, verdict.count["as the Page"]) == ([], 1)


# Wrong state


@pytest.mark.parametrize("state", ["queued", "sending", "unknown", "failed"])
def test_a_reply_that_the_customer_has_but_that_is_not_marked_sent_is_found(thread, state):
    change(thread.rows, 3, state=state)
    change(thread.shown, 3, state=state)
    assert found(thread) == {STATE: 1}


@pytest.mark.parametrize("state", ["queued", "sending"])
def test_a_reply_that_stays_queued_or_sending_is_found(thread, state):
    assert outcome(thread, state).totals[STATE] == 1


def test_a_reply_with_an_unknown_outcome_is_counted_and_not_a_difference(thread):
    verdict = outcome(thread, "unknown")
    assert (verdict.differences, verdict.count["unsettled"]) == ([], 1)


@pytest.mark.parametrize(("position", "state"), [(1, "delivered"), (3, "read"), (3, "sent")])
def test_a_receipt_that_facebook_did_not_send_or_that_was_missed_is_found(thread, position, state):
    change(thread.rows, position, state=state)
    change(thread.shown, position, state=state)
    assert found(thread) == {STATE: 1}


def test_a_message_with_the_mid_of_another_is_found(thread):
    change(thread.rows, 3, mid="m-of-another")
    assert found(thread) == {STATE: 1}


def test_another_state_on_the_agents_page_is_found(thread):
    change(thread.shown, 3, state="queued")
    assert found(thread) == {STATE: 1}


# The bot's messages


@pytest.fixture
def answered(thread):
    """The bot said something too, and Mona has it."""
    thread.said = ["b1", "b2, which never arrived"]
    thread.seen.append(Seen("m-b1", False, "b1"))
    thread.rows.append(Row(5, (5, 5), False, "delivered", "b1", "key-b1", "m-b1", is_by_bot=True))
    thread.shown.append(Shown(5, False, "delivered", "b1", "Bluebird Tea Bot"))
    return thread


def test_the_checker_passes_a_thread_with_bot_messages(answered):
    assert found(answered) == {}


def test_a_bot_message_that_the_console_lacks_is_lost(answered):
    del answered.rows[4], answered.shown[4]
    assert found(answered) == {LOST: 1}


def test_a_bot_message_that_only_the_console_has_is_found(answered):
    del answered.seen[4]
    assert found(answered) == {TWICE: 1}


def test_a_bot_message_with_the_text_of_an_agent_is_found(answered):
    change(answered.rows, 4, text="a2")
    change(answered.shown, 4, text="a2")
    assert found(answered) == {TWICE: 1, LOST: 1}


def test_a_bot_message_without_the_name_of_the_bot_is_found(answered):
    change(answered.shown, 4, face="Bluebird Tea")
    assert found(answered) == {PERSONA: 1}


# The holder

ANA, BEN = ("agent", "ana"), ("agent", "ben")


@pytest.fixture
def handed(thread):
    """The bot hears c1 and c2; Mona calls a person with c3, Ana takes it and answers, Ben gets it and answers; with c4
    they still have it, c5 is for the bot again."""
    thread.typed = [Typed("a1", "key-1", "Ana R."), Typed("a2", "key-2", "Ben O.")]
    asked = [Row(n, (at, n), True, "received", f"c{n}", f"key-c{n}", f"m-c{n}", revision=at) for n, at in ASKED.items()]
    a1 = Row(6, (7, 6), False, "read", "a1", "key-1", "m-a1", author="ana", revision=15)
    a2 = Row(7, (9, 7), False, "delivered", "a2", "key-2", "m-a2", author="ben", revision=16)
    thread.rows = [*asked, a1, a2]
    thread.seen = [Seen(row.mid, True, row.text) for row in asked]
    thread.seen += [Seen("m-a1", False, "a1", "Ana R.", is_read=True), Seen("m-a2", False, "a2", "Ben O.")]
    faces = {6: "Ana R.", 7: "Ben O."}
    in_order = sorted(thread.rows, key=lambda row: row.place)
    thread.shown = [Shown(row.pk, row.is_incoming, row.state, row.text, faces.get(row.pk, "Mona")) for row in in_order]
    changes = [
        Change(3, 3.5, BOT, QUEUE, "asked"),
        Change(6, 6, QUEUE, ANA, "taken", "ana"),
        Change(8, 8, ANA, BEN, "transferred", "ana"),
        Change(11, 11, BEN, BOT, "handed-back", "ben"),
    ]
    moves = [Move("taken", "ana", "ana"), Move("transferred", "ana", "ben"), Move("handed-back", "ben")]
    received = [Received(mid) for mid in ("m-c1", "m-c1", "m-c2", "m-c4", "m-c5")]
    received[3] = Received("m-c4", is_standby=True)
    thread.holding = Holding(BOT, changes, moves, received, has_bot=True)
    return thread


ASKED = {1: 1, 2: 2, 3: 3, 4: 10, 5: 12}  # c1, …: their revisions


def test_the_checker_passes_correct_handovers(handed):
    assert found(handed) == {}


def test_a_gap_in_the_chain_of_handovers_is_found(handed):
    change(handed.holding.changes, 2, before=BEN)
    assert found(handed) == {WRONG_HOLDER: 1}


def test_a_last_handover_that_does_not_match_the_holder_is_found(handed):
    handed.holding.holder = QUEUE
    assert found(handed) == {WRONG_HOLDER: 1}


def test_handovers_in_another_order_than_their_times_are_found(handed):
    change(handed.holding.changes, 2, at=6)
    change(handed.rows, 6, place=(7.5, 7))
    assert found(handed) == {ORDER: 1, WRONG_HOLDER: 1}


def test_an_action_without_a_handover_is_lost(handed):
    handed.holding.moves.append(Move("taken", "ana", "ana"))
    assert found(handed) == {LOST: 1}


def test_a_handover_without_an_action_is_found(handed):
    del handed.holding.moves[2]
    assert found(handed) == {TWICE: 1}


def test_handovers_in_another_order_than_the_actions_are_found(handed):
    handed.holding.moves.reverse()
    assert found(handed) == {ORDER: 1}


@pytest.mark.parametrize("at", [5, 8.5, 11.5])
def test_a_reply_of_an_agent_who_does_not_hold_the_conversation_is_found(handed, at):
    """Ana in the queue's time, in Ben's, in the bot's."""
    change(handed.rows, 5, place=(at, 6))
    assert WRONG_HOLDER in found(handed)


@pytest.mark.parametrize("mid", ["m-c3", "m-c4"])
def test_a_message_for_agents_that_was_delivered_to_the_bot_is_found(handed, mid):
    handed.holding.received.append(Received(mid))
    assert WRONG_HOLDER in found(handed)


def test_a_message_for_the_bot_that_was_not_delivered_is_lost(handed):
    handed.holding.received.pop()
    assert found(handed) == {LOST: 1}


def test_a_message_for_the_bot_that_was_delivered_only_on_standby_is_lost(handed):
    change(handed.holding.received, 4, is_standby=True)
    assert found(handed) == {LOST: 1}


def test_a_bot_may_miss_the_last_message_before_it_loses_the_conversation(handed):
    handed.holding.received.remove(Received("m-c2"))
    assert found(handed) == {}


def test_a_bot_that_misses_messages_before_the_last_one_is_found(handed):
    handed.holding.received[:2] = []
    assert found(handed) == {LOST: 1}


def test_bot_events_delivered_out_of_order_are_found(handed):
    handed.holding.received.insert(0, Received("m-c2"))
    assert found(handed) == {ORDER: 1}


def test_a_handover_whose_call_to_facebook_was_made_after_the_next_one_is_in_order(handed):
    handed.holding.has_bot = False
    taken, transferred, *rest = handed.holding.changes[1:]
    handed.holding.changes = [replace(taken, revision=9), transferred, *rest]
    assert found(handed) == {}
    handed.holding.changes = [replace(taken, at=transferred.at), transferred, *rest]
    assert found(handed)[ORDER] == 1


def test_a_customer_who_waits_for_a_dead_bot_is_found(handed):
    handed.holding.is_waiting = True
    assert found(handed) == {}
    handed.holding.is_bot_dead = True
    assert found(handed) == {WRONG_HOLDER: 1}


def test_the_checker_passes_a_conversation_without_a_bot_that_begins_in_the_queue(handed):
    handed.holding.has_bot = False
    handed.holding.changes = [Change(6, 6, QUEUE, ANA, "taken", "ana"), *handed.holding.changes[2:]]
    assert found(handed) == {}


# The agent's page


def test_the_checker_parses_messages_and_the_older_link_of_the_agents_page():
    page = Page(
        '<a class="thread-older" href="/conversations/1/messages/?before=7">Earlier messages</a><ol>'
        '<li id="message-7" class="message is-received is-incoming"><p class="message-sender visually-hidden">Mona</p>'
        '<div><p class="text">&lt;b&gt; &amp; 茶</p></div><p class="message-meta">12:00</p></li>'
        '<li id="message-8" class="message is-read is-outgoing"><p class="message-sender">\n  Ana R.\n</p>'
        '<div><p class="text">Two\nlines</p></div></li></ol>'
    )
    assert page.older == "/conversations/1/messages/?before=7"
    assert page.messages == [
        Shown(7, True, "received", "<b> & 茶", "Mona"),
        Shown(8, False, "read", "Two\nlines", "Ana R."),
    ]
