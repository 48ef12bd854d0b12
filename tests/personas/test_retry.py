"""Retry, backoff and lease, which all outboxes share, shown by one of them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from console.models import Handover, Message
from personas.models import Persona

LEASE = timedelta(seconds=45)


@pytest.fixture
def row(bluebird, ana):
    return Persona.objects.create(page=bluebird, agent=ana, name="Ana R.").row


@pytest.mark.parametrize(("attempts", "seconds"), [(0, 1), (1, 2), (3, 8), (5, 32), (6, 60), (1000, 60)])
def test_backoff_doubles_with_each_attempt_up_to_the_longest_pause(attempts, seconds):
    assert Persona(attempts=attempts).backoff == timedelta(seconds=seconds)


@pytest.mark.parametrize("outbox", [Message, Handover])
def test_backoff_with_jitter_stays_within_a_quarter_and_differs(outbox):
    pauses = [outbox(attempts=3).backoff.total_seconds() for _row in range(50)]
    assert 6 <= min(pauses) < max(pauses) <= 10


def test_a_row_is_due_until_it_is_postponed_and_again_when_hurried(row):
    assert row.due().exists() and row.get().is_due
    row.postpone(timezone.now() + timedelta(minutes=1), error="busy")
    assert not row.due().exists() and not row.get().is_due
    assert row.get().error == "busy"
    row.make_due()
    assert row.due().exists()


def test_two_workers_that_lease_a_row_do_not_both_get_it(row):
    assert row.lease(LEASE)
    assert row.lease(LEASE) is None


def test_a_lease_that_was_given_back_or_ran_out_is_free(row):
    row.give_back(row.lease(LEASE))
    assert row.lease(timedelta(seconds=-1))
    assert row.lease(LEASE)


def test_a_lease_is_renewed_by_the_worker_that_has_it(row):
    lease = row.lease(LEASE)
    renewed = row.renew(lease, 2 * LEASE)
    assert row.get().leased_until == renewed > lease
    assert row.renew(lease, LEASE) is None


def test_a_worker_whose_lease_ran_out_gives_nothing_back(row):
    late = row.lease(timedelta(seconds=-1))
    lease = row.lease(LEASE)
    assert not row.give_back(late, error="late")
    assert (row.get().leased_until, row.get().error) == (lease, "")
