"""Run one program of the console: `python bin/run.py worker`. Options after its name are passed on to it:
`python bin/run.py web --port 8100`. Compose, bin/dev, the tests and bin/bench all start the programs with this script.
"""

import os
import sys
from pathlib import Path

CELERY = ["celery", "-A", "console"]
TRUSTED_PROXIES = os.environ.get("TRUSTED_PROXIES", "").split() or ["127.0.0.1"]  # they pass on the client's address


def web(application):
    server = ["console.infrastructure.web_server", f"console.asgi:{application}"]
    limits = ["--timeout-keep-alive", "75", "--timeout-graceful-shutdown", "3", "--limit-concurrency", "4000"]
    return [*server, *limits, "--ws", "none", "--no-access-log"]


def worker(queues, threads):
    """Return the command of a worker with threads: calls to Facebook mostly wait, and 16 threads cost one process."""
    pool = ["--pool", "threads", "--concurrency", str(threads), "--without-gossip", "--without-mingle"]
    return [*CELERY, "worker", "--queues", queues, *pool, "--loglevel", "WARNING"]


# Each kind of work has workers of its own, so that slow work never delays other work. Webhooks and typing indicators
# take milliseconds; a message may wait ten seconds for Facebook; background work may download a film. Bot events that a
# bot did not accept at once are retried in the background; thread_pool.py limits a slow bot to some of those threads.
PROGRAMS = {
    "web": [*web("application"), "--forwarded-allow-ips", ",".join(TRUSTED_PROXIES)],
    "web-behind-proxy": [*web("behind_proxy"), "--no-proxy-headers"],
    "worker": worker("messages", threads=24),
    "processor": worker("webhooks,typing", threads=16),
    "background": worker("bots,background", threads=32),
    "beat": ["celery", "-A", "console.beat", "beat", "--loglevel", "WARNING"],
}
WORKERS = [name for name, command in PROGRAMS.items() if "worker" in command]


def main():
    name, *options = sys.argv[1:] or [""]
    if name not in PROGRAMS:
        raise SystemExit(f"{__doc__}\nPrograms: {', '.join(PROGRAMS)}")
    os.chdir(Path(__file__).resolve().parent.parent)
    os.environ["CELERY_SKIP_CHECKS"] = "1"  # they load all views into every worker; migrate and bin/test run the checks
    os.execv(sys.executable, [sys.executable, "-m", *PROGRAMS[name], *options])


if __name__ == "__main__":
    main()
