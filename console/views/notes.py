"""Private notes: any agent who may see a conversation adds them, and their author edits or deletes them."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import reswap, retarget, trigger_client_event

from console.forms import NewPrivateNoteForm, PrivateNoteForm
from console.models import Note
from console.views.desk import attempt, find, show_page


@require_POST
def add(request, pk):
    """Add a note. The status is 422 if a value is invalid; what was typed stays in the field."""
    conversation, form = find(request, pk), NewPrivateNoteForm(request.POST)
    problem = "" if form.is_valid() else " ".join(sentence for errors in form.errors.values() for sentence in errors)
    if not problem and (refusal := attempt(Note.objects.add, conversation, request.user, **form.cleaned_data)):
        problem = refusal.sentence
    if request.htmx or not problem:
        return _answer(request, conversation, problem)
    text = request.POST.get("text", "")
    return show_page(request, conversation, status=422, note_problem=problem, note_text=text)


@require_GET
def colleagues(request, pk):
    """Render the colleagues whom a note can mention."""
    found = find(request, pk).page.agents().exclude(pk=request.user.pk)
    return render(request, "notes/_colleagues.html", {"colleagues": found})


@require_http_methods(["GET", "POST"])
def edit(request, pk, note_pk):
    conversation, note = _find_own(request, pk, note_pk)
    form = PrivateNoteForm(request.POST if request.method == "POST" else None, initial={"text": note.text})
    refusal = attempt(note.edit, **form.cleaned_data) if form.is_valid() else attempt(note.check_there)
    if form.is_valid() and not refusal:
        return _answer(request, conversation)
    status = 409 if refusal else 422 if form.is_bound else 200
    return _form(request, "notes/_edit.html", note, form, status, refusal)


@require_http_methods(["GET", "POST"])
def delete(request, pk, note_pk):
    conversation, note = _find_own(request, pk, note_pk)
    if request.method == "GET":
        return _form(request, "notes/_delete.html", note)
    attempt(note.delete_text)  # it may be gone already
    return _answer(request, conversation)


def _find_own(request, pk, note_pk):
    conversation = find(request, pk)
    return conversation, get_object_or_404(conversation.notes.written_by(request.user), pk=note_pk)


def _form(request, partial, note, form=None, status=200, refusal=None):
    context = {"conversation": note.conversation, "note": note, "form": form, "partial": partial, "refusal": refusal}
    answer = render(request, partial if request.htmx else "conversations/form.html", context, status=status)
    return reswap(retarget(answer, "#dialog-form"), "innerHTML") if request.htmx else answer


def _answer(request, conversation, problem=""):
    """Answer a request of the desk. Its own tab then asks for the note, as every other tab does."""
    if request.htmx:
        answer = HttpResponse(problem, status=422 if problem else 200, content_type="text/plain")
        return trigger_client_event(answer, f"live-conversation-{conversation.pk}")
    return redirect("conversation", pk=conversation.pk)
