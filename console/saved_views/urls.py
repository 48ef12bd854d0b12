"""The URLs of the pages of saved views."""

from django.urls import path

from console.saved_views import views

urlpatterns = [
    path("", views.index, name="saved-views"),
    path("new/", views.create, name="create-saved-view"),
    path("<int:pk>/", views.edit, name="edit-saved-view"),
    path("<int:pk>/delete/", views.delete, name="delete-saved-view"),
]
