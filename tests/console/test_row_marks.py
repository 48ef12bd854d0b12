"""A row of the queue shows the present state of its conversation."""

import pytest
from django.utils import timezone

from console.models import Conversation, Message
from tests.console.conftest import AT, MINUTE, fresh, now, row_of


def has_failed():
    return row_of(Conversation.objects.get()).has_failed


@pytest.fixture
def failed(say):
    message = say("Buy this!")
    Message.objects.filter(pk=message.pk).update(state=Message.State.FAILED)
    return message


def test_a_failed_reply_marks_the_queue_row_until_a_later_one_is_delivered(failed, say):
    assert has_failed()
    later = say("Or that?")
    assert has_failed()
    Message.objects.filter(pk=later.pk).update(state=Message.State.DELIVERED, mid="m_2")
    assert not has_failed()


def test_a_reply_that_fails_after_a_delivered_one_marks_the_queue_row(say):
    Message.objects.filter(pk=say("one").pk).update(state=Message.State.DELIVERED, mid="m_1")
    Message.objects.filter(pk=say("two").pk).update(state=Message.State.FAILED)
    assert has_failed()


def test_a_later_message_of_the_bot_keeps_the_failed_mark_in_the_queue_row(failed, conversation):
    fields = {"conversation": conversation, "page": conversation.page, "is_incoming": False, "revision": 9}
    Message.objects.create(**fields, is_by_bot=True, state=Message.State.SENT, mid="m_2", at=timezone.now())
    assert has_failed()


def test_the_desk_shows_a_row_of_a_customer_who_came_by_a_link(client, ana, receive, by_mona):
    receive(by_mona(now(), referral={"ref": "flyer", "source": "SHORTLINK", "type": "OPEN_THREAD"}))
    client.force_login(ana)
    assert 'class="chip"' in client.get("/queue/").content.decode()


def test_an_answer_from_the_page_inbox_removes_the_unread_badge(mona, receive, said, echo):
    receive(said("m_1"), said("m_2", at=AT + MINUTE))
    assert fresh(mona.conversation).unread == 2
    receive(echo("m_3", at=AT + 2 * MINUTE))
    assert fresh(mona.conversation).unread == 0


def test_a_customer_message_after_a_late_page_inbox_answer_stays_unread(mona, receive, said, echo):
    receive(said("m_1"), said("m_3", at=AT + 2 * MINUTE))
    receive(echo("m_2", at=AT + MINUTE))
    assert fresh(mona.conversation).unread == 1
