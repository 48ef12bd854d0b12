from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from console.admin.hours import HolidayInline, HoursInline
from console.models import Team


@admin.register(Team)
class TeamAdmin(admin.ModelAdmin):
    list_display = ["name", "skill", "pages_now", "members_now"]
    list_filter = ["pages"]
    search_fields = ["name", "skill", "members__username", "members__first_name", "members__last_name"]
    fields = ["name", "skill", "pages", "members", "closed_sentence"]
    filter_horizontal = ["pages", "members"]
    inlines = [HoursInline, HolidayInline]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("pages", "members")

    @admin.display(description=_("Pages"))
    def pages_now(self, team):
        return ", ".join(str(page) for page in team.pages.all()) or "-"

    @admin.display(description=_("members"))
    def members_now(self, team):
        return ", ".join(str(agent) for agent in team.members.all()) or "-"
