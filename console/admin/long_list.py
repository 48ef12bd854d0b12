"""Lists of tables that grow for ever."""

from django.contrib import admin
from django.core.paginator import Paginator
from django.utils.functional import cached_property

from personas.admin import ReadOnly

# Rows that a long list can be paged through; further ones are found by search and filter. More than the admin shows on
# one page (list_max_show_all), or it would show every row.
LISTED = 2000


class ShortPaginator(Paginator):
    """Counts no further than it lists: to count a table is to read all of it."""

    @cached_property
    def count(self):
        return self.object_list.order_by().values("pk")[:LISTED].count()

    @property
    def is_cut(self):
        return self.count == LISTED


class LongList(ReadOnly):
    paginator = ShortPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # they count too
