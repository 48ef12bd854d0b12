from django.contrib import admin

from console.models import Holiday, Hours


class HoursInline(admin.TabularInline):
    model = Hours
    fields = ["weekday", "opens", "closes"]
    extra = 1


class HolidayInline(admin.TabularInline):
    model = Holiday
    fields = ["day", "name"]
    extra = 1
