"""Refusals of the API: always JSON, with `detail` as a sentence for people."""

import math

from django.core.exceptions import RequestDataTooBig
from django.http import Http404
from django.utils.translation import gettext as _
from ninja.errors import AuthenticationError, Throttled, ValidationError

from console.models import Refused


class WrongInput(Refused):
    """A value of the request is wrong; `field` names it."""

    def __init__(self, field, sentence):
        super().__init__(sentence)
        self.field = field


def answer_in_json(api):
    """Register one answer for each kind of refusal, whichever operation raises it."""

    def refuse(request, status, detail, headers=None, **more):
        response = api.create_response(request, {"detail": detail, **more}, status=status)
        for name, value in (headers or {}).items():
            response[name] = value
        return response

    def refused(request, refusal):
        refusal = refusal.for_bot()
        if refusal.field:
            return refuse(request, 422, f"{refusal.field}: {refusal.sentence}")
        return refuse(request, 409, refusal.sentence, holder=refusal.holder, name=refusal.name)

    def unauthorized(request, error):
        detail = _("This needs a valid API key, in the header Authorization: Bearer hk_…")
        return refuse(request, 401, detail, {"WWW-Authenticate": "Bearer"})

    def throttled(request, error):
        seconds = max(1, math.ceil(error.wait))
        detail = _("Too many calls with this API key. Try again in %(seconds)s s.") % {"seconds": seconds}
        return refuse(request, 429, detail, {"Retry-After": str(seconds)})

    answers = {
        Refused: refused,
        AuthenticationError: unauthorized,
        Throttled: throttled,
        Http404: lambda request, error: refuse(request, 404, _("This Page has nothing with this id.")),
        RequestDataTooBig: lambda request, error: refuse(request, 413, _("The request body is too long.")),
        ValidationError: lambda request, error: refuse(request, 422, " ".join(map(_sentence, error.errors))),
    }
    for refusal, answer in answers.items():
        api.exception_handler(refusal)(answer)


def _sentence(error):
    place, *where = error["loc"]
    where = where[1:] if place == "body" else where  # without the name of our function's parameter
    if error["type"] == "extra_forbidden":
        return _("%(field)s: this field does not exist.") % {"field": ".".join(map(str, where))}
    said = error["msg"].removeprefix("Value error, ").rstrip(".")
    return f"{'.'.join(map(str, where)) or place}: {said}."
