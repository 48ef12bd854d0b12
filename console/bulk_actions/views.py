"""The verbs of one conversation for many: a browser names some conversations in each request, and gets each outcome.

Every conversation changes in a transaction of its own, and a refusal of one stops no other.
"""

from django.http import JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from console.bulk_actions import selection
from console.bulk_actions.answers import MOST, MOST_SELECTED, apply, form_for
from console.forms import TransferForm
from console.models import CannotReceive, Conversation, Label, Refused, Snooze, Team, TooLate
from console.moderation.models import MODERATE
from console.snoozes.forms import SnoozeForm
from console.snoozes.views import CHOICES
from console.views.labels import changes
from console.views.queue import find_section, place
from console.wording import bulk_actions as wording


@require_GET
def bar(request):
    """Render the bar that a desk shows below the queue while something is selected."""
    full = wording.FULL % {"most": MOST_SELECTED}
    verbs = [each for each in wording.VERBS if each[0] != "block" or request.user.has_perm(MODERATE)]
    context = {"verbs": verbs, "most": MOST, "most_selected": MOST_SELECTED, "full": full}
    return render(request, "bulk_actions/_bar.html", context)


@require_GET
def section(request, name):
    """Return the names of the conversations in a section, also of those whose rows a desk does not show.

    With `?from=PLACE&to=PLACE`, only those from one row to another. One more than can be selected shows the browser
    that there are more.
    """
    found, begin, end = find_section(request, name), place(request, "from"), place(request, "to")
    if begin and found.goes_back:
        found.choose_from(MOST_SELECTED + 1, begin)
    else:
        found.choose(MOST_SELECTED + 1)
    keys = _until(found.keys, end and end[1])
    rows = dict(Conversation.objects.filter(pk__in=keys).values_list("pk", "revision"))
    return JsonResponse([f"{pk}-{rows[pk]}" for pk in keys if pk in rows], safe=False)


@require_POST
def close(request):
    def verb(conversation, seen):
        conversation.close(request.user, seen=seen, can_undo=True)

    return apply(request, "close", verb, seen=True)


@require_http_methods(["GET", "POST"])
def label(request):
    if request.method == "GET":
        return form_for(request, "label", **_label_context(request))
    changed = changes(request, Label.objects.all())

    def verb(conversation, _number):
        Label.objects.change(conversation, **{name: _on(conversation.page, some) for name, some in changed.items()})

    return apply(request, "label", verb)


@require_http_methods(["GET", "POST"])
def transfer(request):
    if not request.POST.get("to"):
        return form_for(request, "transfer", **_transfer_context(request))

    def verb(conversation, _number):
        form = TransferForm(conversation, request.POST)
        if not form.is_valid():
            raise CannotReceive(_("The colleague or team does not work for %(page)s.") % {"page": conversation.page})
        conversation.transfer(request.user, **form.cleaned_data, can_undo=True)

    return apply(request, "transfer", verb)


@require_http_methods(["GET", "POST"])
def snooze(request):
    words = SnoozeForm(None, request.POST if request.method == "POST" else None)
    if not words.is_valid():
        return form_for(request, "snooze", form=words, choices=CHOICES)

    def verb(conversation, seen):
        form = SnoozeForm(conversation, request.POST)
        if not form.is_valid():
            raise Refused(form.errors["when"][0])
        Snooze.objects.snooze(conversation, request.user, form.cleaned_data["when"], seen)

    with timezone.override(words.zone):
        return apply(request, "snooze", verb, seen=True)


@require_POST
def end_snooze(request):
    def verb(conversation, _number):
        Snooze.objects.end_snooze(conversation, request.user)

    return apply(request, "end-snooze", verb)


@require_POST
def undo(request):
    """Undo changes of holder that this agent has just made. Each conversation is named together with its handover."""

    def verb(conversation, number):
        handover = conversation.handovers.undoable_by(request.user).filter(pk=number).first()
        if handover is None:
            raise TooLate(_("Too late to undo."))
        conversation.undo(request.user, handover)

    return apply(request, "undo", verb)


def _on(page, labels):
    """Return those of the labels that conversations of this Page can have."""
    return {label for label in labels if label.page_id in (None, page.pk)}


def _label_context(request):
    """Return the labels that all of the conversations have, those that only some have, and those to choose from."""
    conversations = selection.selected(request.user, selection.names_in(request.GET))
    Conversation.objects.read_labels(conversations)
    had = [{label.pk for label in conversation.shown_labels} for conversation in conversations]
    of_all, of_any = (set.intersection(*had), set.union(*had)) if had else (set(), set())
    offered = [label for label in Label.objects.all() if any(_on(one.page, [label]) for one in conversations)]
    return {"offered": offered, "of_all": of_all, "of_some": of_any - of_all}


def _transfer_context(request):
    """Return the colleagues and the teams who work for any of the Pages."""
    names = selection.names_in(request.POST or request.GET)
    first = {conversation.page: conversation for conversation in selection.selected(request.user, names)[::-1]}
    found = {agent: None for one in first.values() for agent in one.transfer_targets() if agent != request.user}
    return {"transfer_targets": [*found], "teams": Team.objects.filter(pages__in=first).distinct()}


def _until(keys, last):
    """Return the keys up to the last one, or all if it is not among them."""
    return keys[: keys.index(last) + 1] if last in keys else keys
