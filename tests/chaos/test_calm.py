"""The judge of a long run, with memory and logs made by hand."""

from collections import Counter

import pytest

from tests.chaos.calm import judge_logs, judge_memory
from tests.chaos.checker import Verdict

LOOKS = 300


@pytest.fixture
def verdict():
    return Verdict()


def sentences(verdict):
    return [sentence for _kind, sentence in verdict.differences]


def test_a_program_that_fills_its_caches_at_first_is_flat(verdict):
    looks = [{"web": min(100 + number, 160), "sandbox": 50 + number} for number in range(LOOKS)]
    count = Counter()
    judge_memory(looks, count, verdict)
    assert sentences(verdict) == []
    assert count["MiB of web, at last"] == 160


def test_a_program_that_grows_all_the_time_is_found(verdict):
    judge_memory([{"web": 100 + number / 5, "beat": 60} for number in range(LOOKS)], Counter(), verdict)
    [sentence] = sentences(verdict)
    assert sentence.startswith("the memory of web grew from 1")


def test_an_error_in_a_log_is_found(verdict):
    logs = {"web": "2026-12-01T12:00:00Z INFO all is well\n", "beat": "2026-12-01T12:00:00Z ERROR it is not\n"}
    judge_logs(logs, verdict)
    assert sentences(verdict) == ["beat logged: 2026-12-01T12:00:00Z ERROR it is not"]
