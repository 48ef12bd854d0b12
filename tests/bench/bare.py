"""The limit for the intake: a Django with nothing but one view, which verifies the signature and does one INSERT.

No middleware, no model, no transaction, no task: as little as a durable webhook can do in Django, on the same server
program and database as the console.
"""

import os

import environ
from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpResponse, HttpResponseForbidden
from django.urls import path

from messenger import webhook_signature

THREADS = 8  # as in console.infrastructure.wsgi_threads

env = environ.Env()
SECRET = env.str("FACEBOOK_APP_SECRET")


def webhook(request):
    body = request.body
    if not webhook_signature.verify(body, request.headers.get("X-Hub-Signature-256", ""), SECRET):
        return HttpResponseForbidden()
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_body (body) VALUES (%s)", [body.decode()])
    return HttpResponse("EVENT_RECEIVED", content_type="text/plain", headers={"Content-Length": "14"})


urlpatterns = [path("webhooks/messenger", webhook)]

settings.configure(
    SECRET_KEY="only for signing nothing",
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["127.0.0.1"],
    MIDDLEWARE=[],
    USE_TZ=True,
    DATABASES={"default": {**env.db_url_config(os.environ["DATABASE_URL"]), "CONN_MAX_AGE": 60}},
)
pages = WSGIMiddleware(get_wsgi_application(), workers=THREADS)


async def application(scope, receive, send):
    if scope["type"] == "http":
        await pages(scope, receive, send)
    else:
        while (message := await receive())["type"] != "lifespan.shutdown":
            await send({"type": f"{message['type']}.complete"})
        await send({"type": "lifespan.shutdown.complete"})
