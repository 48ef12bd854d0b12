"""A new secret stands on the answer to the form that made it, and nowhere else.

What a redirect carries over to the next page (`message_user`) lies in a cookie, until somebody looks at that page.
"""

from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _


class ShowsSecret:
    """Of a ModelAdmin that gives a row a `new_secret` while it saves it."""

    def response_add(self, request, row, *arguments, **options):
        return self._with_secret(request, row, super().response_add(request, row, *arguments, **options))

    def response_change(self, request, row):
        return self._with_secret(request, row, super().response_change(request, row))

    def _with_secret(self, request, row, answer):
        secret = getattr(row, "new_secret", "")
        if not secret:
            return answer
        shown = {"title": _("New secret"), "secret": secret, "next": getattr(answer, "url", "")}
        return TemplateResponse(request, "admin/secret.html", self.admin_site.each_context(request) | shown)
