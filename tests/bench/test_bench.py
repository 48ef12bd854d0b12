"""Tests of the tools of bin/bench. No test decides how fast anything is, because machines differ."""

import asyncio
import json
import math
import time

import pytest

from messenger.events import Read, parse
from processes import Programs
from tests.bench import client, everything, figures, live
from tests.bench.figures import Machine, Row
from tests.bench.graph import Graph
from tests.bench.stack import Stack
from tests.bench.streams import Streams
from tests.bench.webhooks import reported_of
from tests.stand_in import eventually, free_port, without_a_running_loop


@pytest.fixture(autouse=True)
def loop_of_our_own():
    with without_a_running_loop():
        yield


@pytest.mark.parametrize(("part", "number"), [(50, 50), (95, 95), (99, 99), (100, 100), (0, 1)])
def test_a_percentile_is_one_of_the_measured_numbers(part, number):
    assert figures.percentile(reversed(range(1, 101)), part) == number


def test_a_lost_measurement_has_infinite_latency():
    row = Row.of("lost", [0.01] * 9 + [math.inf])
    assert (row.p50, row.p99) == (10, math.inf)
    assert figures.percentile([], 50) == math.inf


def test_benchmark_rows_become_a_table_and_json():
    rows = [
        Row.of("intake", [0.001, math.inf], rate=400, limit=500, ratio=0.8, target="ratio ≥ 0.8", is_met=True),
        Row("memory", rate=12.5, unit=" MiB", is_met=False, notes=["in all"]),
    ]
    headings, _line, intake, memory, _empty, note = figures.table(rows).splitlines()
    assert headings.split()[0] == "measure"
    assert intake.split()[-4:] == ["ratio", "≥", "0.8", "yes"]
    assert memory.split() == ["memory", "12.5", "MiB", "NO"]
    assert note == "memory: in all"
    first, _second = json.loads(json.dumps(figures.as_json(rows), allow_nan=False))
    assert (first["p50"], first["p99"], first["ratio"]) == (1, None, 0.8)


class Restarted(Stack):
    """A stack whose web server does nothing, for half a minute."""

    def start_web(self):
        self.programs.start("web", ["-c", "import time; time.sleep(30)"])

    def wait_for_web(self):
        """Be ready at once."""

    def settle(self):
        """Wait for nothing else."""


def test_a_web_server_that_is_restarted_beside_a_loop_outlives_the_loop():
    with Programs(is_verbose=False) as programs:
        stack = Restarted(programs, port=0, bare=0)
        stack.start_web()
        asyncio.run(live.restart(stack))
        time.sleep(0.5)
        assert programs.children["web"].process.poll() is None


def test_rows_that_were_measured_before_a_failure_are_kept():
    def fails():
        yield Row("webhook → row")
        raise ConnectionRefusedError

    rows = [Row("intake")]
    with pytest.raises(ConnectionRefusedError):
        everything._add(rows, Restarted(None, port=0, bare=0), "live", fails)
    assert [row.name for row in rows] == ["intake", "webhook → row"]


def test_the_bench_notes_when_each_stream_first_has_a_row_and_its_id_and_hello():
    streams = Streams()
    streams.receive(1, b"data: stream ab12\n\n", 1.0)
    streams.receive(1, b"data: hello 1.0\n\n", 2.0)
    for moment in (3.0, 4.0):
        streams.receive(1, b'data: row mine 1\ndata: <li id="row-12">\n\ndata: thread-13\n\n', moment)
    assert (streams.ids, streams.hellos, streams.rows) == ({1: "ab12"}, {1: "1.0"}, {12: {1: 3.0}})


def test_a_target_is_scaled_by_the_rate_of_the_bare_view():
    slow = Machine(bare=750)
    assert slow.factor == 0.5
    assert slow.at_least(510, 1000) == ("≥ 500/s here (1000/s)", True)
    assert slow.at_least(490, 1000)[1] is False


def test_open_loop_latency_counts_from_when_a_request_was_due():
    """Two requests are due 10 ms after each other over one connection, each answered after 50 ms: the second waits."""
    port = free_port()
    texts = ["first", "second"]
    questions = [_call(text, port) for text in texts]
    with Graph(port) as graph:
        (first, _answer), (second, answer) = asyncio.run(client.at_rate(port, questions, 100, at_most=1))
    assert first >= 0.05
    assert second >= 0.09
    assert json.loads(answer.body)["message_id"] == "m_bench2"
    assert list(graph.came) == texts


def test_a_closed_loop_makes_no_more_requests_than_its_clients_allow():
    port = free_port()
    questions = (_call(str(number), port) for number in range(1000))
    with Graph(port) as graph:
        _rate, latencies = asyncio.run(client.at_full_speed(port, questions, 0.2, clients=2))
    assert 2 <= len(latencies) == len(graph.came) <= 8
    assert min(latencies) >= 0.05


class Endpoint(Graph):
    """A web server that takes webhooks and keeps their events."""

    delay = 0

    def __init__(self, port):
        super().__init__(port)
        self.events = []

    def answer(self, body):
        self.events += parse(body)
        return {}


def test_a_text_that_facebook_takes_brings_its_echo_and_its_receipts():
    port, console = free_port(), free_port()
    body = json.dumps({"recipient": {"id": "7001"}, "message": {"text": "Hello", "metadata": "a key"}}).encode()
    sent = client.request("POST", "/v27.0/me/messages", host=f"127.0.0.1:{port}", body=body)
    with Graph(port) as graph, Endpoint(console) as endpoint, reported_of(graph, console):
        asyncio.run(client.at_rate(port, [sent], 100))
        eventually(lambda: len(endpoint.events) == 3)
    echo, delivery, read = endpoint.events
    assert (echo.mid, echo.metadata, echo.psid) == ("m_bench1", "a key", "7001")
    assert (delivery.mids, delivery.psid, type(read)) == (("m_bench1",), "7001", Read)


def test_a_chunked_answer_is_joined():
    assert client._dechunked(b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n") == b"hello world"


def _call(text, port):
    body = json.dumps({"message": {"text": text}}).encode()
    return client.request("POST", "/v27.0/me/messages", host=f"127.0.0.1:{port}", body=body)
