"""Bulk actions in words: the buttons of the bar, and the outcomes. A desk puts the number in the place of “#”."""

from django.utils.translation import gettext_lazy as _

from console.wording.verbs import LABELS

VERBS = [  # name, label, and whether a form asks for more
    ("label", _("Label"), True),
    ("transfer", LABELS["transfer"], True),
    ("snooze", LABELS["snooze"], True),
    ("close", LABELS["close"], False),
    ("merge", _("Merge"), True),
    ("block", _("Block"), True),
]
DONE = {
    "label": _("Labelled: #"),
    "transfer": _("Transferred: #"),
    "snooze": _("Snoozed: #"),
    "end-snooze": _("Snooze ended: #"),
    "close": _("Closed: #"),
    "merge": _("Merged: #"),
    "block": _("To be blocked: #"),
    "unblock": _("To be unblocked: #"),
    "undo": _("Undone: #"),
}
UNDONE_BY = {  # verb → name of an address
    "transfer": "bulk-undo",
    "close": "bulk-undo",
    "snooze": "bulk-end-snooze",
    "block": "bulk-unblock",
}
FULL = _("At most %(most)d conversations can be selected at once. The others were left out.")
