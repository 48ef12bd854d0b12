"""The URLs of templates, below that of the conversation to whose customer they go."""

from django.urls import path

from console.messenger_templates import views

urlpatterns = [
    path("", views.write, name="write-template"),
    path("preview/", views.preview, name="preview-template"),
]
