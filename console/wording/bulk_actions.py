"""Bulk actions in words: the buttons of the bar, and the outcomes. A desk puts the number in the place of “#”."""

from django.utils.translation import gettext_lazy as _

from console.wording.verbs import LABELS

VERBS = [  # name, label, and whether a form asks for more
    ("label", _("Label"), True),
    ("transfer", LABELS["transfer"], True),
    ("snooze", LABELS["snooze"], True),
    ("close", LABELS["close"], False),
]
DONE = {
    "label": _("Labelled: #"),
    "transfer": _("Transferred: #"),
    "snooze": _("Snoozed: #"),
    "end-snooze": _("Snooze ended: #"),
    "close": _("Closed: #"),
    "undo": _("Undone: #"),
}
UNDONE_BY = {"transfer": "bulk-undo", "close": "bulk-undo", "snooze": "bulk-end-snooze"}  # verb → name of an address
