"""Fill in a custom field. Any agent who may see the conversation may do it, unless a role withholds the fields."""

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from agents.roles import SEE_FIELDS
from console.models import CustomField
from console.views.desk import find


@require_POST
@permission_required(SEE_FIELDS, raise_exception=True)
def fill_in(request, pk, field_pk):
    """Save the value; answer 422 if it is not valid."""
    conversation = find(request, pk)
    field = get_object_or_404(CustomField.objects.of(conversation.customer), pk=field_pk)
    try:
        field.fill_in(conversation, request.user, request.POST.get("value", ""))
    except ValidationError as error:
        return _answer(request, conversation, field, " ".join(error.messages))
    return _answer(request, conversation, field)


def _answer(request, conversation, field, problem=""):
    if request.htmx or problem:
        context = {"conversation": conversation, "field": field, "is_saved": not problem, "problem": problem}
        partial = "custom_fields/_state.html"
        template = partial if request.htmx else "customers/page.html"
        context |= {"partial": partial, "is_alone": not request.htmx}
        return render(request, template, context, status=422 if problem else 200)
    return redirect("customer", pk=conversation.pk)
