"""What comes round by itself. Beat only rings the bell; models would take it half as much memory again."""

from celery import Celery
from django.conf import settings

app = Celery("console", fixups=[])
app.config_from_object(settings, namespace="CELERY")
