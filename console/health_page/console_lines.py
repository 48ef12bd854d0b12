"""The lines about the whole console: webhooks, workers, periodic tasks and the disk."""

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.health_page.line import Line, State, amount, duration, state_of
from console.infrastructure.heartbeats import QUEUES
from console.metrics.last_runs import PERIODIC
from console.models.inbound_webhook import MAX_ATTEMPTS

# The limits of the alert rules in deploy/monitoring.
LATE = 120  # s: for webhooks, heartbeats and the sweep
LEAST_FREE = 0.1  # of the disk
MISSED = 3  # runs of a periodic task, after which it is late

WORKERS = {
    "messages": (gettext_lazy("Worker for replies"), gettext_lazy("It sends the replies of agents to Facebook.")),
    "webhooks": (gettext_lazy("Worker for webhooks"), gettext_lazy("It shows agents what customers write.")),
    "background": (
        gettext_lazy("Worker for the background"),
        gettext_lazy("It fetches files and profiles, and does all that nobody waits for."),
    ),
}
TASKS = {
    "console.sweep.sweep": (
        gettext_lazy("Sweep"),
        gettext_lazy("It finds work that was lost, and ends timeouts and snoozes."),
    ),
    "console.retention.delete_old_rows": (
        gettext_lazy("Deletion of old rows"),
        gettext_lazy("It deletes what is kept for a limited time."),
    ),
    "console.tasks.send_digests": (gettext_lazy("E-mail digests"), gettext_lazy("It sends agents their digests.")),
    "personas.tasks.sweep": (
        gettext_lazy("Sweep of personas"),
        gettext_lazy("It creates and deletes personas at Facebook."),
    ),
}


def console_lines(figures):
    """Return the lines for these figures of the whole console."""
    return [
        *_webhooks(figures),
        *[_worker(queue, figures.heartbeats) for queue in QUEUES],
        *[_run(task, figures.runs) for task in PERIODIC],
        _disk(figures),
    ]


def _webhooks(figures):
    waiting, given_up = figures.webhooks, figures.given_up_webhooks
    yield Line(
        _("Webhooks that wait"),
        amount(waiting),
        state_of(waiting.seconds <= LATE),
        _("Facebook sent them, and they are not processed yet. Until then, agents do not see what is in them."),
        _("If the worker for webhooks is silent, restart it. If it runs, its log says why they wait."),
    )
    yield Line(
        _("Webhooks given up"),
        amount(given_up),
        state_of(not given_up.count),
        _("They failed at %d attempts, and are not attempted again by themselves.") % MAX_ATTEMPTS,
        _("A superuser finds the reason at Inbound webhooks. Fix it, then requeue them."),
        tool="requeue-webhooks",
    )


def _worker(queue, heartbeats):
    name, meaning = WORKERS[queue]
    if not heartbeats:
        return _unknown(name, meaning)
    age = heartbeats[queue]
    value = _("Not heard of for a day, or not yet") if age is None else _last_sign(age)
    advice = _("Restart the workers and beat. Replies and webhooks wait in the database; nothing is lost.")
    return Line(name, value, state_of(age is not None and age <= LATE), meaning, advice)


def _last_sign(age):
    return _("Heard of %s ago") % duration(age)


def _run(task, runs):
    name, meaning = TASKS.get(task, (task, _("It runs again and again.")))
    if not runs:
        return _unknown(name, meaning)
    if runs[task] is None:
        advice = _("It has not run for a day, or not since Redis lost its memory. Look here again in some minutes.")
        return Line(name, _("Not known"), State.UNKNOWN, meaning, advice)
    value = _("Ran %s ago") % duration(runs[task])
    advice = _("If the workers are silent, restart them and beat. If they run, their logs say why it failed.")
    return Line(name, value, state_of(runs[task] <= _longest_pause(task)), meaning, advice)


def _longest_pause(task):
    [every] = [entry["schedule"] for entry in settings.CELERY_BEAT_SCHEDULE.values() if entry["task"] == task]
    return max(LATE, MISSED * every)


def _unknown(name, meaning):
    advice = _("Redis does not answer. It knows this: start it, or look into its log.")
    return Line(name, _("Not known"), State.UNKNOWN, meaning, advice)


def _disk(figures):
    sizes = {"free": filesizeformat(figures.free_bytes), "all": filesizeformat(figures.disk_bytes)}
    return Line(
        _("Disk"),
        _("%(free)s of %(all)s free") % sizes,
        state_of(figures.free_bytes >= LEAST_FREE * figures.disk_bytes),
        _("The disk of DATA_DIR, where uploaded files lie. The disk of the database is not known here."),
        _("Remove what does not belong there, enlarge it, or move the files to a bucket."),
    )
