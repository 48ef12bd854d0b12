"""The URLs of the customer panel, below that of a conversation."""

from django.urls import path

from console.custom_fields.views import fill_in
from console.customer_panel import views
from console.history_import.views import import_again
from console.merged_customers.views import merge, split
from console.moderation.views import block, report_as_spam, unblock
from console.views.labels import label_customer

urlpatterns = [
    path("", views.customer, name="customer"),
    path("label/", label_customer, name="label-customer"),
    path("merge/", merge, name="merge"),
    path("split/", split, name="split"),
    path("import-again/", import_again, name="import-again"),
    path("fields/<int:field_pk>/", fill_in, name="fill-in"),
    path("block/", block, name="block"),
    path("report-as-spam/", report_as_spam, name="report-as-spam"),
    path("unblock/", unblock, name="unblock"),
    path("stays/", views.customer_stays, name="customer-stays"),
    path("notes/", views.customer_notes, name="customer-notes"),
    path("files/", views.customer_files, name="customer-files"),
]
