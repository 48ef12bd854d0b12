"""The import of the older history of a conversation. It is an outbox, with one row for each customer.

Facebook shows the newest 20 messages of a conversation, and of older ones only that there are some. The calls have a
rate limit of their own, and nobody waits for them: each Page has a task that makes one call and begins the next.
"""

from datetime import timedelta
from typing import Any, ClassVar

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from console import tasks
from console.history_import.merging import merge
from console.infrastructure import rate_limit
from messenger import Action, GraphError
from messenger.past_message import PastMessage
from personas.models.retry import CONSOLE_FAILED, Outbox, OutboxQuerySet

LEASE = timedelta(minutes=1)  # longer than a call takes
MOST_PAGES = 25  # of one conversation
PAUSE = 0.5  # s between two calls for one Page


class State(models.TextChoices):
    PENDING = "pending", _("pending")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")


class HistoryImportQuerySet(OutboxQuerySet):
    def begin(self, customer):
        """Import the history of a new customer. Idempotent.

        Nothing is imported of a customer who was erased here: Facebook still has their old messages.
        """
        is_erased = customer.page.erasures.of(customer.page_id, customer.psid).exists()
        row, is_new = self.get_or_create(customer=customer, defaults={"state": State.DONE} if is_erased else {})
        if is_new and row.state == State.PENDING:
            _import_next_later(customer.page_id)

    def pending(self):
        return self.filter(state=State.PENDING, customer__page__paused_since=None)

    def import_later(self):
        """Enqueue the imports whose task was lost, or whose pause is over."""
        for page_id in self.pending().due().free().order_by().values_list("customer__page", flat=True).distinct():
            _import_next_later(page_id)

    def import_next(self, page_id):
        """Make the next call for this Page, if the Page may call now, and enqueue the call after it."""
        whole = self.select_related("customer__page", "customer__conversation")
        row = whole.pending().due().free().filter(customer__page=page_id).order_by("pk").first()
        if row is None or row.customer.page.is_slowed or rate_limit.reserve(page_id, rate_limit.HISTORY, within=0):
            return
        row.import_page()
        _import_next_later(page_id, PAUSE)


class HistoryImport(Outbox):
    MAX_ATTEMPTS = 8
    LONGEST_PAUSE = timedelta(minutes=10)

    customer = models.OneToOneField(
        "console.Customer", models.CASCADE, primary_key=True, related_name="history_import", verbose_name=_("customer")
    )
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PENDING)
    after = models.TextField(blank=True, editable=False)  # Facebook's cursor of the page that comes next
    pages = models.PositiveSmallIntegerField(default=0, editable=False)  # that were fetched

    objects: ClassVar[Any] = HistoryImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("history import")
        verbose_name_plural = _("history imports")
        indexes = [
            models.Index(fields=["customer"], condition=models.Q(state="pending"), name="history_import_pending")
        ]

    def __str__(self):
        return f"{self.customer_id} {self.state}"

    def import_again(self):
        """Import again after a failure. Idempotent."""
        fresh = {"state": State.PENDING, "attempts": 0, "error": "", "next_attempt_at": None}
        if self.row.filter(state=State.FAILED).update(**fresh):
            _import_next_later(self.customer.page_id)

    def import_page(self):
        """Fetch one page of the history, and store what is older than the thread, unless another worker does."""
        if not self.claim(self.row.due().filter(state=State.PENDING, after=self.after), LEASE):
            return
        if self.attempts > self.MAX_ATTEMPTS:  # the console itself failed at all of them
            return self._give_up(CONSOLE_FAILED)
        page, psid = self.customer.page, self.customer.psid
        try:
            rows, after = page.client().older_messages(psid, after=self.after)
        except GraphError as error:
            self._note_failure(page, error)
        else:
            self._store(list(map(PastMessage.read, rows)), after)

    def _store(self, past, after):
        """Store a page of messages, and note where the next one begins, unless the Page was disconnected meanwhile."""
        has_more = after and any(one.is_shown for one in past) and self.pages + 1 < MOST_PAGES
        conversation = self.customer.conversation
        with conversation.changing(is_listed=False):
            if conversation.page.is_paused:
                return
            merge(conversation, past)
            state = State.PENDING if has_more else State.DONE
            done = {"state": state, "after": after, "pages": self.pages + 1, "attempts": 0, "error": ""}
            self.row.give_back(self.leased_until, next_attempt_at=None, **done)
            if not has_more:
                self._publish()

    def _note_failure(self, page, error):
        """Try again later, or give up. A limit for the history alone must not delay messages."""
        if error.action.pauses_page or error.action is Action.SLOW_DOWN_APP:
            page.note_error(error)
        if error.action.pauses_page or error.action.is_rate_limit:
            until = max(page.waits_until or timezone.now(), timezone.now()) + self.SHORTAGE_PAUSE
            self._put_off(error, until, attempts=self.attempts - 1)
        elif (error.action.is_retryable or error.is_outcome_unknown) and self.has_attempts_left:
            self._put_off(error, timezone.now() + self.backoff)
        else:
            self._give_up(error.sentence)

    def _give_up(self, sentence):
        self.row.give_back(self.leased_until, next_attempt_at=None, error=sentence, state=State.FAILED)
        self._publish()

    def _put_off(self, error, until, **fields):
        self.row.give_back(self.leased_until, next_attempt_at=until, error=error.sentence, **fields)

    def _publish(self):
        """Publish the outcome, which the panel beside the thread shows."""
        self.customer.conversation.publish_change(is_listed=False, has_other_headline=True)


def _import_next_later(page_id, pause=0):
    transaction.on_commit(lambda: tasks.import_history.apply_async([page_id], countdown=pause), robust=True)
