"""The HTTP API for bots, at /api/, with its documentation at /api/docs."""

import json
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, JsonResponse
from django.shortcuts import render
from django.urls import re_path
from ninja import NinjaAPI, Swagger

from console import __version__
from console.api.authentication import PageKey
from console.api.conversations import router
from console.api.refusals import say_in_json
from console.api.webhook_documentation import WEBHOOKS

DESCRIPTION = """
For a bot that stands in front of people. It asks who holds a conversation, hands it over with a reason, and speaks in
the same ordered lane as the agents, under the Page's bot persona.

A conversation has one holder at a time: `bot`, `queue` (people, nobody has taken it yet), `agent`, or `elsewhere` (the
Page Inbox, another app). **Only the holder may speak.** While people hold it, whatever you try to say is refused with
409 and the holder's name.

* Each call carries a key of your Page: `Authorization: Bearer hk_…`. An admin makes it in the console's administration
  under *API keys*, where it is shown once and can be revoked.
* Customers are named by their PSID, as in Facebook's webhooks. You reach those of your own Page, nobody else's.
* 20 calls a second for each key, and 20 more at once after a pause. Then 429, and `Retry-After` says how many seconds.
* Every refusal is JSON with `detail`, a sentence for people. Go by the status.
* A field or a query parameter that an operation does not know is refused with 422, which names it.
* What customers write reaches you through the console's relay, as Facebook sent it; who holds a conversation is told
  to you by the webhook below.

```
curl $HANDOVER_URL/api/conversations/$PSID -H "Authorization: Bearer $HANDOVER_KEY"
```
"""


class Docs(Swagger):
    """Swagger UI from the files that settings.py names, and from no other host."""

    def render_page(self, request, api, **kwargs):
        told = self.settings | {"url": self.get_openapi_url(api, kwargs)}
        return render(request, self.template, {"swagger_settings": json.dumps(told), "api": api})


api = NinjaAPI(
    title="Handover",
    version=__version__,
    description=DESCRIPTION,
    auth=PageKey(),
    docs=Docs({"defaultModelsExpandDepth": 0, "tryItOutEnabled": True, "validatorUrl": None}),
    urls_namespace="api",
    openapi_extra={"webhooks": WEBHOOKS},
)
api.add_router("/conversations", router)
say_in_json(api)


def _open(view):
    """Require no log-in: a bot shows its key, and the documentation says no more than the source code does."""

    @wraps(view, updated=())
    def answer(request, *args, **kwargs):
        try:
            response = view(request, *args, **kwargs)
        except Http404:
            return JsonResponse({"detail": "There is nothing here: see /api/docs."}, status=404)
        if response.status_code == 405:
            detail = {"detail": f"This address takes {response['Allow']} only."}
            return JsonResponse(detail, status=405, headers={"Allow": response["Allow"]})
        return response

    answer.csrf_exempt = True
    return login_not_required(answer)


def _nothing(request):
    raise Http404


patterns, *_names = urls = api.urls
patterns.append(re_path("", _nothing))  # wrong addresses are answered in JSON too
for pattern in patterns:
    pattern.callback = _open(pattern.callback)
