"""Celery tasks of one line: load an object and call its method of the same name."""

from celery import shared_task
from django.apps import apps


@shared_task
def verify_page(page_id):
    _model("Page").objects.get(pk=page_id).verify()


@shared_task
def disconnect_page(page_id):
    _model("Page").objects.get(pk=page_id).finish_disconnecting()


@shared_task
def withdraw_persona(persona_id):
    _model("Persona").objects.get(pk=persona_id).withdraw()


@shared_task
def verify_persona(persona_id):
    _model("Persona").objects.get(pk=persona_id).verify()


@shared_task
def sweep():
    """Repeat failed or lost work: deletions of personas and files, checks and disconnections of Pages."""
    for persona in _model("Persona").objects.leaving().due():
        persona.withdraw_later()
    pages = _model("Page").objects
    for page in [*pages.troubled(), *pages.outdated()]:
        page.verify_later()
    for page in pages.ending():
        page.finish_disconnecting_later()
    _model("DiscardedFile").objects.delete_files()


def _model(name):
    return apps.get_model("personas", name)
