"""The page on which a tool of the Health page asks before it acts."""

from django.contrib import admin
from django.shortcuts import render


def ask(request, *, title, count, found, meaning, nothing, verb, page=None):
    """Ask whether to act on so many things.

    found, meaning: sentences about them, and about what happens to them; nothing: the sentence if there are none.
    verb: the label of the button. page: the Page that it is about, if it is about one.
    """
    shown = {"title": title, "count": count, "found": found, "meaning": meaning, "nothing": nothing, "verb": verb}
    return render(request, "admin/health_question.html", admin.site.each_context(request) | shown | {"page": page})
