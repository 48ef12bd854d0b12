"""Queries that are compiled once find what the same queries find that are not."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agents.compiled import Compiled, CompiledUpdate, Given, GivenList, attach
from agents.models import Agent
from console.models import Conversation, Message

NAMED = Compiled(lambda: Agent.objects.filter(username=Given("name")).order_by("pk"))


def test_a_compiled_query_finds_what_is_given_with_each_call(ana, ben):
    assert [NAMED(name=each.username) for each in (ana, ben, ana)] == [[ana], [ben], [ana]]
    assert NAMED(name="nobody") == []


def test_a_compiled_query_is_not_compiled_again_and_reads_anew(ana):
    NAMED(name=ana.username)
    Agent.objects.update(first_name="Anne")
    with CaptureQueriesContext(connection) as queries:
        [found] = NAMED(name=ana.username)
    assert (found.first_name, len(queries)) == ("Anne", 1)


def test_a_compiled_query_reads_related_rows_and_lists_of_values(conversation, ana, ben):
    given = Compiled(lambda: Conversation.objects.filter(pk__any=GivenList("pks")).select_related("customer", "agent"))
    [found] = given(pks=[conversation.pk, 0])
    assert (found, found.agent, found.customer) == (conversation, ana, conversation.customer)
    assert given(pks=[]) == []
    names = Compiled(lambda: Agent.objects.filter(username__any=GivenList("names", "text")).values_list("pk"))
    assert set(names(names=[ana.username, ben.username, 'no, \\"body\\"'])) == {(ana.pk,), (ben.pk,)}


def test_a_compiled_update_writes_given_values_and_returns_the_number_of_rows(conversation, ana):
    messages = Message.objects.filter(conversation=OuterRef("pk"))
    update = CompiledUpdate(
        lambda: Conversation.objects.filter(~Exists(messages), pk=Given("pk")),
        last_words=Given("words"),
        agent=None,
        holder="queue",
    )
    assert (update(pk=conversation.pk, words="Hello"), update(pk=0, words="Nothing")) == (1, 0)
    conversation.refresh_from_db()
    assert (conversation.last_words, conversation.agent) == ("Hello", None)


def test_a_compiled_query_with_a_moment_of_its_own_is_refused(db):
    with pytest.raises(ValueError, match="A moment has to be Given"):
        Compiled(lambda: Agent.objects.filter(last_seen_at__lt=timezone.now()))()


def test_rows_are_locked_in_a_transaction_only_also_by_a_query_that_is_compiled(transactional_db, ana):
    locking = Compiled(lambda: Agent.objects.filter(pk=Given("pk")).select_for_update())
    with transaction.atomic():
        assert locking(pk=ana.pk) == [ana]
    with pytest.raises(TransactionManagementError):
        locking(pk=ana.pk)


def test_threads_that_compile_a_query_at_the_same_time_do_not_disturb_each_other(transactional_db, conversation):
    def ask(compiled):
        try:
            return [row.customer.psid for row in compiled(pks=[conversation.pk])]
        finally:
            connection.close()

    related = ("customer__moderation__by", "agent", "team", "page__rules", "reason__by")
    queries = [
        Compiled(lambda: Conversation.objects.filter(pk__any=GivenList("pks")).select_related(*related))
        for _number in range(20)
    ]
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(ask, [query for query in queries for _thread in range(4)]))
    assert found == [[conversation.customer.psid]] * 80


def test_attached_rows_are_those_of_the_related_manager(say, conversation, django_assert_num_queries):
    with_files, without = say("a"), say("b")
    stored = with_files.attachments.create(kind="image", url="https://a.b/c")
    attach([with_files, without], "attachments", [stored])
    with django_assert_num_queries(0):
        assert [list(message.attachments.all()) for message in (with_files, without)] == [[stored], []]
