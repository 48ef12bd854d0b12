"""The pages of the admin about one customer: erase them."""

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from console.models import Erasure
from console.privacy.contents import contents_of, in_words

ERASE = "console.add_erasure"


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
