"""Mail a link to an agent, as a worker does: the answer of the page takes as long for an address that nobody has."""

import logging
from smtplib import SMTPRecipientsRefused

from celery import shared_task
from django.apps import apps
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from agents.rights import NO_PASSWORD
from console.password_links.links import link_for

logger = logging.getLogger(__name__)


@shared_task(autoretry_for=(OSError,), max_retries=5, retry_backoff=30)
def mail_invitation(agent_id):
    _mail(_working().get(pk=agent_id), _("Invitation to Handover"), "registration/invitation.txt")


@shared_task(autoretry_for=(OSError,), max_retries=5, retry_backoff=30)
def mail_reset(address):
    """Mail a link to each agent with this address who has a password: an invitation is for an admin to repeat."""
    for agent in _working().filter(email__iexact=address).exclude(password__startswith=NO_PASSWORD):
        _mail(agent, _("A new password for Handover"), "registration/reset.txt")


def _working():
    return apps.get_model("agents.Agent").objects.working()


def _mail(agent, subject, template):
    with agent.reading():
        text = render_to_string(template, {"agent": agent, "link": link_for(agent)})
    try:
        EmailMessage(str(subject), text, settings.DEFAULT_FROM_EMAIL, [agent.email]).send()
    except SMTPRecipientsRefused:
        logger.warning("The mail server refuses the address of agent %s", agent.pk)
