"""The cast: Ana and Ben answer for Bluebird Tea, Ada is the admin, Mona writes. Facebook is the sandbox, over HTTP."""

import fcntl
import gc
import os
import subprocess
import sys
import time
import uuid
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest
import requests
from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import storages
from django.db import OperationalError, connection, transaction
from django.test import TransactionTestCase
from playwright.sync_api import expect
from psycopg.errors import DeadlockDetected

from agents.models import Agent
from agents.roles import Role
from console import roles
from console.celery import app
from console.infrastructure import redis as redis_settings
from console.infrastructure.redis import redis
from console.models import Conversation, Customer, InboundWebhook
from console.queue import counts
from console.webhook_endpoint import verify
from messenger import webhook_signature
from personas.models import Page
from tests.bucket import Bucket
from tests.stand_in import Pictures, Sandbox, eventually, free_port

redis_settings.TIMEOUT = 5  # s, for this process: it shares a busy machine with all that it tests

BROWSER_PATIENCE_MS = 20_000
expect.set_options(timeout=BROWSER_PATIENCE_MS)

counts.SHARED = 0  # s, for this process: tests do not wait until numbers are counted anew

ROOT = Path(__file__).parent.parent
WORKERS = ["worker", "processor", "background"]
QUEUES = ["messages", "webhooks", "bots", "typing", "background"]
PASSWORD = "not a secret at all"
PAGE_ID, TOKEN = "102030405060708", "EAASANDBOXPAGETOKEN"

SANDBOX_PORT, CONSOLE_PORT = free_port(), free_port()
NUMBER = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps an event loop in this thread

# Each process of pytest-xdist has its own Redis database, sandbox and ports; pytest-django gives it a PostgreSQL one.
settings.REDIS_URL = settings.REDIS_URL.replace("db=0", f"db={NUMBER}")
settings.CELERY_BROKER_URL = settings.CELERY_BROKER_URL.replace("virtual_host=0", f"virtual_host={NUMBER}")
BROKER_WITHOUT_WORKERS = settings.CELERY_BROKER_URL.replace(f"host={NUMBER}", f"host={32 + int(NUMBER)}")
settings.GRAPH_API_URL = f"http://127.0.0.1:{SANDBOX_PORT}"
settings.SESSION_IDLE_MINUTES, settings.SESSION_HOURS = 14 * 24 * 60, 14 * 24  # for this process: tests travel in time
settings.CONFIRM_MINUTES = 14 * 24 * 60
settings.VAPID_PRIVATE_KEY = ""  # for this process: programs of the stack call agents
NOT_FAST = {"stack_processes", "browser", "node_modules"}  # fixtures that take long to set up
KEPT = {model._meta.db_table for model in (ContentType, Permission)}  # they belong to the migrations
CONSOLE_URL = f"http://127.0.0.1:{CONSOLE_PORT}"
settings.WHITENOISE_AUTOREFRESH = True  # for this process: each client would list all static files first
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]


@pytest.fixture(autouse=True)
def own_files(tmp_path_factory):
    settings.MEDIA_ROOT = FILES


FILES = Path(os.environ["DATA_DIR"]) / f"media-{NUMBER}"


@pytest.fixture(autouse=True)
def broker(request):
    """Keep the tasks of a test without workers from the workers of an earlier test, which still run."""
    url = settings.CELERY_BROKER_URL if "stack_processes" in request.fixturenames else BROKER_WITHOUT_WORKERS
    if app.conf.broker_url != url:
        app.conf.broker_url = url
        app._after_fork()  # forgets the connections to the other broker


@pytest.fixture
def enqueued(broker):
    """Return how many tasks of a name were enqueued in a test without workers."""
    with app.connection() as connection:
        waiting = connection.default_channel.client
        waiting.delete(*QUEUES)
        yield lambda name: sum(f'"{name}"' in task for queue in QUEUES for task in _texts(waiting, queue))


def _texts(waiting, queue):
    return [task.decode() for task in waiting.lrange(queue, 0, -1)]


def pytest_addoption(parser):
    parser.addoption("--fast", action="store_true", help="leave out what needs workers, a browser, npm or much time")


def pytest_collection_modifyitems(config, items):
    """Begin with the slowest, so that no process waits for them in the end; with --fast leave them out."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
    if config.option.fast:
        config.hook.pytest_deselected(items=[item for item in items if not _is_fast(item)])
        items[:] = filter(_is_fast, items)


def pytest_collection_finish():
    """Spare the garbage collector everything that lives as long as this process: thousands of tests, Django, models."""
    gc.collect()
    gc.freeze()


def _is_fast(item):
    return item.get_closest_marker("slow") is None and NOT_FAST.isdisjoint(item.fixturenames)


# The cast


@pytest.fixture
def ana(db):
    return _agent("ana", first_name="Ana", last_name="Ruiz")


@pytest.fixture
def ben(db):
    return _agent("ben", first_name="Ben", last_name="Okafor")


@pytest.fixture
def ada(db):
    return _agent("ada", first_name="Ada", last_name="Lindt", is_staff=True, is_superuser=True)


def _agent(username, **fields):
    desk = {"undo_seconds": 0, "next_conversation": "stay"}
    return Agent.objects.create_user(username, password=PASSWORD, is_present=True, **desk, **fields)


@pytest.fixture
def bluebird(db):
    return Page.objects.create(page_id=PAGE_ID, token=TOKEN, name="Bluebird Tea", state=Page.State.CONNECTED)


def restrict(page, name="tea"):
    """Let only the agents of a new group see the Page's conversations; return the group."""
    page.is_open_to_all = False
    page.save(update_fields=["is_open_to_all"])
    group, _is_new = Group.objects.get_or_create(name=name)
    page.groups.add(group)
    return group


def in_role(agent, key):
    """Give an agent this role in place of others; return them as a next request finds them."""
    roles.make_missing()
    agent.groups.remove(*agent.groups.exclude(role=None))
    agent.groups.add(Role.objects.get(key=key))
    return Agent.objects.get(pk=agent.pk)


def withdraw(agent, right):
    """Take a right of the desk from the roles of an agent; return the agent as a next request finds them."""
    permission = Permission.objects.get(codename=right.partition(".")[2], content_type__app_label="agents")
    for role in Role.objects.filter(user=agent):
        role.permissions.remove(permission)
    return Agent.objects.get(pk=agent.pk)


@pytest.fixture
def mona(bluebird, sandbox):
    """Mona as the console knows her, after she wrote for the first time. Where workers run, they may be quicker."""
    psid = sandbox.customer("Mona Weber")
    sandbox.say(psid, text="Hello?")
    return known_customer(bluebird, psid, name="Mona Weber")


def known_customer(page, psid, name):
    """Return a customer who has a conversation, which a worker may begin at the same moment.

    Then Django leaves the row that could not be inserted in `customer.conversation`, so the customer is loaded again.
    """
    customer, _is_new = Customer.objects.update_or_create(page=page, psid=psid, defaults={"name": name})
    return Conversation.objects.get_or_create(page=page, customer=customer)[0].customer


def held_by(agent, page, count):
    """Make conversations that the agent holds, in the order of the queue."""
    numbers = range(count)
    customers = [Customer.objects.create(page=page, psid=f"77{page.pk}{n}", name=f"Guest {n:02}") for n in numbers]
    held = [Conversation.objects.create(page=page, customer=customer) for customer in customers]
    for conversation in held:
        conversation.take(agent)
    return held


@pytest.fixture
def conversation(mona, ana):
    """Ana holds Mona's."""
    conversation = mona.conversation
    conversation.take(ana)
    return conversation


@pytest.fixture
def say(conversation, ana):
    """Ana presses Send."""
    return lambda text: conversation.send(author=ana, text=text, idempotency_key=uuid.uuid4())[0]


@pytest.fixture
def arrive(db):
    """Facebook delivers a webhook body, signed unless other headers are given. The web server is tried elsewhere."""

    def post(body, secret=settings.FACEBOOK_APP_SECRET, headers=None):
        signed = {"x-hub-signature-256": webhook_signature.sign(body, secret)} if headers is None else headers
        status, text = verify(signed, body)
        if status == 200:
            InboundWebhook.objects.store(body)
        return SimpleNamespace(status_code=status, content=text.encode())

    return post


# Facebook


@pytest.fixture(scope="session")
def browser_type_launch_args():
    """Options of the one browser of a process, which the tests of the desk and those of the sandbox share."""
    quiet = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
    microphone = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]  # it beeps, and is allowed
    return {
        "executable_path": os.environ.get("CHROMIUM"),
        "args": ["--no-sandbox", "--no-first-run", *quiet, *microphone],
    }


@pytest.fixture(scope="session")
def sandbox_process():
    environment = {"SANDBOX_CALLBACK_URL": f"{CONSOLE_URL}/webhooks/messenger"}
    command = ["-m", "sandbox", "--port", str(SANDBOX_PORT), "--made-on-v27"]
    with _process(command, environment, ready=f"{settings.GRAPH_API_URL}/_sandbox/world"):
        yield Sandbox(settings.GRAPH_API_URL)


@pytest.fixture(scope="session")
def pictures():
    with Pictures() as server:
        yield server


@pytest.fixture
def sandbox(sandbox_process, pictures, settings):
    """Facebook, empty but for the Page. It sends no webhooks, and finds a picture at any address."""
    settings.PUBLIC_URL = pictures.url
    sandbox_process.reset()
    sandbox_process.post("webhooks", pause=True)
    return sandbox_process


# Files


@pytest.fixture(scope="session")
def s3_server():
    port = free_port()
    command = ["-m", "moto.server", "--host", "127.0.0.1", "--port", str(port)]
    with _process(command, {}, ready=f"http://127.0.0.1:{port}/moto-api/"):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def s3(s3_server, settings):
    """Files go to an empty bucket of an S3 server. Returns the bucket."""
    bucket = Bucket(s3_server)
    settings.STORAGES = settings.STORAGES | bucket.storage()
    return bucket


@pytest.fixture(params=["disk", "s3"])
def storage(request):
    """Run the test twice: with files on the disk and in a bucket."""
    return request.param == "s3" and request.getfixturevalue("s3")


@pytest.fixture
def watched_files(transactional_db, settings):
    """Files go to a storage that notes whether a transaction was open. Returns the storage."""
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": "tests.watched_files.WatchedFiles"}}
    return storages["default"]


# The whole stack


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """A browser keeps an event loop in this thread, for which Django opens a second connection. Nobody closes that one,
    and the database could not be dropped.

    The roles that it has from the beginning are deleted: the tables are as empty as after any test that commits.
    """
    with django_db_blocker.unblock():
        made = list(Role.objects.values_list("key", flat=True))
        Group.objects.all().delete()
    yield made
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def _empty_the_tables(test_case):
    """Delete what a test committed, in milliseconds: Django truncates every table and then writes all permissions anew.

    The lock waits for workers that still write, and is tried again if one of them waits for us. Without triggers, rows
    may go in any order.
    """
    tables = [f'"{name}"' for name in connection.introspection.django_table_names() if name not in KEPT]
    deletes = ";".join(f"DELETE FROM {table}" for table in tables)  # noqa: S608
    lock = f"LOCK TABLE {', '.join(tables)} IN EXCLUSIVE MODE"
    for is_last in (False, False, True):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(lock)
                cursor.execute(f"SET LOCAL session_replication_role = replica;{deletes}")
            return
        except OperationalError as error:
            if is_last or not isinstance(error.__cause__, DeadlockDetected):
                raise


TransactionTestCase._fixture_teardown = _empty_the_tables


@pytest.fixture(scope="session")
def stack_processes(sandbox_process, django_db_setup):
    """The console and its workers as bin/dev runs them, on this process's test database."""
    environment = environment_of_programs()
    (FILES.parent / "media").mkdir(exist_ok=True)
    settings.MEDIA_ROOT = FILES.parent / "media"
    with ExitStack() as processes:
        for name in WORKERS:
            options = ["--concurrency", "8", "--loglevel", "INFO", "-n", f"{name}-{NUMBER}@test"]
            processes.enter_context(_process(["bin/run.py", name, *options], environment))
        processes.enter_context(web_server(CONSOLE_PORT))
        yield


def environment_of_programs():
    return {
        "DATABASE_URL": url_of_test_database(),
        "REDIS_URL": settings.REDIS_URL,
        "GRAPH_API_URL": settings.GRAPH_API_URL,
        "PUBLIC_URL": CONSOLE_URL,
        "DATA_DIR": str(FILES.parent),
        "PUSH_HOSTS": "127.0.0.1",
        "LOG_LEVEL": "INFO",
        "DEBUG": "0",
        "REMAP_SIGTERM": "SIGQUIT",  # a worker that is stopped gives back what it has and goes
    }


def web_server(port, **environment):
    """A web server of this process's test database."""
    collect_static_files()
    command = ["bin/run.py", "web", "--port", str(port), "--log-level", "warning"]
    return program(command, ready=f"http://127.0.0.1:{port}/readyz", **environment)


@cache
def collect_static_files():
    """Collect them as the image does: hashed, and bundled where esbuild is installed. Once for all test processes."""
    collected = FILES.parent / "static-files-are-collected"
    with open(FILES.parent / "static-files.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not collected.exists():
            command = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
            subprocess.run(command, cwd=ROOT, env=os.environ | {"DEBUG": "0"}, check=True)
            collected.touch()


def program(command, ready=None, **environment):
    """A program of ours on this process's test database."""
    return _process(command, environment_of_programs() | environment, ready)


@pytest.fixture
def stack(transactional_db, stack_processes, sandbox, settings):
    """Everything runs: Facebook delivers, workers work. Returns Facebook."""
    settings.PUBLIC_URL = CONSOLE_URL
    sandbox.post("webhooks", pause=False)
    yield sandbox
    sandbox.reset()
    for _look in range(4):  # a second wake-up may follow a little later
        eventually(_is_quiet)
        time.sleep(0.05)


def _is_quiet():
    """Return whether no task is in a queue or with a worker, apart from delayed ones."""
    queued = any(redis().exists(queue) for queue in QUEUES)
    return not queued and not any('"eta": null' in task for task in redis().hvals("unacked"))


def url_of_test_database():
    name = connection.settings_dict["NAME"]
    before, _slash, after = settings.DATABASE_URL.partition("?")
    return f"{before.rpartition('/')[0]}/{name}?{after}"


@contextmanager
def _process(command, environment, ready=None):
    """Run a program of ours in a process of its own, and keep its output for an error message."""
    log = FILES.parent / f"{command[1]}-{uuid.uuid4().hex[:6]}.log".replace("/", "-")
    with log.open("w") as output:
        child = subprocess.Popen(
            [sys.executable, *command], cwd=ROOT, env=os.environ | environment, stdout=output, stderr=output
        )
    try:
        if ready:
            _wait_for(child, ready, log)
        yield child
    finally:
        child.terminate()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()


def _wait_for(child, url, log):
    try:
        eventually(lambda: child.poll() is not None or _answers(url), seconds=30)
    except AssertionError as error:
        raise AssertionError(log.read_text()[-2000:]) from error
    assert child.poll() is None, log.read_text()[-2000:]


def _answers(url):
    try:
        return requests.get(url, timeout=1).ok
    except requests.RequestException:
        return False


@pytest.fixture
def logs():
    """Return the logs of the console and its workers so far."""
    return lambda: "\n".join(path.read_text() for path in FILES.parent.glob("*.log"))
