"""The URLs of an agent's colleagues."""

from django.urls import path

from console.colleagues.views import colleagues, set_away

urlpatterns = [
    path("", colleagues, name="colleagues"),
    path("<int:pk>/set-away/", set_away, name="set-away"),
]
