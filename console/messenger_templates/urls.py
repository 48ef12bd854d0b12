"""The URLs of templates, below that of the conversation to whose customer they go."""

from django.urls import path

from console.messenger_templates import library, views

urlpatterns = [
    path("", views.write, name="write-template"),
    path("failed/<int:message_pk>/", views.edit_and_retry, name="edit-and-retry"),
    path("preview/", views.preview, name="preview-template"),
    path("saved/", library.saved_templates, name="saved-templates"),
    path("saved/new/", library.save, name="save-template"),
    path("saved/<int:saved_pk>/", library.use, name="use-template"),
    path("saved/<int:saved_pk>/file/", library.file, name="saved-template-file"),
    path("saved/<int:saved_pk>/edit/", library.edit, name="edit-template"),
    path("saved/<int:saved_pk>/delete/", library.delete, name="delete-template"),
]
