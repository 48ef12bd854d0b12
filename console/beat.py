"""The Celery app of beat, which sends the periodic tasks. It loads no models, which would nearly double its memory."""

from celery import Celery
from django.conf import settings

app = Celery("console", fixups=[])
app.config_from_object(settings, namespace="CELERY")
