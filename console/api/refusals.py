"""Refusals of the API: always JSON, with `detail` as a sentence for people."""

import math

from django.core.exceptions import RequestDataTooBig
from django.http import Http404
from django.utils.translation import gettext as _
from ninja.errors import AuthenticationError, Throttled, ValidationError

from console.models import CannotReceive, KeyInUse, TakenByAnother, UnseenMessages, WindowClosed


class WrongInput(Exception):
    """The request has a wrong value; the text is a sentence that says which."""


def say_in_json(api):
    """Register one answer for each kind of refusal, whichever operation raises it."""

    def refuse(request, status, detail, headers=None, **more):
        response = api.create_response(request, {"detail": detail, **more}, status=status)
        for name, value in (headers or {}).items():
            response[name] = value
        return response

    def unauthorized(request, error):
        detail = _("This takes a valid key, in the header Authorization: Bearer hk_…")
        return refuse(request, 401, detail, {"WWW-Authenticate": "Bearer"})

    def throttled(request, error):
        seconds = max(1, math.ceil(error.wait))
        detail = _("Too many calls with this key. Try again in %(seconds)s s.") % {"seconds": seconds}
        return refuse(request, 429, detail, {"Retry-After": str(seconds)})

    def taken(request, error):
        name = error.name[:1].upper() + error.name[1:]
        detail = _("%(name)s holds this conversation.") % {"name": name}
        return refuse(request, 409, detail, holder=error.holder, name=error.name)

    def conflict(request, error):
        return refuse(request, 409, str(error), holder=None, name=None)

    answers = {
        AuthenticationError: unauthorized,
        Throttled: throttled,
        TakenByAnother: taken,
        UnseenMessages: conflict,
        WindowClosed: conflict,
        CannotReceive: conflict,
        Http404: lambda request, error: refuse(request, 404, _("There is no such thing on this Page.")),
        RequestDataTooBig: lambda request, error: refuse(request, 413, _("This is too long for any call.")),
        ValidationError: lambda request, error: refuse(request, 422, " ".join(map(_sentence, error.errors))),
        WrongInput: lambda request, error: refuse(request, 422, str(error)),
        KeyInUse: lambda request, error: refuse(request, 422, f"key: {error}"),
    }
    for refusal, answer in answers.items():
        api.exception_handler(refusal)(answer)


def _sentence(error):
    place, *where = error["loc"]
    where = where[1:] if place == "body" else where  # without the name of our function's parameter
    if error["type"] == "extra_forbidden":
        return _("%(field)s: there is no such field here.") % {"field": ".".join(map(str, where))}
    said = error["msg"].removeprefix("Value error, ").rstrip(".")
    return f"{'.'.join(map(str, where)) or place}: {said}."
