"""The revision of a conversation, and the lock of its row, under which everything of it changes.

Several conversations that change together are saved by one statement, and published together.
"""

from collections import defaultdict
from contextlib import contextmanager
from functools import partial
from typing import Any, ClassVar

from django.apps import apps
from django.db import connection, models, transaction
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from agents.compiled import Compiled, Given, GivenList
from console import live
from console.calls.news import State, announce_changes
from console.infrastructure import rows
from console.models.conversation import thread
from console.models.conversation.outcomes import OutOfOrder
from console.models.handover_rules import HandoverRules
from personas.models import Page

OPEN_TO_MEMBER = Compiled(lambda: Page.objects.open_to_member(Given("agent")).order_by().only("pk"))
LABELS = Compiled(
    lambda: (
        apps.get_model("console.Label")
        .conversations.through.objects.filter(conversation__pk__any=GivenList("pks"))
        .select_related("label")
        .order_by("label__name", "label__pk")
    )
)


class RevisionQuerySet(models.QuerySet):
    def visible_to(self, agent):
        return self.on(open_pages(agent))

    def on(self, pages):
        """Filter to these Pages.

        Their ids are looked up first: with ids, the planner keeps to the indexes of the queue.
        """
        return self.filter(page__in=[page.pk for page in pages])

    def for_change(self, skip_locked=False):
        """Lock the rows, and read what every change needs: the state of the Page, and its rules."""
        return self.select_for_update(of=("self",), skip_locked=skip_locked).with_page()

    def in_full(self):
        """Read everything that stands above and below the thread too."""
        return self.with_holder().with_page().select_related("customer__moderation")

    def with_headline(self):
        """Read the columns of the headline too, and no others."""
        return self.with_page().select_related("agent", "customer__moderation")

    def with_page(self):
        """Read its Page and rules too; without their secrets, which would be decrypted."""
        return self.select_related("page__rules").defer("page__token", "page__rules__holder_secret")

    def with_holder(self):
        """Read the customer, the holder and the reason too."""
        return self.select_related("customer", "agent", "team", "reason__by")

    def read_labels(self, conversations):
        """Read the labels of these conversations together."""
        found = defaultdict(list)
        for one in LABELS(pks=[conversation.pk for conversation in conversations]) if conversations else []:
            found[one.conversation_id].append(one.label)
        for conversation in conversations:
            conversation.shown_labels = found[conversation.pk]

    def publish_presence(self, agent):
        """Publish that an agent came or went, which the rows of their conversations show."""
        live.publish(f"agent-{agent.pk}")

    def publish_reader(self, agent):
        """Publish that an agent reads another language, or the queue in another order: their desks ask for all."""
        live.publish(f"reader-{agent.pk}")

    def publish_page(self):
        """Publish that the state of a Page changed, which stands above every conversation."""
        live.publish("hello")


def open_pages(agent):
    """Return the Pages whose conversations this agent may see: most requests begin with them."""
    if agent.is_superuser:
        return Page.objects.open_to(agent).order_by().only("pk")
    return OPEN_TO_MEMBER(agent=agent.pk)


class Change:
    """The changes of one conversation from its lock to its save, each with a revision of its own."""

    def __init__(self, conversation):
        self.conversation = conversation
        self.has_begun = self.is_listed = False
        self._headline, self._state = conversation.headline, _state(conversation)

    @cached_property
    def thread(self):
        return thread.Thread(self.conversation)

    @property
    def has_thread(self):
        """Return whether messages were read, or are held back."""
        return "thread" in vars(self)

    @contextmanager
    def raise_revision(self, is_listed):
        """Raise the revision by one. An event out of order has changed nothing: then the revision stays."""
        self.conversation.revision += 1
        try:
            yield self.conversation.revision
        except OutOfOrder:
            self.conversation.revision -= 1
            raise
        self.has_begun = True
        self.is_listed |= is_listed

    @property
    def states(self):
        """Return the conversation's key, and the values before and after the change for which agents may be called."""
        return self.conversation.pk, self._state, _state(self.conversation)

    @property
    def topics(self):
        """Return the topics of live updates that the change is about."""
        return self.conversation.topics(self.is_listed, self.conversation.headline != self._headline)


class Revision(models.Model):
    """The slice of a Conversation on which all others build."""

    objects: ClassVar[Any]
    page_id: int
    customer_id: int
    all_messages: Any
    handovers: Any
    scheduled_replies: Any
    headline: Any  # the values that stand above and below the thread
    change: Any = None  # the Change under its lock

    page = models.ForeignKey("personas.Page", models.PROTECT, related_name="conversations", verbose_name=_("Page"))
    customer = models.OneToOneField(
        "console.Customer", models.PROTECT, related_name="conversation", verbose_name=_("customer")
    )
    revision = models.BigIntegerField(default=0, editable=False)  # increases with every change, under the row's lock

    class Meta:
        abstract = True

    @property
    def rules(self):
        if type(self).page.is_cached(self):
            return HandoverRules.of(self.page)
        return HandoverRules.objects.filter(pk=self.page_id).first() or HandoverRules(pk=self.page_id)

    @property
    def messages(self):
        """Return its messages, after writing those that a change holds back."""
        self.flush()
        return self.all_messages

    def flush(self):
        """Write the messages that a change holds back, before a query that has to find them."""
        if self.change and self.change.has_thread:
            self.thread.flush()

    @property
    def thread(self):
        """Return the Thread of its change, with its messages."""
        return self.change.thread

    @contextmanager
    def changing(self, is_listed=True):
        """Lock the row, raise the revision, save, and publish the change.

        Under the lock revisions are committed in the order of their numbers: a browser that asks for the changes after
        one misses none. is_listed: whether the queue shows the change too. In a batch of webhooks, the row is locked
        already, and saved with those of other conversations.
        """
        if self.change:
            with self.change.raise_revision(is_listed) as revision:
                yield revision
        else:
            with transaction.atomic():
                self.refresh_from_db(from_queryset=type(self).objects.for_change())
                with saving([self]), self.change.raise_revision(is_listed) as revision:
                    yield revision

    @contextmanager
    def raising_revision(self, is_listed=True, has_other_headline=False):
        """Raise the revision by one statement, for a change that leaves the conversation's own fields as they are."""
        with transaction.atomic():
            yield self._next_revision()
            self.publish_change(is_listed, has_other_headline)

    def touch(self, *messages):
        """Have browsers show the conversation anew: something that belongs to it changed."""
        with self.raising_revision() as revision:
            self.messages.filter(pk__in=[message.pk for message in messages]).update(revision=revision)

    def publish_change(self, is_listed, has_other_headline=False):
        live.publish(*self.topics(is_listed, has_other_headline))

    def topics(self, is_listed, has_other_headline):
        """Return the topics of live updates that a change is about."""
        topics = [f"conversation-{self.pk}"]
        topics += [f"holder-{self.pk}"] if has_other_headline else []
        topics += ["queue"] if is_listed else []
        return topics

    def _next_revision(self):
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE console_conversation SET revision = revision + 1 WHERE id = %s RETURNING revision", [self.pk]
            )
            [revision] = cursor.fetchone()
        return revision


@contextmanager
def saving(conversations):
    """Save those of these locked conversations that changed, in the end, and publish the changes."""
    for conversation in conversations:
        conversation.change = Change(conversation)
    try:
        yield
        _save([conversation for conversation in conversations if conversation.change.has_begun])
    finally:
        for conversation in conversations:
            conversation.change = None


def _save(changed):
    if threads := [conversation.thread for conversation in changed if conversation.change.has_thread]:
        thread.write(threads)
    topics = [conversation.change.topics for conversation in changed]
    rows.write(changed)
    announce = partial(announce_changes, [conversation.change.states for conversation in changed])
    transaction.on_commit(announce, robust=True)
    for some in (_gathered(topics, is_listed=True), _gathered(topics, is_listed=False)):
        if some:
            live.publish(*some)


def _state(conversation):
    holding = conversation.holder, conversation.agent_id, conversation.closed_at is None
    return State(*holding, conversation.unread, conversation.is_new, conversation.is_back)


def _gathered(topics, is_listed):
    """Return the topics of the conversations whose row changed, or of all others, each once."""
    return dict.fromkeys(topic for some in topics if ("queue" in some) is is_listed for topic in some)
