"""One line each: load, call the method of the same name. Retries are the rows' own; the sweep finds what was lost."""

from celery import shared_task
from django.apps import apps


@shared_task
def read_arrivals():
    _model("console.Arrival").all().read()


@shared_task
def deliver(conversation_id):
    _model("console.Conversation").get(pk=conversation_id).deliver()


@shared_task
def tell_bot(notice_id):
    _model("console.Notice").filter(pk=notice_id).deliver()


@shared_task
def assign():
    _model("console.Conversation").all().assign()


@shared_task
def show_typing(conversation_id, agent_id, is_on):
    agent = _model("agents.Agent").get(pk=agent_id)
    _model("console.Conversation").get(pk=conversation_id).show_typing(agent, is_on)


@shared_task
def fetch_profile(customer_id):
    _model("console.Customer").get(pk=customer_id).fetch_profile()


@shared_task
def fetch_attachment(attachment_id):
    _model("console.Attachment").get(pk=attachment_id).fetch()


@shared_task
def sweep():
    """What fell through: a lost task, a worker that died, a Redis that forgot."""
    _model("console.Arrival").all().read()
    _model("console.Conversation").all().deliver_later()
    _model("console.Notice").all().deliver_later()
    _model("console.Conversation").orphaned().release()
    _model("agents.Agent").all().lose()
    _model("console.Conversation").all().keep_time()
    _model("console.Conversation").all().assign()
    for customer in _model("console.Customer").unmet():
        customer.fetch_profile_later()
    for attachment in _model("console.Attachment").unfetched():
        attachment.fetch_later()


def _model(label):
    return apps.get_model(label).objects
