"""The last run of each periodic task, kept with the heartbeats."""

from django.conf import settings

from console.infrastructure import heartbeats
from console.logs.task_log import LoggedTask

PERIODIC = sorted({entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} - {"console.tasks.beat"})


class NotedTask(LoggedTask):
    """A task whose successful runs are noted, if beat sends it."""

    abstract = True

    def __call__(self, *arguments, **options):
        result = super().__call__(*arguments, **options)
        if self.name in PERIODIC:
            heartbeats.beat(self.name)
        return result
