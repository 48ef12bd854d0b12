"""The keyboard shortcuts of the desk: single keys, which work while nobody writes in a field. Agents choose them."""

from django.utils.translation import gettext_lazy as _

STANDARD = {  # action → key, in the order of the list
    "next": "j",
    "previous": "k",
    "select": "x",
    "take-next": "n",
    "go": "g",
    "take": "t",
    "reply": "r",
    "note": "c",
    "transfer": "m",
    "hand-back": "b",
    "snooze": "s",
    "label": "l",
    "close": "e",
    "undo": "u",
    "search": "/",
    "shortcuts": "?",
}
# Verbs that share the key of another one: an agent sees only one of them at a time.
SHARED = {"take-over": "take", "reopen": "take", "end-snooze": "snooze"}
NAMES = {
    "next": _("Next conversation"),
    "previous": _("Previous conversation"),
    "select": _("Select it, to change several at once"),
    "take-next": _("Take the next customer who waits"),
    "go": _("Go to a section, with a letter"),
    "take": _("Take, take over or reopen"),
    "reply": _("Reply"),
    "note": _("Write a note"),
    "transfer": _("Transfer"),
    "hand-back": _("Hand back"),
    "snooze": _("Snooze, or end the snooze"),
    "label": _("Label"),
    "close": _("Close"),
    "undo": _("Undo"),
    "search": _("Search"),
    "shortcuts": _("Show these shortcuts"),
}
SECTIONS = {
    "m": _("Go to yours"),
    "n": _("Go to mentions"),
    "w": _("Go to those who wait"),
    "o": _("Go to those of others"),
    "z": _("Go to snoozed ones"),
    "s": _("Go to scheduled replies"),
    "b": _("Go to those of the bot"),
    "c": _("Go to closed ones"),
    "1": _("Go to the first saved view; 2 to 9: the others"),
}
SWITCH = ("Alt+Shift+N", _("Switch between reply and note"))
LEAVE = ("Esc", _("Leave the field"))
ENTER = ("Enter", _("Open it"))
COMMANDS = ("Ctrl+K", _("Find a command, a customer or a canned reply"))


def keys_of(agent):
    """Return {action: key} for an agent. An action without a key has an empty one."""
    return STANDARD | {action: key for action, key in agent.own_keys.items() if action in STANDARD}


def key_of(agent, name):
    """Return the key of a button, a link or a tab; "" if it has none, or if the agent has switched the keys off."""
    action = SHARED.get(name, name)
    return agent.own_keys.get(action, STANDARD.get(action, "")) if agent.has_shortcuts else ""


def groups(agent):
    """Return the list for an agent: titles, and the keys under each with what they do."""
    keys = keys_of(agent)

    def named(*actions):
        return [(keys[action], NAMES[action]) for action in actions if keys[action]]

    walk = [*named("next", "previous"), ENTER, *_selecting(keys["select"]), *named("take-next"), *_going(keys["go"])]
    verbs = named("take", "reply", "note", "transfer", "hand-back", "snooze", "label", "close", "undo")
    return [
        (_("Queue"), walk),
        (_("Conversation"), [*verbs, SWITCH, LEAVE]),
        (_("Everywhere"), [COMMANDS, *named("search", "shortcuts")]),
    ]


def _selecting(key):
    ranged = (f"Shift+{key.upper()}", _("Select all from the last one to it"))
    return [(key, NAMES["select"]), ranged] if key else []


def _going(key):
    return [(f"{key} {letter}", words) for letter, words in SECTIONS.items()] if key else []
