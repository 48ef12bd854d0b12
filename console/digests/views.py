"""The choice of an e-mail digest, on the page of calls."""

from django.conf import settings
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from console.digests.forms import DigestForm
from console.digests.models import Digest


def digest_context(request):
    """Return what templates/digests/_form.html shows."""
    has_mail = bool(settings.EMAIL_URL)
    form = DigestForm(instance=Digest.of(request.user)) if has_mail and request.user.email else None
    return {"has_mail": has_mail, "digest_form": form}


@require_POST
def choose_digest(request):
    form = DigestForm(request.POST, instance=Digest.of(request.user))
    if form.is_valid():
        form.save()
    return redirect("calls")
