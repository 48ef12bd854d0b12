"""Conditions on documents by the operators of a query."""

from django.db.models import Exists, OuterRef, Q

from agents.models import Agent
from console.models import Attachment, Conversation, Holder

KINDS = {"picture": ["image"], "file": ["file", "audio", "video"], "link": ["fallback", "share"]}


def narrow(documents, query, pages, conversation):
    """Filter by the operators about conversations, to which the path `conversation` leads."""
    documents = documents.filter(page__in=[page.pk for page in pages if _is_named(page, query.values("page"))])
    for state in query.values("is"):
        documents = documents.filter(_in_state(state, conversation))
    for name in query.values("team"):
        documents = documents.filter(**{f"{conversation}__team__name__icontains": name})
    for name in query.values("label"):
        labelled = Q(labels__name__icontains=name) | Q(customer__labels__name__icontains=name)
        documents = documents.filter(**{f"{conversation}__in": Conversation.objects.filter(labelled).values("pk")})
    for name in query.values("with"):
        documents = documents.filter(**{f"{conversation}__customer__name__icontains": name})
    return documents


def narrow_said(documents, query):
    """Filter by the operators about messages: author, time, attachments."""
    for name in query.values("from"):
        documents = documents.filter(_said_by(name))
    for content in query.values("has"):
        documents = documents.filter(_has(content))
    for moment in query.values("before"):
        documents = documents.filter(at__lt=moment)
    for moment in query.values("after"):
        documents = documents.filter(at__gte=moment)
    return documents


def _is_named(page, names):
    return all(name.lower() in str(page).lower() or name == page.page_id for name in names)


def _in_state(state, conversation):
    found = Q(**{f"{conversation}__closed_at__isnull": state != "closed"})
    return found & Q(**{f"{conversation}__holder": Holder.QUEUE}) if state == "waiting" else found


def _said_by(name):
    """Return the condition for documents that an agent, the bot or a customer of this name said."""
    agents = Agent.objects.all()
    for word in name.split():
        known = Q(first_name__istartswith=word) | Q(last_name__istartswith=word) | Q(username__iexact=word)
        agents = agents.filter(known)
    by_agent = Q(message__author__in=agents.values("pk")) | Q(note__author__in=agents.values("pk"))
    by_customer = Q(message__is_incoming=True, conversation__customer__name__icontains=name)
    by_bot = Q(message__is_by_bot=True) if name.lower() == "bot" else Q()
    return by_agent | by_customer | by_bot


def _has(content):
    attached = Attachment.objects.filter(message=OuterRef("message"), kind__in=KINDS[content])
    is_attached = Q(Exists(attached))
    return is_attached | Q(kind="message", message__text__iregex="https?://") if content == "link" else is_attached
