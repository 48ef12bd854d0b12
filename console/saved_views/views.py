"""The pages of saved views: the list, the form, and what deletes one. Their rows are in the queue."""

from django.db.models import prefetch_related_objects
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from console.models import SavedView
from console.queue.reading import visible_pages
from console.queue.viewers import rights_of
from console.saved_views.form import SavedViewForm
from console.saved_views.reading import visible_views


@require_GET
def index(request):
    views, pages = _visible(request)
    prefetch_related_objects(views, "for_team", "held_by", "team")
    for view in views:
        view.is_editable = view.may_be_edited_by(request.user)
        view.on_page, view.page = pages.get(view.on_page_id), pages.get(view.page_id)
    return render(request, "saved_views/index.html", {"views": views})


@require_http_methods(["GET", "POST"])
def create(request):
    return _form_or_save(request, SavedView())


@require_http_methods(["GET", "POST"])
def edit(request, pk):
    return _form_or_save(request, _find_editable(request, pk))


@require_POST
def delete(request, pk):
    SavedView.objects.filter(pk=_find_editable(request, pk).pk).discard()
    return redirect("saved-views")


def _visible(request):
    """Return the views that the agent may use, and the Pages that they may see."""
    rights, moment = rights_of(request)
    pages = visible_pages(rights, None, moment)
    return visible_views(request.user.pk, rights, pages), pages


def _find_editable(request, pk):
    view = next((view for view in _visible(request)[0] if view.pk == pk), None)
    if view is None or not view.may_be_edited_by(request.user):
        raise Http404
    return view


def _form_or_save(request, view):
    """Show the form, or save it and lead to the view in the queue."""
    form = SavedViewForm(request.user, request.POST if request.method == "POST" else None, instance=view)
    if form.is_bound and form.known:
        return _to_queue(form.known)
    if not form.is_valid():
        context, status = {"form": form, "view": view}, 422 if form.is_bound else 200
        return render(request, "saved_views/form.html", context, status=status)
    return _to_queue(form.save())


def _to_queue(view):
    return redirect(f"{reverse('conversations')}#section-{view.section_name}")
