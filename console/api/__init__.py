"""The HTTP API for bots, at /api/, with its documentation at /api/docs."""

import json
from functools import wraps

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, JsonResponse
from django.shortcuts import render
from django.urls import re_path
from django.utils import translation
from ninja import NinjaAPI, Swagger

from console import __version__
from console.api import webhooks
from console.api.authentication import PageKey
from console.api.conversations import router
from console.api.refusals import answer_in_json

DESCRIPTION = """
For a bot that works in front of a team of agents. It asks who holds a conversation, hands it over with a reason, and
sends messages under the name of the Page's bot, in one ordered queue with the replies of the agents.

A conversation has one holder at a time: `bot`, `queue` (no agent has taken it yet), `agent`, or `elsewhere` (the
Page Inbox, another app). **Only the holder may reply.** While people hold a conversation, your messages are refused
with 409 and the holder's name.

* Each call carries an API key of your Page: `Authorization: Bearer hk_…`. An admin creates it in the administration
  under *API keys*, where it is shown once and can be revoked.
* Customers are identified by their PSID, as in Facebook's webhooks. You reach the customers of your own Page only.
* Each API key may make 20 calls a second, and 20 more at once after a pause. Beyond that the answer is 429, and
  `Retry-After` says how many seconds to wait.
* Every refusal is JSON with `detail`, a sentence for people. Programs should go by the status.
* A field or a query parameter that an operation does not know is refused with 422, which names it.
* Messages from customers reach you through the console's relay, as Facebook sent them. The webhook below tells you
  about each change of holder.

```
curl $HANDOVER_URL/api/conversations/$PSID -H "Authorization: Bearer $HANDOVER_KEY"
```
"""


class Docs(Swagger):
    """Swagger UI from the files that settings.py names, and from no other host."""

    def render_page(self, request, api, **kwargs):
        settings = self.settings | {"url": self.get_openapi_url(api, kwargs)}
        return render(request, self.template, {"swagger_settings": json.dumps(settings), "api": api})


class Api(NinjaAPI):
    def get_openapi_schema(self, **options):
        openapi = super().get_openapi_schema(**options)
        webhooks.document(openapi)
        return openapi

    def get_openapi_operation_id(self, operation):
        """Return the name of the operation's function: `hand_over`, `resume`, `close`, `send`."""
        return operation.view_func.__name__


api = Api(
    title="Handover",
    version=__version__,
    description=DESCRIPTION,
    auth=PageKey(),
    docs=Docs({"defaultModelsExpandDepth": 0, "tryItOutEnabled": True, "validatorUrl": None}),
    urls_namespace="api",
)
api.add_router("/conversations", router)
answer_in_json(api)


def _open(view):
    """Require no log-in: a bot shows its key, and the documentation says no more than the source code does."""

    @wraps(view, updated=())
    def answer(request, *args, **kwargs):
        try:
            with translation.override(settings.LANGUAGE_CODE):  # whatever an agent's browser would like
                response = view(request, *args, **kwargs)
        except Http404:
            return JsonResponse({"detail": "There is nothing at this address. See /api/docs."}, status=404)
        if response.status_code == 405:
            detail = {"detail": f"This address accepts {response['Allow']} only."}
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
