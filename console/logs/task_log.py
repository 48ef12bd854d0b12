"""The logs of workers and of beat: their tasks carry the id of the request that they belong to."""

import logging
from logging.config import dictConfig

from celery import Task
from celery.exceptions import TaskPredicate
from celery.signals import setup_logging
from django.conf import settings

from console.logs import ids

logger = logging.getLogger(__name__)


class LoggedTask(Task):
    """A task whose lines carry its name and its request's id, or a new one for what beat sends."""

    abstract = True

    def __call__(self, *arguments, **options):
        request_id = self.request.get(ids.HEADER) or ids.current().get(ids.HEADER) or ids.new()
        with ids.carrying(request_id=request_id, task=self.name):
            try:
                return self.run(*arguments, **options)
            except TaskPredicate:  # to be retried
                raise
            except Exception:
                logger.exception("The task failed")
                raise


@setup_logging.connect(weak=False)
def set_up_logging(loglevel=None, **_others):
    """Log as the web server does. --loglevel is that of Celery's own lines."""
    dictConfig(settings.LOGGING)
    if loglevel:
        logging.getLogger("celery").setLevel(loglevel)
