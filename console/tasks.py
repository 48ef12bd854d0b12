"""Celery tasks of one line: load a row, call its method. Rows know when to retry; the sweep repeats lost tasks."""

from celery import shared_task
from django.apps import apps

from console.infrastructure import heartbeats
from console.push.post import Unanswered


@shared_task
def process_webhooks():
    _model("console.InboundWebhook").all().process()


@shared_task
def deliver(conversation_id):
    _model("console.Conversation").for_delivery(conversation_id).deliver()


@shared_task
def deliver_reaction(reaction_id):
    _model("console.Reaction").filter(pk=reaction_id).deliver()


@shared_task
def deliver_bot_event(bot_event_id):
    _model("console.BotEvent").filter(pk=bot_event_id).deliver()


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
    _model("console.Attachment").filter(pk=attachment_id).fetch()


@shared_task
def import_history(page_id):
    """Make the next call for the older history of this Page's conversations."""
    _model("console.HistoryImport").import_next(page_id)


@shared_task
def moderate(moderation_id):
    _model("console.Moderation").filter(pk=moderation_id).deliver()


@shared_task
def erase(erasure_id):
    _model("console.Erasure").filter(pk=erasure_id).work()


@shared_task
def make_export(export_id):
    _model("console.CustomerExport").filter(pk=export_id).make()


@shared_task
def call_agents(items):
    _model("console.CallRules").call_agents(items)


@shared_task
def call_devices(called):
    _model("console.PushSubscription").all().call_devices(called)


@shared_task(autoretry_for=(Unanswered,), max_retries=3, retry_backoff=5)
def push(subscription_id, conversation_id, news):
    _model("console.PushSubscription").filter(pk=subscription_id).push(conversation_id, news)


@shared_task
def push_test(subscription_id, test):
    _model("console.PushSubscription").filter(pk=subscription_id).push_test(test)


@shared_task
def send_digests():
    """Have the digests sent that are due."""
    _model("console.Digest").send_later()


@shared_task
def send_digest(agent_id):
    _model("console.Digest").filter(pk=agent_id).send()


@shared_task
def beat(queue):
    """Note that beat is running, and a worker of this queue."""
    heartbeats.beat(queue)


def _model(label):
    return apps.get_model(label).objects
