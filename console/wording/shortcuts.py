"""The keyboard shortcuts of the desk: single keys, which work while nobody writes in a field."""

from django.utils.translation import gettext_lazy as _

# The keys of elements in templates, for their aria-keyshortcuts.
KEYS = {
    "take": "t",
    "take-over": "t",
    "reopen": "t",
    "transfer": "m",
    "hand-back": "b",
    "close": "e",
    "snooze": "s",
    "end-snooze": "s",
    "take-next": "n",
    "label": "l",
    "reply": "r",
    "undo": "u",
    "shortcuts": "?",
}
GROUPS = [
    (
        _("Queue"),
        [
            ("j", _("Next conversation")),
            ("k", _("Previous conversation")),
            ("Enter", _("Open it")),
            ("n", _("Take the next customer who waits")),
            ("g m", _("Go to yours")),
            ("g n", _("Go to mentions")),
            ("g w", _("Go to those who wait")),
            ("g o", _("Go to those of others")),
            ("g z", _("Go to snoozed ones")),
            ("g s", _("Go to scheduled replies")),
            ("g b", _("Go to those of the bot")),
            ("g c", _("Go to closed ones")),
            ("g 1", _("Go to the first saved view; 2 to 9: the others")),
        ],
    ),
    (
        _("Conversation"),
        [
            ("t", _("Take, take over or reopen")),
            ("r", _("Reply")),
            ("Alt+Shift+N", _("Switch between reply and note")),
            ("m", _("Transfer")),
            ("b", _("Hand back")),
            ("s", _("Snooze, or end the snooze")),
            ("l", _("Label")),
            ("e", _("Close")),
            ("u", _("Undo")),
        ],
    ),
    (_("Everywhere"), [("/", _("Search")), ("?", _("Show these shortcuts"))]),
]
