"""The customer's wait for an answer, and the number of messages that the holder has not read yet."""

from datetime import timedelta

from django.db import models
from django.db.models import Exists, Max, Min, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from console.models.bot_event.bot_event import BotEvent
from console.models.conversation.holding import Holding
from console.models.conversation.inbox import Inbox, InboxQuerySet
from console.models.holder import Holder

BOT_ANSWERS_WITHIN = timedelta(minutes=5)


class WaitingQuerySet(InboxQuerySet):
    def waiting_for_bot(self):
        """Filter to conversations whose customer waits for the bot.

        If the bot got the message, a long silence is its choice.
        """
        may_answer = has_undelivered_words() | has_spoken_lately()
        return self.open().filter(may_answer, holder=Holder.BOT, waiting_since__isnull=False)


def has_undelivered_words():
    return Exists(BotEvent.objects.with_words().filter(conversation=OuterRef("pk")).order_by())


def has_spoken_lately():
    return Q(last_at__gt=timezone.now() - BOT_ANSWERS_WITHIN)


class Waiting(Holding, Inbox):
    """The slice of a Conversation that counts unanswered and unread messages, always under the row's lock."""

    waiting_since = models.DateTimeField(_("customer waits since"), null=True, blank=True)
    answer_by = models.DateTimeField(_("first reply by"), null=True, editable=False)
    unread = models.PositiveIntegerField(_("unread"), default=0)
    is_new = models.BooleanField(default=False, editable=False)  # the holder has not seen it yet
    awake_since = models.DateTimeField(null=True, editable=False)  # the end of the last snooze
    is_snoozed = models.BooleanField(default=False, db_default=False, editable=False)  # the holder has set it aside
    is_back = models.BooleanField(default=False, db_default=False, editable=False)  # … its time is over, still unseen

    class Meta:
        abstract = True

    # Read

    def see(self, agent):
        """Note that the holder has read what is there. Anybody else may look without a trace."""
        if (self.unread or self.calls_holder) and self.is_held_by(agent):
            with self.changing():
                self.unread, self.is_new, self.is_back = 0, False, False

    @property
    def calls_holder(self):
        """Return whether it came to its holder, or back from a snooze, and the holder has not seen it since."""
        return self.is_new or self.is_back

    def unanswered_messages(self):
        """Return the customer's messages since the wait began."""
        asked = self.messages.filter(is_incoming=True, is_deleted=False)
        return asked.filter(at__gte=self.waiting_since) if self.waiting_since else asked.none()

    def unanswered_since(self):
        """Return the time of the customer's first message after the last answer, or None."""
        answered = self.messages.filter(is_incoming=False, is_automatic=False).aggregate(last=Max("at"))["last"]
        asked = self.messages.filter(is_imported=False, is_incoming=True, is_deleted=False)
        return (asked.filter(at__gt=answered) if answered else asked).aggregate(first=Min("at"))["first"]

    # Begin to wait

    def note_question(self, at):
        """Count one more message to which the customer wants an answer."""
        self.unread += 1
        self.note_snooze_end()
        self.waiting_since = min(self.waiting_since or at, at)

    def start_waiting(self):
        """Let the customer wait from now on, unless they wait already."""
        self.waiting_since = self.waiting_since or timezone.now()

    def resume_waiting(self):
        """Let the customer wait again for messages that nobody answered before the conversation was closed."""
        self.waiting_since = self.unanswered_since()

    def note_new_holder(self, agent, by):
        """Start the agent's time for a first answer. An agent who fetched the conversation has seen what is in it."""
        self.note_snooze_end()
        self.is_new = agent is not None and agent != by
        self.answer_by = self._first_answer_by() if agent else None
        if agent and not self.is_new:
            self.unread = 0

    def note_entered_queue(self):
        """Count the unanswered messages as unread, for the agent who will take the conversation."""
        self.unread = max(self.unread, self.unanswered_messages().count())

    # Be set aside

    def note_snooze(self):
        """Note that the holder snoozes the conversation."""
        self.is_snoozed, self.is_back = True, False

    def note_snooze_end(self, is_unseen=False):
        """Note that a snooze ended, if there is one. is_unseen: the holder has to learn of it."""
        self.awake_since = timezone.now() if self.is_snoozed else self.awake_since
        self.is_snoozed, self.is_back = False, is_unseen

    # Wait no longer

    def note_reply(self):
        """Note that the holder answered."""
        self.waiting_since, self.unread, self.answer_by = None, 0, None
        self.is_new = self.is_back = False

    def note_echoed_answer(self, message):
        """Note an answer from outside the console. A late echo answers no question that came after it."""
        is_late = self.waiting_since and message.at < self.last_at
        self._wait_since(self.unanswered_since() if is_late else None)
        asked = self.messages.filter(is_incoming=True)
        left = asked.filter(at__gte=self.waiting_since).count() if self.waiting_since else 0
        self.unread = min(self.unread, left)  # whoever answers has read the messages

    def note_unsent_question(self, message):
        """Note that the customer unsent a message. The unread messages are always the last that came."""
        newer = self.messages.filter(is_imported=False, is_incoming=True, is_deleted=False, pk__gt=message.pk).count()
        is_question = message.is_incoming and not (message.is_deleted or message.is_imported)
        if is_question and newer < self.unread:
            self.unread -= 1

    def end_wait_for(self, message):
        """End the wait for an answer to an unsent message; the customer may still wait for another one."""
        if message.is_incoming and self.waiting_since and message.at >= self.waiting_since:
            self._wait_since(self.unanswered_since())

    def stop_waiting(self):
        """End the wait and count nothing as unread: the conversation is closed."""
        self.waiting_since, self.unread = None, 0

    def _wait_since(self, moment):
        self.waiting_since, self.answer_by = moment, moment and self.answer_by

    def _first_answer_by(self):
        minutes = self.waiting_since and self.rules.answer_within
        return timezone.now() + timedelta(minutes=minutes) if minutes else None
