from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from console.admin.business_hours import BusinessHoursInline, HolidayInline
from console.models import Team
from personas.models import Page
from personas.page_access import OffersVisiblePages, VisiblePagesFilter


@admin.register(Team)
class TeamAdmin(OffersVisiblePages, admin.ModelAdmin):
    list_display = ["name", "skill", "pages_now", "members_now"]
    list_filter = [("pages", VisiblePagesFilter)]
    search_fields = ["name", "skill", "members__username", "members__first_name", "members__last_name"]
    fields = ["name", "skill", "pages", "members", "closed_message"]
    filter_horizontal = ["pages", "members"]
    inlines = [BusinessHoursInline, HolidayInline]

    def get_queryset(self, request):
        """Leave out teams with a Page that this admin may not see: saving their form would remove that Page."""
        teams = super().get_queryset(request).prefetch_related("pages", "members")
        if request.user.is_superuser:
            return teams
        others = Page.objects.exclude(pk__in=Page.objects.open_to(request.user).order_by().values("pk"))
        return teams.exclude(pages__in=others)

    @admin.display(description=_("Pages"))
    def pages_now(self, team):
        return ", ".join(str(page) for page in team.pages.all()) or "-"

    @admin.display(description=_("members"))
    def members_now(self, team):
        return ", ".join(str(agent) for agent in team.members.all()) or "-"
