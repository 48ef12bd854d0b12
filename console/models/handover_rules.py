"""A Page's rules of handover: its bot, the words that ask for an agent, assignment, timeouts and automatic messages."""

import re
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from messenger import events
from personas.fields import EncryptedTextField

DOWN = timedelta(minutes=1)  # for which a bot that did not answer is sent nothing
WELL = timedelta(seconds=10)  # a bot that answered within this time is not down, even if it refused an event
NOTED_EVERY = timedelta(seconds=3)  # that the bot answers

BOT_FIELDS = [*dict.fromkeys(events.SUBSCRIPTION_FIELDS.values()), events.OTHER_FIELD]
USUAL_BOT_FIELDS = [
    *("messages", "messaging_postbacks", "messaging_referrals", "messaging_optins", "messaging_account_linking"),
    *("messaging_feedback", "messaging_customer_information", "messaging_handovers", "messaging_policy_enforcement"),
]

is_address = RegexValidator(r"^https?://[^\s/]+\S*$", _("An address begins with https:// or http://."))

NAME = "{name}"  # in an introduction: the agent's, as customers see it


def usual_bot_fields():
    return [*USUAL_BOT_FIELDS]


def check_braces(text):
    if re.search(r"[{}]", text.replace(NAME, "")):
        raise ValidationError(_("Only {name} may stand in braces."))


def _minutes(name, help_text):
    return models.PositiveSmallIntegerField(
        name, null=True, blank=True, validators=[MinValueValidator(1)], help_text=help_text
    )


class HandoverRules(models.Model):
    """The rules of one Page. A Page without a row has no bot, and its agents take conversations by hand."""

    page = models.OneToOneField("personas.Page", models.CASCADE, primary_key=True, related_name="rules")
    webhook_url = models.CharField(
        _("bot's webhook"),
        max_length=500,
        blank=True,
        validators=[is_address],
        help_text=_("While the bot holds a conversation, its events go to this address as Facebook sent them."),
    )
    bot_fields = models.JSONField(
        _("webhook fields of the bot"),
        default=usual_bot_fields,
        db_default=models.Value(USUAL_BOT_FIELDS, models.JSONField()),
        blank=True,
    )
    receives_standby = models.BooleanField(
        _("the bot gets standby events"),
        default=False,
        help_text=_(
            "While the queue or an agent holds a conversation, the bot's webhook gets its events as “standby”."
        ),
    )
    bot_app_id = models.CharField(
        _("bot's Facebook app"),
        max_length=32,
        blank=True,
        validators=[RegexValidator(r"^\d+$", _("An app's id has digits only."))],
        help_text=_("If the bot is a Facebook app of its own, thread control is passed to it and taken from it."),
    )
    holder_url = models.CharField(
        _("webhook for changes of holder"),
        max_length=500,
        blank=True,
        validators=[is_address],
        help_text=_("Each change of holder is posted to this address, signed with the secret below."),
    )
    holder_secret = EncryptedTextField(_("secret"), blank=True)
    bot_gets_full_names = models.BooleanField(
        _("the bot gets the full names of agents"),
        default=False,
        db_default=False,
        help_text=_("Otherwise it gets the names that customers see."),
    )
    payloads = models.TextField(
        _("payloads that ask for an agent"),
        blank=True,
        help_text=_("Payloads of buttons and quick replies, one on a line, exactly as the bot sends them."),
    )
    words = models.TextField(
        _("words that ask for an agent"),
        blank=True,
        help_text=_("Words or phrases, one on a line, found anywhere in what a customer writes to the bot."),
    )
    assigns = models.BooleanField(
        _("assign automatically"),
        default=False,
        help_text=_("Waiting conversations go to the present agent who holds the fewest. Otherwise agents take them."),
    )
    answer_within = _minutes(
        _("first reply within (minutes)"),
        _("An agent who has not replied by then loses the conversation. Empty: never."),
    )
    away_for = _minutes(
        _("return to the queue after absence (minutes)"),
        _("An agent who is away for this long loses their open conversations. Empty: never."),
    )
    back_after = _minutes(
        _("back to the bot after (minutes)"),
        _("After this time without a message, unless the customer waits for a reply. Empty: never."),
    )
    escalate_after = _minutes(
        _("call the whole team after (minutes)"),
        _("If nobody has replied to a waiting customer by then. Without a team: all agents of the Page."),
    )
    introduction = models.CharField(
        _("introduction of an agent"),
        max_length=300,
        blank=True,
        validators=[check_braces],
        help_text=_("Sent when an agent takes over, for instance: You are talking to {name} now. Empty: nothing."),
    )
    closed_message = models.CharField(
        _("message outside business hours"),
        max_length=1000,
        blank=True,
        help_text=_("Sent once to a customer who begins to wait for an agent then. Empty: nothing."),
    )
    bot_down_until = models.DateTimeField(_("bot does not answer; next attempt"), null=True, editable=False)
    bot_error = models.TextField(_("bot's last error"), blank=True, editable=False)
    bot_answered_at = models.DateTimeField(_("bot answered"), null=True, editable=False)

    class Meta:
        verbose_name = _("handover rules")
        verbose_name_plural = _("handover rules")

    def __str__(self):
        return str(self.page)

    @classmethod
    def of(cls, page):
        return getattr(page, "rules", None) or cls(page=page)

    @classmethod
    def of_pages(cls, page_ids):
        """Return {page id: rules} for the Pages that have any."""
        rows = cls.objects.filter(page__page_id__in=page_ids)
        return {rules.page.page_id: rules for rules in rows.select_related("page").defer("page__token")}

    def name_for_bot(self, agent):
        return str(agent) if self.bot_gets_full_names else agent.public_name

    @property
    def has_bot(self):
        return bool(self.webhook_url or self.bot_app_id) and not self.page.is_disconnected

    @property
    def is_bot_down(self):
        return self.bot_down_until is not None and self.bot_down_until > timezone.now()

    # The bot's health

    def may_ask_bot(self):
        """Return whether an event may be sent to the bot.

        While it is down one caller may try, each time that the pause is over.
        """
        if self.bot_down_until is None:
            return True
        now = timezone.now()
        return self._row().filter(bot_down_until__lte=now).update(bot_down_until=now + DOWN) == 1

    def note_bot_success(self, has_words):
        """Note that the bot accepted an event; return whether it was down. A receipt proves nothing about messages."""
        now = timezone.now()
        if has_words and (self.bot_answered_at is None or self.bot_answered_at < now - NOTED_EVERY):
            old = Q(bot_answered_at=None) | Q(bot_answered_at__lt=now - NOTED_EVERY)
            self._row().filter(old).update(bot_answered_at=now)
        if self.bot_down_until is None and not self.bot_error:
            return False
        troubled = self._row().exclude(bot_down_until=None, bot_error="")
        return troubled.update(bot_down_until=None, bot_error="") == 1

    def note_bot_failure(self, error):
        """Note that the bot did not accept an event; return whether it is down. A bot that accepts others is not."""
        now = timezone.now()
        self.note_error(error)
        silent = Q(bot_answered_at=None) | Q(bot_answered_at__lt=now - WELL)
        return self._row().filter(silent).update(bot_down_until=now + DOWN) == 1

    def note_error(self, error):
        self._row().update(bot_error=error)

    def _row(self):
        return type(self).objects.filter(pk=self.pk)

    # Events for the bot

    def subscribed(self, received):
        """Filter these events to those that the bot subscribed to."""
        return [event for event in received if events.subscription_field_of(event) in self.bot_fields]

    # Triggers

    def asks_for_person(self, text, payload):
        """Return whether the customer called for a person, by a button or in words."""
        if payload and payload in _lines(self.payloads):
            return True
        return any(_stands_in(words, text) for words in _lines(self.words))

    def team_for(self, skill):
        """Return the Page's team with this skill, or None."""
        return self.page.teams.filter(skill__iexact=skill.strip()).first() if skill.strip() else None


def _lines(text):
    return [line.strip() for line in text.splitlines() if line.strip()]


def _stands_in(words, text):
    """Return whether these words stand in the text as whole words, whatever the case and the spaces between them."""
    pattern = r"\s+".join(re.escape(word) for word in words.split())
    return re.search(rf"(?<!\w){pattern}(?!\w)", text, re.IGNORECASE) is not None
