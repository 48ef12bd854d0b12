"""A summary for the bot, which gets the conversation back, of what people and the customer said meanwhile."""

from django.db.models import prefetch_related_objects

from console.models.handover.cause import Cause
from console.models.handover.delivery import METADATA
from console.models.holder import Holder
from console.wording.stored import in_source_language

SHOWN = 6  # of the last messages
MOST_LINE = 120  # characters of each
CUSTOMER, UNSENT = "Customer", "(message unsent)"


def summary(conversation, note=""):
    """Return up to METADATA characters: the note, who answered, how much was said, and the last lines."""
    taken = conversation.handovers.filter(from_holder=Holder.BOT).exclude(cause=Cause.UNDONE)
    last_change = taken.in_order().last()
    messages = conversation.messages.filter(is_imported=False).select_related("author").order_by("-at", "-pk")
    said = list(messages.filter(at__gt=last_change.at) if last_change else messages[:SHOWN])
    rules = conversation.rules
    names = {rules.name_for_bot(message.author) for message in said if message.author}
    answered = f"Replied: {', '.join(sorted(names)).removesuffix('.')}." if names else "Nobody replied."
    head = [*filter(None, [note]), f"{answered} Messages: {len(said)}."]
    last = said[:SHOWN][::-1]
    prefetch_related_objects(last, "attachments")
    with in_source_language():
        return "\n".join(head + [_line(message, rules) for message in last])[:METADATA]


def without(summary, text):
    """Return the summary without the line of a customer's text, also if the summary was cut within that line."""
    line = f"{CUSTOMER}: {text[:MOST_LINE]}"
    if line in summary:
        return summary.replace(line, f"{CUSTOMER}: {UNSENT}")
    cut = next((end for end in range(len(line) - 1, len(CUSTOMER) + 2, -1) if summary.endswith("\n" + line[:end])), 0)
    return summary[:-cut] + f"{CUSTOMER}: {UNSENT}"[:cut] if cut and len(summary) == METADATA else summary


def _line(message, rules):
    author = rules.name_for_bot(message.author) if message.author else "Bot"
    speaker = CUSTOMER if message.is_incoming else author
    return f"{speaker}: {message.words[:MOST_LINE] or (UNSENT if message.is_deleted else '(no text)')}"
