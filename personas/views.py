from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404

from personas.models import Persona
from personas.models.publishing import PICTURE_SECONDS


@login_not_required
def picture(request, signed):
    """A persona's picture, for Facebook: by a signed address that is good for minutes."""
    try:
        pk = signing.loads(signed, salt="persona-picture", max_age=PICTURE_SECONDS)
    except signing.BadSignature as error:
        raise Http404 from error
    persona = get_object_or_404(Persona, pk=pk)
    if not persona.picture:
        raise Http404
    return FileResponse(persona.picture.open())
