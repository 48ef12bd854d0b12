"""The Celery app of beat, which sends periodic tasks. It loads no models: they would take half as much memory again."""

from celery import Celery
from django.conf import settings

app = Celery("console", fixups=[])
app.config_from_object(settings, namespace="CELERY")
