"""The names of agents that a bot gets: those that customers see, unless the Page's rules say otherwise."""

import pytest

from console.models import ApiKey, HandoverRules
from console.models.bot_event.holder_change import HolderChange
from tests.console.api_client import ApiClient, detail
from tests.console.conftest import fresh


@pytest.fixture
def rules(bluebird):
    return HandoverRules.objects.create(
        page=bluebird, webhook_url="https://bot.example/", holder_url="https://a.example/"
    )


def named_to_bot(conversation):
    """Return everything that the bot is sent or answered about the agent who holds the conversation."""
    bot, psid = ApiClient(ApiKey.objects.make(conversation.page, "Robin")), conversation.customer.psid
    change = HolderChange.of(conversation.handovers.in_order().last())
    return change.to.name, bot.get(psid).json()["name"], detail(bot.post(f"{psid}/resume"), 409)


def test_a_bot_gets_the_name_of_an_agent_that_customers_see(rules, conversation):
    assert named_to_bot(fresh(conversation)) == ("Ana R.", "Ana R.", "This conversation is with Ana R.")


def test_a_bot_gets_full_names_if_the_rules_of_its_page_say_so(rules, conversation):
    HandoverRules.objects.update(bot_gets_full_names=True)
    names = named_to_bot(fresh(conversation))
    assert [name.strip("\u2068\u2069") for name in names[:2]] == ["Ana Ruiz", "Ana Ruiz"]
    assert "Ana Ruiz" in names[2]


@pytest.mark.parametrize(("is_full", "name"), [(False, "Ana R."), (True, "Ana Ruiz")])
def test_a_summary_for_the_bot_has_the_same_names(rules, conversation, ana, say, is_full, name):
    HandoverRules.objects.update(bot_gets_full_names=is_full)
    say("The parcel comes tomorrow.")
    fresh(conversation).hand_back(ana)
    summary = conversation.handovers.in_order().last().summary
    assert f"{name}: The parcel comes tomorrow." in summary
    assert ("Ana Ruiz" in summary) is is_full
