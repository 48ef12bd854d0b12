"""The Celery app of the workers, which make every call to the Graph API."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")


class Console(Celery):
    """A Celery app with an optional publisher, `publishes_later`, which sends tasks without blocking their sender."""

    publishes_later = None

    def send_task(self, *arguments, is_waited_for=False, **options):
        def publish():
            return super(Console, self).send_task(*arguments, **options)

        if self.publishes_later and not is_waited_for:
            return self.publishes_later(publish)
        return publish()


app = Console("console")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
