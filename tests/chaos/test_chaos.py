"""A short form of `bin/chaos`, with a seed of its own each time; when it fails, it says how to repeat it."""

import secrets
import shlex

import pytest

from tests.chaos.checker import ORDER, PERSONA, SIGHT
from tests.chaos.run import Plan, run

SHORTLY = 10  # s; a fault shows long before the last lease has ended

pytestmark = pytest.mark.slow


def test_no_message_is_lost_doubled_reordered_or_misattributed_under_chaos():
    plan = short(seconds=20)
    outcome = run(plan)
    described, count, faults = story(plan, outcome), outcome.verdict.count, outcome.faults
    assert outcome.is_clean, described
    assert count["arrived"] and count["written"], described
    assert count["received by bots"] and count["handovers"], described
    assert faults["Redis lost all"] and faults["PostgreSQL crashed"], described
    assert faults["Redis hung"] and faults["PostgreSQL hung"], described
    assert faults["Redis full"] and faults["disk full"], described
    assert faults["networks lost by desks"] and faults["tabs lost by desks"], described
    assert count["rows on an outsider's stream"], described


def test_chaos_finds_a_mutation_that_sends_under_the_wrong_persona():
    plan = short(seconds=2, conversations=4, mutation="page-face", patience=SHORTLY)
    outcome = run(plan)
    assert outcome.verdict.totals[PERSONA], story(plan, outcome)


def test_chaos_finds_a_mutation_that_sends_a_row_to_somebody_who_may_not_see_it():
    plan = short(seconds=4, conversations=4, mutation="row-to-all", patience=SHORTLY)
    outcome = run(plan)
    assert outcome.verdict.totals[SIGHT], story(plan, outcome)


def test_chaos_finds_a_browser_mutation_that_sends_replies_out_of_order():
    plans = [short(seed=seed, seconds=20, conversations=2, mutation="no-block", patience=SHORTLY) for seed in (7, 8, 9)]
    stories = []
    for plan in plans:  # a network has to break while two replies wait, which depends on the machine too
        outcome = run(plan)
        if outcome.verdict.totals[ORDER]:
            return
        stories.append(story(plan, outcome))
    pytest.fail("\n".join(stories))


def short(**fields):
    return Plan(**{"seed": secrets.randbelow(10**6), "conversations": 16, "think_time": 1.0, "deaths": False} | fields)


def story(plan, outcome):
    options = {"--seed": plan.seed, "--seconds": plan.seconds, "--conversations": plan.conversations}
    options |= {"--think-time": plan.think_time} | ({"--mutation": plan.mutation} if plan.mutation else {})
    words = [str(word) for option in options.items() for word in option]
    return f"{shlex.join(['bin/chaos', *words, '--no-deaths'])}\n{outcome.report()}"
