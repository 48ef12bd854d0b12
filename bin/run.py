"""Become one program of the console: `python bin/run.py worker`. Compose, bin/dev, the tests and bin/bench all start
them by this, so each is written down once. What follows the name is passed on: `python bin/run.py web --port 8100`.
"""

import os
import sys
from pathlib import Path

CELERY = ["celery", "-A", "console"]
TRUSTED_PROXIES = os.environ.get("TRUSTED_PROXIES", "").split() or ["127.0.0.1"]  # they say who asks


def web(application):
    limits = ["--timeout-keep-alive", "75", "--timeout-graceful-shutdown", "3", "--limit-concurrency", "4000"]
    return ["console.server", f"console.asgi:{application}", *limits, "--ws", "none", "--no-access-log"]


def worker(queues, threads):
    """Threads: a call to Facebook is waiting, and 16 of them cost what one process does."""
    pool = ["--pool", "threads", "--concurrency", str(threads), "--without-gossip", "--without-mingle"]
    return [*CELERY, "worker", "--queues", queues, *pool, "--loglevel", "WARNING"]


# Each kind of work has workers of its own, so that none stands in front of another: what Facebook told us and who is
# typing are short; a message may wait ten seconds for Facebook; an errand may fetch a film. What bots have not taken at
# once is tried again beside the background: a slow bot has a share of those threads, see thread_pool.py.
PROGRAMS = {
    "web": [*web("application"), "--forwarded-allow-ips", ",".join(TRUSTED_PROXIES)],
    "web-behind-proxy": [*web("behind_proxy"), "--no-proxy-headers"],
    "worker": worker("messages", threads=24),
    "reader": worker("webhooks,typing", threads=16),
    "background": worker("bots,background", threads=32),
    "beat": ["celery", "-A", "console.beat", "beat", "--loglevel", "WARNING"],
}
WORKERS = [name for name, command in PROGRAMS.items() if "worker" in command]


def main():
    name, *options = sys.argv[1:] or [""]
    if name not in PROGRAMS:
        raise SystemExit(f"{__doc__}\nPrograms: {', '.join(PROGRAMS)}")
    os.chdir(Path(__file__).resolve().parent.parent)
    os.environ["CELERY_SKIP_CHECKS"] = "1"  # they load every page's code into every worker; migrate and bin/test check
    os.execv(sys.executable, [sys.executable, "-m", *PROGRAMS[name], *options])


if __name__ == "__main__":
    main()
