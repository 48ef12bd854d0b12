from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import Http404
from django.shortcuts import get_object_or_404

from personas.files import file_response
from personas.models import Persona
from personas.models.persona_publishing import PICTURE_SECONDS


@login_not_required
def picture(request, signed):
    """Serve a persona's picture to Facebook, at a signed URL that is valid for minutes."""
    try:
        pk = signing.loads(signed, salt="persona-picture", max_age=PICTURE_SECONDS)
    except signing.BadSignature as error:
        raise Http404 from error
    return file_response(get_object_or_404(Persona, pk=pk).picture)
