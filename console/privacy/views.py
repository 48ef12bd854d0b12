"""The pages of the admin about one customer: export them, erase them."""

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from agents.roles import EXPORT, SEE_FIELDS
from console.models import CustomerExport, Erasure
from console.privacy.contents import contents_of, in_words
from personas.files import file_response

ERASE = "console.add_erasure"


@permission_required([EXPORT, SEE_FIELDS], raise_exception=True)
def export(request, conversations, pk):
    """Have an export made; show those that the user has asked for."""
    conversation = get_object_or_404(conversations.select_related("customer__page"), pk=pk)
    exports = conversation.customer.exports.filter(by=request.user)
    if request.method == "POST":
        exports.all().discard()
        CustomerExport.objects.ask(conversation.customer, by=request.user)
        return redirect("admin:console_conversation_export", pk)
    context = {
        "title": _("Export %s") % conversation.customer,
        "opts": conversation._meta,
        "conversation": conversation,
        "export": exports.first(),
    }
    return render(request, "admin/export.html", admin.site.each_context(request) | context)


@permission_required([EXPORT, SEE_FIELDS], raise_exception=True)
def download(request, conversations, pk, export_pk):
    """Download an export that the user has asked for."""
    conversation = get_object_or_404(conversations, pk=pk)
    own = CustomerExport.objects.filter(customer=conversation.customer_id, by=request.user)
    response = file_response(get_object_or_404(own, pk=export_pk).file, f"customer-{conversation.customer_id}.zip")
    response["Cache-Control"] = "private, no-store"
    return response


@permission_required(ERASE, raise_exception=True)
def erase(request, conversations, pk):
    """Show what will be deleted; have it deleted."""
    conversation = get_object_or_404(conversations.select_related("customer__page"), pk=pk)
    customer = conversation.customer
    if request.method == "POST":
        erasure = Erasure.objects.ask(customer, by=request.user)
        return redirect("admin:console_erasure_change", erasure.pk)
    context = {
        "title": _("Erase %s") % customer,
        "opts": conversation._meta,
        "conversation": conversation,
        "lines": in_words(contents_of(customer)),
        "merged": _merged(customer, conversations),
    }
    return render(request, "admin/erase.html", admin.site.each_context(request) | context)


def _merged(customer, conversations):
    """Return the conversations of those who are merged with the customer, as far as the user may see them."""
    merged = getattr(customer, "merged", None)
    if merged is None:
        return []
    same = type(merged).objects.with_customer(customer).values("customer")
    return list(conversations.filter(customer__in=same).exclude(customer=customer).select_related("customer", "page"))
