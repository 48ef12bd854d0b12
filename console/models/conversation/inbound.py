"""What Facebook tells of a conversation, made true in ours. Every event may come twice, late, or out of order."""

import hashlib

from django.conf import settings

from console.models.activity import BESIDE_TALKING, Activity
from console.models.conversation import echoes
from console.models.conversation.activities import Activities
from console.models.conversation.automated_responses import PAGE_INBOX_APP, is_automatic, mark_late
from console.models.conversation.corrections import Corrections, Heard, NotHereYet, moment_of
from console.models.conversation.thread_order import place
from console.models.handover import Cause
from console.models.holder import Holder
from console.models.message.attachment import Attachment
from console.models.message.message import Message
from messenger import events

SAME_IN_BOTH = (
    "author",
    "persona",
    "sent_as_page_because",
    "is_by_bot",
    "is_automatic",
)  # of a message that was sent twice


class Inbound(Corrections, Activities):
    """The part of a Conversation that listens."""

    HEARD = (
        *(events.Message, events.Postback, events.Echo, events.MissedCall, events.Order),
        *(events.Delivery, events.Read, events.Reaction, events.Edit, events.Referral),
        *(events.ThreadPassed, events.ThreadTaken, events.ThreadRequested),
        *BESIDE_TALKING,
    )

    def receive(self, event, is_last=False):
        """Take in one event of the HEARD kinds, and return what it was.

        is_last: a reaction waits no longer for the message that it is about, which may be older than the console.
        """
        if is_last and isinstance(event, events.Reaction) and not self._find(mid=event.mid):
            return self._note_activity(event)
        verbs = {
            events.Message: self._hear,
            events.Postback: self._hear_postback,
            events.MissedCall: self._note_missed_call,
            events.Echo: self._hear_echo,
            events.Delivery: self._note_delivery,
            events.Read: self._note_read,
            events.Reaction: self._note_reaction,
            events.Edit: self._note_edit,
            events.Referral: self._note_referral,
            events.ThreadPassed: self._note_owner,
            events.ThreadTaken: self._note_owner,
            events.ThreadRequested: self._note_requested,
            events.Order: self._hear_order,
            **dict.fromkeys(BESIDE_TALKING, self._note_activity),
        }
        return verbs[type(event)](event) or Heard.NEWS

    # Said by the customer

    def _hear(self, event):
        if event.is_deleted:
            return self._unsend(event)
        reply_to = event.reply_to
        return self._add_incoming(event, event.mid, event.text, event.payload, event.attachments, reply_to=reply_to)

    def _hear_order(self, event):
        return self._add_incoming(event, event.mid, event.note, "", event.attachments)

    def _hear_postback(self, event):
        return self._add_incoming(event, event.mid or _made_up_mid(event), event.title or event.payload, event.payload)

    def _note_missed_call(self, event):
        """It waits for an answer as words do, but opens no messaging window and leaves thread control alone."""
        return self._add_incoming(event, event.mid, "", "", event.attachments, is_message=False)

    def _add_incoming(self, event, mid, text, payload, attachments=(), *, is_message=True, reply_to=""):
        with self.changing() as revision:
            if is_message:
                self.note_customer_activity(moment_of(event.at))
                self.infer_control(event)
            known, said = self._recall(mid), {"text": text, "payload": payload, "reply_to": reply_to}
            if known is Heard.PARTLY:
                return self._complete(self._find(mid=mid), event, attachments, revision, **said)
            if known:
                return known
            message = self._add(event, mid, revision, is_incoming=True, **said)
            self._attach(message, attachments)
            if is_message:
                self._come_in_by(event, message, revision)
            if self.last_at and message.at < self.last_at:
                self._doubt_answers(message, revision)
            self._count_in(message, text or _names(attachments))
        return Heard.NEWS

    def _come_in_by(self, event, message, revision):
        """By an ad or a link, where the message says so."""
        if referral := getattr(event, "referral", None):
            Activity.objects.add_referral(self, referral, message.at, revision)
            self.note_ad_click(referral, message.at)
        self.open_ad_window(message.at)

    def _doubt_answers(self, message, revision):
        """What was said within seconds of a message that comes late was said by no person."""
        if mark_late(self, message, revision):
            self.retract_answer_elsewhere(message)

    def _count_in(self, message, words):
        """It waits for an answer."""
        self.note_last_words(message, words)
        self.note_question(message.at)
        self.choose_holder(message.text, message.payload)

    # Said by the Page

    def _hear_echo(self, event):
        """Ours, and then it proves that Facebook has the message; or of another app, or from the Page Inbox."""
        if event.is_deleted:
            return self._unsend(event)
        with self.changing() as revision:
            ours = echoes.find(self, event, revision)
            if ours and echoes.is_second(event, ours):
                return self._add_second(ours, event, revision)
            if ours and ours.is_deleted:
                return Heard.UNSENT
            if ours:
                self._confirm(ours, event, revision)
            elif self._may_be_ours(event):
                raise NotHereYet("One of our own sends is still without an answer; this may be its echo.")
            else:
                return self._add_from_elsewhere(event, revision)

    def _confirm(self, message, event, revision):
        message.mid, message.sent_at, message.revision = event.mid, moment_of(event.at), revision
        if message.state in Message.UNSENT:
            message.state, message.error, message.next_attempt_at = Message.State.SENT, "", None
        message.save()
        self._show_in_replies(message, revision)
        self.show_receipts(revision)

    def _add_second(self, first, event, revision):
        """A call that was made again, because nothing showed that it had taken effect, did so after all."""
        same = {name: getattr(first, name) for name in SAME_IN_BOTH}
        message = self._add(event, event.mid, revision, state=Message.State.SENT, text=event.text, **same)
        self._attach(message, event.attachments)
        self.note_last_words(message, event.text or _names(event.attachments))
        self.show_receipts(revision)

    def _may_be_ours(self, event):
        """An echo without our key, while the id of what we sent is not known yet."""
        is_our_app = bool(event.app_id) and event.app_id == settings.FACEBOOK_APP_ID
        return is_our_app and self.messages.filter(state=Message.State.SENDING).exists()

    def _add_from_elsewhere(self, event, revision):
        """By the bot, which speaks with our app's token or is an app of its own; or by people outside the console."""
        is_ours = event.app_id == settings.FACEBOOK_APP_ID
        is_of_bots_app = bool(event.app_id) and event.app_id == self.rules.bot_app_id
        is_by_bot = self.rules.has_bot and (is_ours or is_of_bots_app)
        source = "" if is_ours or is_by_bot else event.app_id or PAGE_INBOX_APP
        if known := self._recall(event.mid):
            return known
        message = self._add(
            event,
            event.mid,
            revision,
            text=event.text,
            reply_to=event.reply_to,
            source=source,
            is_by_bot=is_by_bot,
            is_automatic=is_automatic(self, source, moment_of(event.at)),
            state=Message.State.SENT,
        )
        self._attach(message, event.attachments)
        if not message.is_automatic:
            self.note_last_words(message, event.text or _names(event.attachments))
            self._note_answer(message)
        if is_by_bot and event.is_standby:
            self.note_bot_speaks()
        self.show_receipts(revision)
        return Heard.NEWS

    def _note_answer(self, message):
        """A bot that still speaks when people were called for answers nothing; what is told late, no later question."""
        if message.source:
            self.note_answer_elsewhere(message.source)
        if not message.is_by_bot or self.holder == Holder.BOT:
            self.note_echoed_answer(message)

    # Who controls the thread

    def _note_owner(self, event):
        if event.new_app_id == settings.FACEBOOK_APP_ID:
            self.gain_control(event.previous_app_id, event.metadata, event.at)
        else:
            self.lose_control(Cause.CONTROL_TAKEN, event.new_app_id, event.metadata, event.at)

    def _note_requested(self, event):
        self.note_request(event.requested_app_id, event.metadata, event.at)

    # Receipts

    def _note_delivery(self, event):
        with self.changing(is_listed=False) as revision:
            named = self.messages.filter(mid__in=event.mids, state=Message.State.SENT)
            named.update(state=Message.State.DELIVERED, revision=revision)
            self.note_delivered(_watermark(event), revision)

    def _note_read(self, event):
        with self.changing(is_listed=False) as revision:
            self.note_read(_watermark(event), revision)

    # Parts

    def _find(self, **named):
        """Locked, so that no worker claims it for sending while we change it."""
        return self.messages.select_for_update().filter(**named).first()

    def _recall(self, mid):
        """None for a message that the Page does not have yet. The conversation's lock keeps others from adding it."""
        known = Message.objects.filter(page_id=self.page_id, mid=mid).values_list("is_deleted", "is_partial").first()
        if known is None:
            return None
        is_deleted, is_partial = known
        return Heard.UNSENT if is_deleted else Heard.PARTLY if is_partial else Heard.KNOWN

    def _add(self, event, mid, revision, *, is_incoming=False, state=Message.State.RECEIVED, **fields):
        message = Message.objects.create(
            conversation=self,
            page_id=self.page_id,
            mid=mid,
            is_incoming=is_incoming,
            state=state,
            at=place(self, said_at := moment_of(event.at)),
            sent_at=said_at,
            revision=revision,
            **fields,
        )
        if self.last_at and message.at < self.last_at:
            self._show_in_replies(message, revision)
        return message

    def _show_in_replies(self, message, revision):
        """Replies that came before the message they quote have it only now."""
        self.messages.filter(reply_to=message.mid, at__gt=message.at).update(revision=revision)

    def _attach(self, message, attachments):
        for given in attachments:
            attachment = Attachment.objects.told(given)
            attachment.message = message
            attachment.save()
            attachment.fetch_later()


def _names(attachments):
    return ", ".join(Attachment.objects.told(given).words for given in attachments)


def _watermark(event):
    return moment_of(event.watermark) if event.watermark else None


def _made_up_mid(event):
    """Old postbacks have no mid: the same tap must still be one message."""
    seed = f"{event.psid}:{event.at}:{event.title}:{event.payload}"
    return "postback:" + hashlib.sha256(seed.encode()).hexdigest()
