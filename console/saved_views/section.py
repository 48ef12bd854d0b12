"""A saved view as a section of the queue."""

from django.utils.translation import gettext as _

from console.models.conversation.inbox import place_text
from console.queue.row_html import row_html
from console.queue.shown_section import Section
from console.saved_views.conditions import behind, in_order


class ViewSection(Section):
    """A section with the conversations that a saved view finds, in its order."""

    def __init__(self, view, agent, teams, pages, at, current):
        names = view.section_name, view.name, _("No conversations match.")
        super().__init__(agent, teams, pages, at, current, *names)
        self.view, self.is_folded, self._places = view, True, {}
        self.unread_number = None

    def share(self, count, after):
        return False

    def choose(self, count, after=None):
        found = in_order(self.view).filter(page__in=[*self.pages])
        found = behind(found, *after) if after else found
        places = list(found.values_list("pk", "place")[: count + 1])
        self._places, self.has_more = dict(places[:count]), len(places) > count
        self.keys = [*self._places]

    def rows_among(self, conversations):
        return [conversations[pk] for pk in self.keys if pk in conversations]

    def count(self, counts):
        """Take the numbers from counts that may be known."""
        self.number, self.unread_number = (counts and counts.of(self.view, self.pages)) or (None, None)

    @property
    def end(self):
        return self._place_of(self.rows[-1])

    def _place_of(self, row):
        return place_text(self._places[row.pk], row.pk)

    def _render(self, row):
        return row_html(row, self.name, row.pk == self.current, place=self._place_of(row))
