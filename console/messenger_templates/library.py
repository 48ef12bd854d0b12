"""The library: agents save a template under a name, find it again in the dialog, change and delete it."""

from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from console.canned_reply_form import SearchForm
from console.messenger_templates import payloads
from console.messenger_templates.form import SavedTemplateForm
from console.messenger_templates.models import MOST, SavedFile, SavedTemplate
from console.messenger_templates.views import render_form
from console.views.desk import find
from personas.files import file_response


@require_GET
def saved_templates(request, pk):
    """Render the templates that this agent may use here, found by the words of their names."""
    conversation = find(request, pk)
    words = SearchForm(request.GET).words()
    found = SavedTemplate.objects.usable(request.user, conversation).search(words)
    context = {"conversation": conversation, "saved_templates": found.for_list(), "most": MOST, "is_search": words}
    return render(request, "messenger_templates/_list.html", context)


@require_GET
def use(request, pk, saved_pk):
    conversation = find(request, pk)
    saved = get_object_or_404(SavedTemplate.objects.usable(request.user, conversation), pk=saved_pk)
    kept = saved if saved.may_be_edited_by(request.user) else None
    return render_form(request, conversation, saved.payload, saved=kept, saved_file=saved.files.first())


@require_GET
def file(request, pk, saved_pk):
    """Answer with the picture or video of a saved template: the browser sends it as if the agent had chosen it."""
    usable = SavedTemplate.objects.usable(request.user, find(request, pk))
    found = get_object_or_404(SavedFile, saved_template=saved_pk, saved_template__in=usable)
    return file_response(found.file, found.title)


@require_POST
def save(request, pk):
    return _save(request, pk, SavedTemplate())


@require_POST
def edit(request, pk, saved_pk):
    return _save(request, pk, _find_editable(request, saved_pk))


@require_POST
def delete(request, pk, saved_pk):
    conversation, saved = find(request, pk), _find_editable(request, saved_pk)
    SavedTemplate.objects.filter(pk=saved.pk).discard()
    return render_form(request, conversation, saved.payload, note=gettext("“%s” is deleted.") % saved)


def _save(request, pk, saved):
    conversation, template = find(request, pk), payloads.from_form(request.POST)
    saved.payload = template
    form = SavedTemplateForm(request.user, request.POST, request.FILES, instance=saved)
    if problems := form.problems:
        kept = saved if saved.pk else None
        return render_form(request, conversation, template, problems, saved=kept, save_form=form)
    saved = form.save()
    return render_form(request, conversation, template, saved=saved, note=gettext("Saved as “%s”.") % saved)


def _find_editable(request, pk):
    return get_object_or_404(SavedTemplate.objects.editable_by(request.user), pk=pk)
