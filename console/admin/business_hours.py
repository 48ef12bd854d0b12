from django.contrib import admin

from console.models import BusinessHours, Holiday


class BusinessHoursInline(admin.TabularInline):
    model = BusinessHours
    fields = ["weekday", "opens", "closes"]
    extra = 1


class HolidayInline(admin.TabularInline):
    model = Holiday
    fields = ["day", "name"]
    extra = 1
