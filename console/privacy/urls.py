"""The addresses that Facebook and customers ask, without a log-in."""

from django.urls import path

from console.privacy.callback import deletion, receive_deletion

urlpatterns = [
    path("deletion/", receive_deletion, name="receive-deletion"),
    path("deletion/<slug:code>/", deletion, name="deletion"),
]
