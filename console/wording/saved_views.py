"""The conditions of a saved view, in words."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def words(view):
    """Return the conditions that are set, each as a few words."""
    return [said for said in _all(view) if said]


def _all(view):
    yield view.get_state_display()
    yield view.on_page and _("on the Page %s") % view.on_page
    yield view.for_team and _("for the team %s") % view.for_team
    yield view.held_by and _("with %s") % view.held_by
    yield view.label and _("label %s") % view.label
    yield view.is_unread and _("unread")
    yield view.waits_minutes and _minutes(view.waits_minutes)
    yield view.window_hours and _hours(view.window_hours)
    yield view.came_by and _("came by %s") % view.get_came_by_display()
    yield view.language and view.get_language_display()
    yield view.custom_field and f"{view.custom_field}: {view.custom_value}"
    yield view.get_order_display()


def _minutes(number):
    return ngettext("waiting longer than %d minute", "waiting longer than %d minutes", number) % number


def _hours(number):
    return ngettext("window closes within %d hour", "window closes within %d hours", number) % number
