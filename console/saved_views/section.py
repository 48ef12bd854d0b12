"""A saved view as a section of the queue."""

from django.utils.translation import gettext as _

from console.models.conversation.inbox import place_text
from console.queue.orders import before, behind
from console.queue.row_html import row_html
from console.queue.shown_section import Section
from console.saved_views.conditions import in_order
from console.saved_views.counts import shown_count


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
        self.has_earlier = after is not None
        places = list((behind(self._found, *after) if after else self._found)[: count + 1])
        self._choose_places(places[:count])
        self.has_more = len(places) > count

    def choose_before(self, count, end):
        places = list(before(self._found, *end)[: count + 1])
        self._choose_places(places[:count][::-1])
        self.has_earlier, self.has_more = len(places) > count, bool(places)

    @property
    def _found(self):
        return in_order(self.view).filter(page__in=[*self.pages]).values_list("pk", "place")

    def _choose_places(self, places):
        self._places = dict(places)
        self.keys = [*self._places]

    def rows_among(self, conversations):
        return [conversations[pk] for pk in self.keys if pk in conversations]

    def count(self):
        """Take the numbers from the last count, if it is known."""
        if found := shown_count(self.view, self.pages):
            self.number, self.unread_number = found.total_text, found.unread_text

    def _place_of(self, row):
        return place_text(self._places[row.pk], row.pk)

    def _render(self, row):
        return row_html(row, self.name, row.pk == self.current, place=self._place_of(row))
