"""The verbs for the customers of selected conversations: block, report as spam, merge."""

from django.contrib.auth.decorators import permission_required
from django.views.decorators.http import require_http_methods, require_POST

from console.bulk_actions import selection
from console.bulk_actions.answers import MOST, apply, form_for
from console.models import MergedCustomer, Moderation, Refused
from console.models.refusals import DISCONNECTED
from console.moderation.models import MODERATE, Action


@require_http_methods(["GET", "POST"])
@permission_required(MODERATE, raise_exception=True)
def block(request):
    action = request.POST.get("how")  # not "action": a form in a browser has an attribute of that name
    if action not in (Action.BLOCK, Action.SPAM):
        return form_for(request, "block")
    return _moderate(request, "block", action)


@require_POST
@permission_required(MODERATE, raise_exception=True)
def unblock(request):
    return _moderate(request, "unblock", Action.UNBLOCK)


@require_http_methods(["GET", "POST"])
def merge(request):
    """Merge the customers of all that are selected with the first one's."""
    given = selection.names_in(request.POST or request.GET)
    found = selection.selected(request.user, given) if 2 <= len(given) <= MOST else []
    if request.method == "GET" or len(found) < 2:
        return form_for(request, "merge", conversations=found, most=MOST)

    def verb(conversation, _number):
        if conversation != found[0]:
            MergedCustomer.objects.merge(found[0], conversation, request.user)

    return apply(request, "merge", verb)


def _moderate(request, name, action):
    def verb(conversation, _number):
        if conversation.page.is_disconnected:
            raise Refused(DISCONNECTED)
        Moderation.objects.ask(conversation, request.user, action)

    return apply(request, name, verb)
