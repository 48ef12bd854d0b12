"""A short form of `bin/chaos`, with a seed of its own each time; when it fails, it says how to repeat it."""

import secrets
import shlex

import pytest

from tests.chaos.checker import TWICE
from tests.chaos.run import Plan, run

SECONDS, CONVERSATIONS, PACE = 20, 16, 1.0
ENOUGH = 30  # messages each way, below which a run proves nothing


def plan(**fields):
    return Plan(
        **{"seed": secrets.randbelow(10**6), "seconds": SECONDS, "conversations": CONVERSATIONS, "pace": PACE}
        | {"hurry": True, "deaths": False}
        | fields
    )


def story(plan, outcome):
    command = f"bin/chaos --seed {plan.seed} --seconds {plan.seconds} --conversations {plan.conversations}"
    options = f"--pace {plan.pace} --hurry --no-deaths {plan.mutation and shlex.join(['--mutation', plan.mutation])}"
    return f"{command} {options}\n{outcome.report()}"


@pytest.fixture(scope="module")
def outcome():
    """The outcome of one run, for all that is asked of it."""
    chosen = plan()
    return chosen, run(chosen)


def test_nothing_is_lost_doubled_swapped_or_misnamed_whatever_goes_wrong(outcome):
    chosen, outcome = outcome
    assert outcome.is_clean, story(chosen, outcome)


def test_the_run_had_something_to_prove(outcome):
    chosen, outcome = outcome
    count, faults = outcome.verdict.count, outcome.faults
    assert min(count["arrived"], count["written"]) >= ENOUGH, story(chosen, outcome)
    assert faults["Redis lost all"] and faults["PostgreSQL crashed"], story(chosen, outcome)


def test_a_call_that_is_simply_made_again_does_not_go_unnoticed():
    chosen = plan(mutation="resend-unknown", seconds=12)
    outcome = run(chosen)
    assert outcome.verdict.totals[TWICE], story(chosen, outcome)
