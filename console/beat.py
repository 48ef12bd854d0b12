"""The Celery app of beat, which sends the periodic tasks. It loads no models, which would nearly double its memory."""

from celery import Celery
from django.conf import settings

from console.logs import task_log  # noqa: F401  (sets up the logs)

app = Celery("console", fixups=[])
app.config_from_object(settings, namespace="CELERY")
