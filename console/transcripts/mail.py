"""A transcript by e-mail, as a worker sends it: in the language of the agent who asked for it."""

import logging
from smtplib import SMTPRecipientsRefused

from celery import shared_task
from django.apps import apps
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from agents.roles import EXPORT
from console.infrastructure import hourly_limit
from console.transcripts.content import content_of

MOST_IN_AN_HOUR = 20  # transcripts of one agent

logger = logging.getLogger(__name__)


def may_mail(agent):
    """Count a transcript of this agent; return whether it is one of so many in an hour."""
    return hourly_limit.is_within(f"mailed-transcripts-{agent.pk}", MOST_IN_AN_HOUR)


@shared_task(autoretry_for=(OSError,), max_retries=5, retry_backoff=30)
def mail_transcript(conversation_id, agent_id, address):
    """Send it, unless the agent may no longer see or export the conversation."""
    agent = apps.get_model("agents.Agent").objects.working().who_may(EXPORT).filter(pk=agent_id).first()
    visible = agent and apps.get_model("console.Conversation").objects.visible_to(agent).in_full()
    conversation = visible and visible.filter(pk=conversation_id).first()
    if not conversation:
        return
    with agent.reading():
        text = render_to_string("transcripts/transcript.txt", content_of(conversation))
        subject = _("Transcript: %(conversation)s") % {"conversation": conversation}
    reply_to = [agent.email] if agent.email else None
    try:
        EmailMessage(subject, text, settings.DEFAULT_FROM_EMAIL, [address], reply_to=reply_to).send()
    except SMTPRecipientsRefused:
        logger.warning("The mail server refuses the address for the transcript of conversation %s", conversation_id)
        return
    logger.info("Agent %s has mailed the transcript of conversation %s", agent_id, conversation_id)
