"""Upgrading while agents work: after `migrate` the old processes go on, whatever kind of migration it was.

The old web server and workers run, customers write, agents ask for pages and answer. Meanwhile a migration is applied
that these processes know nothing of, one of each kind that docs/upgrading.md allows.
"""

import itertools
import sys
import threading
import time
import uuid
from contextlib import contextmanager

import psycopg
import pytest
import requests
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from console.management.commands import migrate
from console.models import Customer, Message
from tests.conftest import CONSOLE_URL, url_of_test_database
from tests.stand_in import eventually

FILLED = 5_000  # messages that are there already
LONGEST_ANSWER = 5  # s; Facebook gives a webhook no more
HEAD = """
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models

class Migration(migrations.Migration):
    dependencies = [("console", "{before}")]
"""
ADD_COLUMN = """
    operations = [migrations.AddField("message", "channel", models.CharField(max_length=20, db_default=""))]
"""
KINDS = {
    "a column with a database default": [ADD_COLUMN],
    "a column that may be empty": [
        """
    operations = [migrations.AddField("conversation", "hint", models.TextField(null=True))]
"""
    ],
    "an index": [
        """
    atomic = False
    operations = [AddIndexConcurrently("message", models.Index(fields=["sent_at"], name="made_up_index"))]
"""
    ],
    "a constraint": [
        """
    operations = [
        AddConstraintNotValid(
            "message", models.CheckConstraint(condition=models.Q(revision__gte=0), name="made_up_constraint")
        )
    ]
""",
        """
    operations = [ValidateConstraint("message", name="made_up_constraint")]
""",
    ],
    "a table that refers to one in use": [
        """
    operations = [
        migrations.CreateModel(
            "MadeUp",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("conversation", models.ForeignKey("console.conversation", models.CASCADE)),
            ],
        )
    ]
"""
    ],
    "a renamed column, expanded, filled and contracted": [
        ADD_COLUMN,
        """
    atomic = False

    def fill(apps, schema_editor):
        rows = apps.get_model("console", "message").objects.filter(channel="")
        while batch := list(rows.values_list("pk", flat=True)[:1_000]):
            rows.filter(pk__in=batch).update(channel="messenger")

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
""",
        """
    operations = [migrations.RemoveField("message", "channel")]
""",
    ],
}


@pytest.fixture
def next_release(tmp_path, settings, monkeypatch, transactional_db):
    """Write these as the migrations that come next, and return the name of the last one that is there."""
    folder = tmp_path / "next_release"
    folder.mkdir()
    ours = migrate.__file__.replace("management/commands/migrate.py", "migrations")
    (folder / "__init__.py").write_text(f"__path__.append({ours!r})\n")
    monkeypatch.syspath_prepend(tmp_path)
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM django_migrations WHERE app = 'console' ORDER BY id DESC LIMIT 1")
        [newest] = cursor.fetchone()

    def write(sources):
        before = newest
        for number, source in enumerate(sources):
            name = f"9{number:03d}_made_up"
            (folder / f"{name}.py").write_text(HEAD.format(before=before) + source)
            before = name
        settings.MIGRATION_MODULES = {"console": "next_release"}
        return newest

    yield write
    call_command("migrate", "console", newest, verbosity=0)
    for name in [name for name in sys.modules if name.startswith("next_release")]:
        del sys.modules[name]


@pytest.fixture
def filled(conversation, bluebird):
    """The thread of a customer who has written for years."""
    now = timezone.now()
    fields = {"conversation": conversation, "page": bluebird, "is_incoming": True, "state": "received", "at": now}
    Message.objects.bulk_create(Message(mid=f"m_{n}", revision=n, **fields) for n in range(FILLED))


class Load:
    """Customers who write and an agent who works, in two conversations, until the load ends."""

    def __init__(self, agent, page, facebook):
        self.agent, self.facebook = agent, facebook
        self.statuses, self.slowest, self.problems, self.said, self.written = [], 0, [], {}, {}
        self._is_over = threading.Event()
        self._jobs = [self._thread(job, self._new_conversation(page)) for job in (self._answer, self._write)]

    def _new_conversation(self, page):
        psid = self.facebook.customer("Paul")
        self.facebook.say(psid, text="Hello?")
        customer = eventually(lambda: Customer.objects.filter(psid=psid, conversation__isnull=False).first())
        customer.conversation.take(self.agent)
        return customer.conversation

    def _thread(self, job, conversation):
        self.said[conversation.customer.psid], self.written[conversation.customer.psid] = [], ["Hello?"]
        return threading.Thread(target=self._until_over, args=[job, conversation], daemon=True)

    def _until_over(self, job, conversation):
        try:
            for number in itertools.count():
                if self._is_over.is_set():
                    return
                job(conversation.pk, conversation.customer.psid, number)
        except Exception as error:
            self.problems.append(repr(error))

    def __enter__(self):
        client = Client()
        client.force_login(self.agent)
        self.session = requests.Session()
        self.session.cookies.set("sessionid", client.cookies["sessionid"].value)
        self._ask("GET", "/")
        for job in self._jobs:
            job.start()
        self._until_it_runs()
        return self

    def __exit__(self, *exception):
        self._until_it_runs()
        self._is_over.set()
        for job in self._jobs:
            job.join(30)

    def _until_it_runs(self):
        done = len(self.statuses)
        eventually(lambda: self.problems or len(self.statuses) > done + 10)

    def _answer(self, pk, psid, number):
        """Send an answer. A refused one stays in the browser and is not lost; an accepted one must arrive."""
        text = f"Answer {number}"
        fields = {"text": text, "idempotency_key": str(uuid.uuid4())}
        if self._ask("POST", f"/conversations/{pk}/send/", data=fields, allow_redirects=False) == 302:
            self.said[psid].append(text)
        self._ask("GET", f"/conversations/{pk}/")
        self._ask("GET", "/queue/")

    def _write(self, pk, psid, number):
        text = f"Question {number}"
        self.facebook.say(psid, text=text)
        self.written[psid].append(text)
        self._ask("GET", f"/conversations/{pk}/messages/?since=0")

    def _ask(self, method, path, **options):
        headers = {"X-CSRFToken": self.session.cookies.get("csrftoken", ""), "Connection": "close"}
        began = time.monotonic()
        answer = requests.request(
            method, CONSOLE_URL + path, headers=headers, cookies=self.session.cookies, timeout=30, **options
        )
        self.session.cookies.update(answer.cookies)
        self.slowest = max(self.slowest, time.monotonic() - began)
        self.statuses.append(answer.status_code)
        return answer.status_code

    def check(self):
        assert self.problems == []
        assert {status for status in self.statuses if status not in (200, 302)} == set()
        assert self.slowest < LONGEST_ANSWER
        for psid, texts in self.said.items():
            eventually(lambda psid=psid, texts=texts: self.facebook.texts(psid) == texts, seconds=40)
        for psid, texts in self.written.items():
            eventually(lambda psid=psid, texts=texts: _received(psid) == texts, seconds=40)


def _received(psid):
    incoming = Message.objects.filter(conversation__customer__psid=psid, is_incoming=True)
    return list(incoming.in_order().values_list("text", flat=True))


@pytest.fixture
def load(stack, ana, bluebird):
    stack.post("webhooks", pause=False)
    return Load(ana, bluebird, stack)


@pytest.mark.parametrize("kind", KINDS)
def test_old_processes_work_during_and_after_a_migration_of_the_next_release(kind, next_release, load, filled):
    next_release(KINDS[kind])
    with load:
        call_command("migrate", verbosity=0)
    load.check()


@contextmanager
def a_slow_report():
    """Somebody reads the table in a transaction that stays open."""
    with psycopg.connect(url_of_test_database()) as other:
        other.execute("SELECT count(*) FROM console_message")
        yield other


def test_a_migration_that_waits_for_a_table_does_not_block_old_processes(next_release, load, filled, monkeypatch):
    next_release(KINDS["a column with a database default"])
    monkeypatch.setattr(migrate, "LOCK_TIMEOUT", "500ms")
    monkeypatch.setattr(migrate, "PAUSE", 0.2)
    with load, a_slow_report() as report:
        threading.Timer(3, report.rollback).start()
        call_command("migrate", verbosity=0)
    load.check()
    assert load.slowest < 2


def test_a_migration_gives_up_with_a_sentence_when_a_table_is_never_free(
    next_release, conversation, monkeypatch, transactional_db
):
    next_release(KINDS["a column with a database default"])
    monkeypatch.setattr(migrate, "LOCK_TIMEOUT", "50ms")
    monkeypatch.setattr(migrate, "PAUSE", 0)
    monkeypatch.setattr(migrate, "ATTEMPTS", 3)
    with a_slow_report(), pytest.raises(migrate.CommandError, match="Some table is in use all the time"):
        call_command("migrate", verbosity=0)


def test_a_migration_restores_the_lock_timeout_of_the_connection(next_release, transactional_db):
    next_release(KINDS["a column that may be empty"])
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)
