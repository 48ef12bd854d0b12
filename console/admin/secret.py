"""Show a new secret once: on the answer to the form that made it.

A message on the next page (`message_user`) would lie in a cookie until that page is opened.
"""

from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _


class ShowsSecret:
    """The part of a ModelAdmin that shows the `new_secret` which a row was given while it was saved."""

    secret_title = _("New secret")

    def response_add(self, request, row, *arguments, **options):
        return self._with_secret(request, row, super().response_add(request, row, *arguments, **options))

    def response_change(self, request, row):
        return self._with_secret(request, row, super().response_change(request, row))

    def _with_secret(self, request, row, answer):
        secret = getattr(row, "new_secret", "")
        if not secret:
            return answer
        shown = {"title": self.secret_title, "secret": secret, "next": getattr(answer, "url", "")}
        return TemplateResponse(request, "admin/secret.html", self.admin_site.each_context(request) | shown)
