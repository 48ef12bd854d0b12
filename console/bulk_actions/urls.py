from django.urls import path

from console.bulk_actions import customers, views

urlpatterns = [
    path("", views.bar, name="bulk-actions"),
    path("sections/<str:name>/", views.section, name="bulk-section"),
    path("label/", views.label, name="bulk-label"),
    path("transfer/", views.transfer, name="bulk-transfer"),
    path("snooze/", views.snooze, name="bulk-snooze"),
    path("end-snooze/", views.end_snooze, name="bulk-end-snooze"),
    path("close/", views.close, name="bulk-close"),
    path("merge/", customers.merge, name="bulk-merge"),
    path("block/", customers.block, name="bulk-block"),
    path("unblock/", customers.unblock, name="bulk-unblock"),
    path("undo/", views.undo, name="bulk-undo"),
]
