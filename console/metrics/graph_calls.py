"""Counters of calls to Facebook: how each ended, and how long it took."""

from console.metrics import counters

RESULTS = "graph_calls"
SECONDS, SUM = "graph_call_seconds", "graph_call_seconds_sum"
BUCKETS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10)  # s


def count(seconds, error):
    """Count a call that ended, with the GraphError that it raised, if any."""
    counters.add(RESULTS, _result(error))
    counters.add(SUM, amount=seconds)
    counters.add(SECONDS, next((str(most) for most in BUCKETS if seconds <= most), "+Inf"))


def _result(error):
    if error is None:
        return "ok"
    return "no_answer" if error.status is None else error.action.name.lower()
