"""The news for which agents are called, and who is: pure functions, for arbitrary changes."""

from hypothesis import given
from hypothesis import strategies as st

from agents.preferences import Calls
from console.calls.deciding import is_called
from console.calls.news import OF_QUEUE, News, State, news_between
from console.models.holder import Holder


@st.composite
def states(draw):
    agent_id = draw(st.sampled_from([None, 1, 2]))
    holder = Holder.AGENT if agent_id else draw(st.sampled_from([Holder.BOT, Holder.QUEUE, Holder.ELSEWHERE]))
    is_open = bool(agent_id) or holder == Holder.ELSEWHERE or draw(st.booleans())
    return State(holder, agent_id, is_open, draw(st.integers(0, 3)), draw(st.booleans()), draw(st.booleans()))


AGENTS = {"is_holder": st.booleans(), "is_there": st.booleans(), "caused_it": st.booleans()}


@given(states())
def test_no_change_is_no_news(state):
    assert news_between(state, state) is None


@given(states(), states())
def test_news_of_the_queue_is_about_what_waits_there_and_all_other_news_about_what_an_agent_holds(before, after):
    news = news_between(before, after)
    assert news is None or (news in OF_QUEUE) == after.waits_in_queue
    assert news is None or (news in OF_QUEUE) == (after.agent_id is None)


@given(states(), states())
def test_each_customer_who_begins_to_wait_is_news(before, after):
    assert (news_between(before, after) in OF_QUEUE) == (after.waits_in_queue and not before.waits_in_queue)


@given(st.sampled_from(News), st.sampled_from(Calls), **AGENTS)
def test_nobody_is_called_who_chose_no_calls_or_caused_the_news(news, calls, is_holder, is_there, caused_it):
    agent = {"is_holder": is_holder, "is_there": is_there, "caused_it": caused_it}
    if is_called(news, calls, **agent):
        assert calls != Calls.NONE and not caused_it
        assert is_holder or (news in OF_QUEUE and calls == Calls.ALL and is_there)


@given(st.sampled_from(sorted({*News} - OF_QUEUE)), st.sampled_from([Calls.MINE, Calls.ALL]), st.booleans())
def test_news_of_an_agents_own_conversation_calls_them_also_while_they_chose_to_be_away(news, calls, is_there):
    assert is_called(news, calls, is_holder=True, is_there=is_there, caused_it=False)
