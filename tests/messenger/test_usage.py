"""The use of Facebook's limits, from its headers; no header makes a call fail."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messenger import GraphError
from messenger.usage import HEADERS, Usage

APP = {"call_count": 28, "total_time": 25, "total_cputime": 26}
BUSY = {"type": "messenger", "call_count": 95, "total_cputime": 20, "total_time": 20}
SHUT = BUSY | {"estimated_time_to_regain_access": 7}


@pytest.mark.parametrize(
    ("headers", "usage"),
    [
        ({}, Usage(0, 0)),
        ({"X-App-Usage": APP}, Usage(28, 0)),
        ({"X-Page-Usage": {"total_time": 81}}, Usage(81, 0)),
        ({"X-App-Usage": APP, "X-Business-Use-Case-Usage": {"1": [BUSY]}}, Usage(95, 0)),
        (
            {"X-Business-Use-Case-Usage": {"1": [APP], "2": [BUSY | {"estimated_time_to_regain_access": 7}]}},
            Usage(95, 7),
        ),
        ({"X-Business-Use-Case-Usage": {"1": [{"estimated_time_to_regain_access": 0.5}]}}, Usage(0, 1)),
        ({"X-App-Usage": {"call_count": "28", "total_time": True, "total_cputime": None}}, Usage(0, 0)),
        ({"X-App-Usage": {"call_count": -1, "total_time": float("nan"), "total_cputime": float("inf")}}, Usage(0, 0)),
    ],
)
def test_the_usage_is_the_highest_percentage_in_the_headers(headers, usage):
    assert Usage.read({name: json.dumps(value) for name, value in headers.items()}) == usage


@pytest.mark.parametrize(("usage", "is_near"), [(Usage(79), False), (Usage(80), True), (Usage(0, 1), True)])
def test_a_rate_limit_is_near_from_80_percent(usage, is_near):
    assert usage.is_near_limit is is_near


def test_the_client_updates_its_usage_after_every_call(wire):
    client = wire.client()
    assert client.usage == Usage()
    wire.headers = {"X-App-Usage": json.dumps(APP)}
    client.page()
    assert client.usage == Usage(28)
    wire.headers = {}
    client.page()
    assert client.usage == Usage()


def test_a_rate_limit_error_says_when_calls_are_accepted_again(wire, refusal):
    wire.status, wire.text = 400, json.dumps({"error": {"message": "(#80006) Too many", "code": 80006}})
    wire.headers = {"X-Business-Use-Case-Usage": json.dumps({"1": [SHUT]})}
    client = wire.client()
    assert refusal(client.page).usage == client.usage == Usage(95, 7)


def test_a_graph_error_without_headers_has_empty_usage():
    assert GraphError("No answer").usage == Usage()


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4) | st.just("call_count"), inner),
    max_leaves=8,
)


@settings(max_examples=100, deadline=None, database=None)
@given(st.sampled_from(HEADERS), st.text() | ANYTHING.map(json.dumps) | st.just("[" * 100_000))
def test_reading_usage_from_arbitrary_headers_never_raises(name, value):
    assert Usage.read({name: value}).percent >= 0
