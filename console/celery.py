"""The Celery app of the workers, which make every call to the Graph API."""

import os

from celery import Celery
from celery.bootsteps import StartStopStep

from console.infrastructure.alive import Alive
from console.infrastructure.task_publisher import TaskPublisher
from console.logs import ids

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")

PUBLISHING_SECONDS = 1  # for the tasks that wait to be published when a program is stopped


class Console(Celery):
    """A Celery app with an optional `publisher`, which publishes tasks without blocking their sender.

    Tasks sent with `is_waited_for` do not go through it: their sender wants to know whether Redis took them.
    """

    task_cls = "console.metrics.last_runs:NotedTask"
    publisher = None

    def send_task(self, *arguments, is_waited_for=False, **options):
        options["headers"] = {**ids.as_headers(), **(options.get("headers") or {})}

        def publish():
            return super(Console, self).send_task(*arguments, **options)

        if self.publisher and not is_waited_for:
            return self.publisher(publish)
        return publish()


class Publishing(StartStopStep):
    """Publish a worker's tasks from a thread of their own, so that no other thread waits for Redis."""

    def start(self, worker):
        worker.app.publisher = TaskPublisher()

    def stop(self, worker):
        worker.app.publisher.finish(PUBLISHING_SECONDS)


app = Console("console")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(related_name="sweep")
app.autodiscover_tasks(related_name="retention")
app.autodiscover_tasks(["console.password_links", "console.transcripts"], related_name="mail")
app.steps["consumer"].add(Alive)
app.steps["worker"].add(Publishing)
