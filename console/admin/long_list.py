"""Admin lists of tables that grow without end."""

from django.contrib import admin
from django.core.paginator import Paginator
from django.utils.functional import cached_property

from personas.admin import ReadOnly

# The rows that the pages of a long list reach; search and filters find the others. This is more than the admin shows on
# one page (list_max_show_all): otherwise the admin would show every row.
LISTED = 2000


class ShortPaginator(Paginator):
    """A paginator that counts only the rows that it lists: PostgreSQL reads a whole table to count it."""

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
