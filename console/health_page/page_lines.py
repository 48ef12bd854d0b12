"""The lines about one Page: whether it sends, its replies, and its bot."""

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from console.health_page.console_lines import LATE
from console.health_page.line import Line, State, amount, state_of
from console.models import HandoverRules

REPLY_LATE = 300  # s, as in the alert rules


def page_lines(page, waiting, shared):
    """Return the lines of a Page. waiting: its own figures; shared: those of the whole console."""
    rules = HandoverRules.of(page)
    return [_sending(page, shared), *_replies(waiting), *(_bot(rules, waiting) if rules.has_bot else [])]


def _sending(page, shared):
    state, value = _limit(page, shared)
    meaning = _("How fast this Page may send, if at all. Facebook limits how much a Page sends.")
    if page.paused_since:
        advice = _("Open Pages: fix what it says there, then choose “Check with Facebook”.")
    elif state is State.UNKNOWN:
        advice = _("Redis does not answer. It knows this: start it, or look into its log.")
    else:
        advice = _("The console waits by itself. If it lasts, look who sends so much: the bot, or another app.")
    return Line(_("Sending"), value, state, meaning, advice)


def _limit(page, shared):
    if page.paused_since:
        return State.LOOK, _("Paused: %s") % page.why_paused
    if page.waits_until and page.waits_until > timezone.now():
        until = date_format(timezone.localtime(page.waits_until), "TIME_FORMAT")
        return State.LOOK, _("Waits until %(time)s: %(why)s") % {"time": until, "why": page.why_waiting}
    if page.pk in shared.rates:
        return State.LOOK, _("Near Facebook's limit: slowed down to %.1f calls a second") % shared.rates[page.pk]
    return (State.RIGHT, _("Not limited")) if shared.heartbeats else (State.UNKNOWN, _("Not known"))


def _replies(waiting):
    yield Line(
        _("Replies that wait"),
        amount(waiting.queued),
        state_of(waiting.queued.seconds <= REPLY_LATE),
        _("Agents or the bot wrote them, and they are not sent yet."),
        _("See “Sending” above, and the worker for replies. They are sent by themselves once both are right."),
    )
    yield Line(
        _("Replies of unknown outcome"),
        amount(waiting.unknown),
        state_of(waiting.unknown.seconds <= REPLY_LATE),
        _("Facebook did not answer, so they may have been sent or not. The console finds it out by itself if it can."),
        _("After some minutes, an agent decides in the conversation whether to send it again."),
    )
    yield Line(
        _("Failed replies"),
        amount(waiting.failed),
        state_of(not waiting.failed.count),
        _("Facebook refused them, and no agent has replied since."),
        _("The conversation says why, and an agent can try again there."),
    )


def _bot(rules, waiting):
    is_down = rules.bot_down_until is not None
    yield Line(
        _("Events that wait for the bot"),
        amount(waiting.bot_events),
        state_of(not is_down and waiting.bot_events.seconds <= LATE),
        _("The bot has not accepted them yet. Those of one conversation go one after another."),
        _("Tell those who run the bot. The console tries again by itself."),
    )
    yield Line(
        _("Events given up"),
        _("Last error: %s") % rules.bot_error if rules.bot_error else _("Not known"),
        State.LOOK if rules.bot_error else State.UNKNOWN,
        _("The bot refused them to the end. The console deletes them, so nobody can count them here."),
        _("The worker's log names each of them: search it for “did not accept”."),
    )
