"""The list of keyboard shortcuts, in a dialog on the desk or as a page, and the form that changes their keys."""

from django import forms
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods
from django_htmx.http import HttpResponseClientRefresh

from console.wording.shortcuts import NAMES, STANDARD, groups, keys_of


class KeysForm(forms.Form):
    """One field for each action. An empty one takes its key away."""

    def __init__(self, keys, *args):
        super().__init__(*args, initial=keys)
        for action in STANDARD:
            self.fields[action] = forms.CharField(label=NAMES[action], required=False, max_length=1)

    def clean(self):
        given = {action: (self.cleaned_data.get(action) or "").lower() for action in STANDARD}
        actions = {}
        for action, key in given.items():
            if key and (other := actions.setdefault(key, action)) != action:
                words = {"key": key, "other": NAMES[other]}
                self.add_error(action, _("“%(key)s” is the key of “%(other)s”: choose another one.") % words)
        return given

    def own_keys(self):
        """Return the keys that differ from the standard."""
        return {action: key for action, key in self.cleaned_data.items() if key != STANDARD[action]}


@require_GET
def shortcuts(request):
    template = "shortcuts/_dialog.html" if request.htmx else "shortcuts/index.html"
    return render(request, template, {"groups": groups(request.user)})


@require_http_methods(["GET", "POST"])
def change_keys(request):
    """Show the form, or save it. The desk is then loaded again, because each of its buttons names its key."""
    if "reset" in request.POST:
        return _save(request, {})
    form = KeysForm(keys_of(request.user), request.POST if request.method == "POST" else None)
    if form.is_valid():
        return _save(request, form.own_keys())
    template = "shortcuts/_keys.html" if request.htmx else "shortcuts/change.html"
    return render(request, template, {"form": form}, status=422 if form.is_bound else 200)


def _save(request, keys):
    request.user.choose(own_keys=keys)
    return HttpResponseClientRefresh() if request.htmx else redirect("shortcuts")
