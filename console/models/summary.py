"""In short what people and a customer said while the bot was out: for the bot, when it gets the conversation back."""

from console.models.handover import METADATA, Holder

SHOWN = 6  # of the last messages
MOST_LINE = 120  # characters of each


def summary(conversation, note=""):
    """Up to METADATA characters: the note, how much was said by whom, and the last lines."""
    last_change = conversation.handovers.filter(from_holder=Holder.BOT).in_order().last()
    messages = conversation.messages.select_related("author").order_by("-at", "-pk")
    said = list(messages.filter(at__gt=last_change.at) if last_change else messages[:SHOWN])
    names = {str(message.author) for message in said if message.author}
    answered = f"Answered by {', '.join(sorted(names))}." if names else "Nobody answered."
    head = [*filter(None, [note]), f"{answered} Messages: {len(said)}."]
    return "\n".join(head + [_line(message) for message in reversed(said[:SHOWN])])[:METADATA]


def _line(message):
    who = "Customer" if message.is_incoming else message.author or "Bot"
    return f"{who}: {message.text[:MOST_LINE] or '(no text)'}"
