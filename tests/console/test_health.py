"""Health checks for load balancers and monitors: without a host name, and while Redis or the database is down."""

import socket
import time
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.utils import timezone

from console import tasks
from console.infrastructure import heartbeats
from console.infrastructure.alive import TOUCHED_EVERY
from console.infrastructure.redis import redis
from console.models import Conversation, InboundWebhook, Message
from console.sweep import sweep
from personas.models import Page
from tests.conftest import CONSOLE_PORT, CONSOLE_URL, NUMBER, program, url_of_test_database, web_server
from tests.stand_in import Line, eventually, free_port

pytestmark = pytest.mark.django_db(transaction=True)


def ready(url=CONSOLE_URL):
    answer = requests.get(f"{url}/readyz", timeout=20)
    return answer.status_code, answer.json()["status"], answer.json()["problems"]


@pytest.fixture
def workers_beat(stack):
    for queue in heartbeats.QUEUES:
        tasks.beat.apply_async([queue], queue=queue)
    sweep.delay()
    eventually(lambda: None not in heartbeats.ages([*heartbeats.QUEUES, "sweep"]).values())


@pytest.fixture(autouse=True)
def no_heartbeats():
    redis().delete(*[f"heartbeat:{name}" for name in [*heartbeats.QUEUES, "sweep"]])


def is_eventually(expected, url=CONSOLE_URL):
    """An answer may be a second old."""
    eventually(lambda: ready(url) == expected)


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_health_checks_answer_requests_by_ip_address_and_without_a_host_header(stack, path):
    with socket.create_connection(("127.0.0.1", CONSOLE_PORT), timeout=20) as client:
        client.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
        assert client.makefile("rb").read().startswith(b"HTTP/1.1 200 ")
    assert requests.get(CONSOLE_URL + path, headers={"Host": "10.0.0.7"}, timeout=20).ok


def test_readiness_is_ok_while_all_workers_and_the_sweep_send_heartbeats(workers_beat):
    is_eventually((200, "ok", {}))


def test_readiness_is_degraded_and_names_workers_without_heartbeat(workers_beat):
    redis().set("heartbeat:background", 0)
    redis().delete("heartbeat:sweep")
    eventually(lambda: len(ready()[2]) == 2)
    status, word, problems = ready()
    assert (status, word, set(problems)) == (200, "degraded", {"workers of background", "sweep"})


def test_readiness_reports_an_inbound_webhook_that_waits_for_minutes(workers_beat):
    inbound_webhook = InboundWebhook.objects.create(body='{"object":"page","entry":[]}', digest="x" * 64)
    is_eventually((200, "ok", {}))
    InboundWebhook.objects.filter(pk=inbound_webhook.pk).update(received_at=timezone.now() - timedelta(minutes=5))
    eventually(lambda: ready()[2].get("webhooks", "").startswith("The oldest has waited 30"))


def test_readiness_reports_a_reply_that_waits_for_minutes_unless_its_page_is_paused(workers_beat, conversation, say):
    message = Message.objects.filter(pk=say("Hello").pk)
    eventually(lambda: message.get().mid and Conversation.objects.get().leased_until is None)  # nobody comes again
    waiting = {"state": Message.State.QUEUED, "at": timezone.now() - timedelta(minutes=5)}
    eventually(lambda: message.update(**waiting) and "messages" in ready()[2])  # the sweep may deliver it meanwhile
    Page.objects.update(paused_since=timezone.now())
    is_eventually((200, "ok", {}))


def test_readiness_is_degraded_but_in_service_without_redis(stack_processes):
    port = free_port()
    with Line(_redis) as line, web_server(port, REDIS_URL=f"redis://127.0.0.1:{line.port}/{NUMBER}"):
        line.die()
        eventually(lambda: "redis" in ready(f"http://127.0.0.1:{port}")[2])
        assert ready(f"http://127.0.0.1:{port}")[:2] == (200, "degraded")


def test_a_web_process_without_the_database_is_alive_but_not_ready(stack_processes):
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with Line(_database) as line, web_server(port, DATABASE_URL=_database_url(line.port)):
        line.die()
        eventually(lambda: ready(url)[:2] == (503, "unavailable"))
        assert requests.get(f"{url}/livez", timeout=5).ok
        line.live()
        line.close()
        eventually(lambda: ready(url)[0] == 200, seconds=40)


def _redis():
    return _unix(redis().connection_pool.connection_kwargs["path"])


def _database():
    [folder] = parse_qs(urlsplit(url_of_test_database()).query)["host"]
    return _unix(f"{folder}/.s.PGSQL.5432")


def _unix(path):
    server = socket.socket(socket.AF_UNIX)
    server.connect(path)
    return server


def _database_url(port):
    parts = urlsplit(url_of_test_database())
    return f"postgresql://{parts.username or 'postgres'}@127.0.0.1:{port}{parts.path}"


@pytest.mark.slow
def test_a_worker_touches_its_file_while_it_has_redis_and_not_without(stack_processes, tmp_path):
    file = tmp_path / "alive"
    with Line(_redis) as line:
        redis_url = f"redis://127.0.0.1:{line.port}/{NUMBER}"
        options = ["-n", f"alive-{NUMBER}@test", "--concurrency", "1"]
        with program(["bin/run.py", "background", *options], ALIVE_FILE=str(file), REDIS_URL=redis_url):
            eventually(file.exists, seconds=30)
            file.unlink()
            eventually(file.exists, seconds=10)
            line.die()
            eventually(lambda: not _comes_back(file), seconds=60)


def _comes_back(file):
    """Remove the file, and return whether it is there again after more than TOUCHED_EVERY."""
    file.unlink(missing_ok=True)
    time.sleep(TOUCHED_EVERY + 1)
    return file.exists()
