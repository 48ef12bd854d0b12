"""The cast: twenty agents with sessions and personas, one Page, its customers, and the texts of all."""

import itertools
import time
import uuid
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils import timezone

from agents.models import Agent
from console.infrastructure.sessions import SessionStore
from console.models import Conversation, Customer, Message
from messenger import webhook_signature
from personas.models import Page
from tests.bench.client import request

PAGE_ID = "102030405060708"
AGENTS = 20
CSRF = "a" * 32
BACKEND = "django.contrib.auth.backends.ModelBackend"
BODY = (
    '{"object":"page","entry":[{"id":"%s","time":%d,"messaging":[{"sender":{"id":"%s"},"recipient":{"id":"%s"},'
    '"timestamp":%d,"message":{"mid":"m_%s","text":"%s"}}]}]}'
)

_numbers = itertools.count(1)


class Cast:
    """The rows of one Page. `cookies[i]` belongs to `agents[i]`; agent `n % AGENTS` holds conversation number n."""

    def __init__(self, conversations):
        self.page = Page.objects.create(
            page_id=PAGE_ID, token="a token", name="Bluebird Tea", state=Page.State.CONNECTED
        )
        self.agents = [_agent(number) for number in range(AGENTS)]
        self.cookies = [_session(agent) for agent in self.agents]
        for number, agent in enumerate(self.agents, 1):
            agent.personas.create(
                page=self.page, name=agent.public_name, graph_id=f"{number}", published_at=timezone.now()
            )
        self.conversations = []
        self.grow(conversations)

    def hire(self, most):
        """Add agents until there are at least so many. Those beyond the first twenty hold nothing."""
        for number in range(len(self.agents), most):
            self.agents.append(_agent(number))
            self.cookies.append(_session(self.agents[-1]))

    def grow(self, most):
        """Add conversations until there are at least so many."""
        there, now = len(self.conversations), timezone.now()
        customers = Customer.objects.bulk_create(
            Customer(page=self.page, psid=f"{10**15 + number}", name=f"Customer {number}", profile_at=now)
            for number in range(there, most)
        )
        self.conversations += Conversation.objects.bulk_create(
            Conversation(
                page=self.page,
                customer=customer,
                holder="agent",
                agent=self.agents[number % AGENTS],
                last_at=now,
                last_words=self.text()[:200],
            )
            for number, customer in enumerate(customers, there)
        )

    def talk(self, conversation, length):
        """Give a conversation so many messages, question and answer in turns."""
        now = timezone.now()
        Message.objects.bulk_create(
            Message(
                conversation=conversation,
                page=self.page,
                author=None if number % 2 else conversation.agent,
                is_incoming=bool(number % 2),
                state=Message.State.RECEIVED if number % 2 else Message.State.READ,
                text=self.text(),
                mid=f"m_{conversation.pk}_{number}",
                at=now - timedelta(minutes=length - number),
                revision=number,
            )
            for number in range(1, length + 1)
        )
        conversation.revision = length
        conversation.save()

    @contextmanager
    def spread(self):
        """Have a quarter of the conversations wait, and a quarter closed, for a while."""
        now, keys = timezone.now(), [conversation.pk for conversation in self.conversations]
        Conversation.objects.filter(pk__in=keys[1::4]).update(holder="queue", agent=None, waiting_since=now, unread=1)
        Conversation.objects.filter(pk__in=keys[3::4]).update(
            holder="queue", agent=None, closed_at=now, waiting_since=None, unread=0
        )
        try:
            yield
        finally:
            for conversation in [*self.conversations[1::4], *self.conversations[3::4]]:
                there = Conversation.objects.filter(pk=conversation.pk)
                there.update(holder="agent", agent=conversation.agent, closed_at=None, waiting_since=None, unread=0)

    def learn_revisions(self, conversations):
        """Read the current revision of each conversation, as a browser that shows it would know it."""
        there = Conversation.objects.in_bulk([conversation.pk for conversation in conversations])
        for conversation in conversations:
            conversation.revision = there[conversation.pk].revision

    def text(self):
        """Return a text that was not used before."""
        return f"Where is my parcel {next(_numbers)}? It should have come on Tuesday."

    def webhook(self, conversation, text, port):
        now = int(time.time() * 1000)
        body = (BODY % (PAGE_ID, now, conversation.customer.psid, PAGE_ID, now, uuid.uuid4().hex, text)).encode()
        return request(
            "POST",
            "/webhooks/messenger",
            host=f"127.0.0.1:{port}",
            body=body,
            Content_Type="application/json",
            X_Hub_Signature_256=webhook_signature.sign(body, settings.FACEBOOK_APP_SECRET),
        )

    def webhooks(self, number, port):
        """Return so many webhook requests, spread over all conversations."""
        return [
            self.webhook(conversation, self.text(), port)
            for conversation in itertools.islice(itertools.cycle(self.conversations), number)
        ]

    def get(self, path, agent, port, **headers):
        return request("GET", path, host=f"127.0.0.1:{port}", Cookie=self.cookies[agent], **headers)

    def press_send(self, conversation, text, port):
        agent = self.conversations.index(conversation) % AGENTS
        path = f"/conversations/{conversation.pk}/send/"
        return self.press(path, agent, port, text=text, idempotency_key=uuid.uuid4())

    def press(self, path, agent, port, **fields):
        """Return the request of a button or a form."""
        return request(
            "POST",
            path,
            host=f"127.0.0.1:{port}",
            body=urlencode(fields).encode(),
            Content_Type="application/x-www-form-urlencoded",
            Cookie=self.cookies[agent],
            X_CSRFToken=CSRF,
            HX_Request="true",
        )

    def queue_replies(self, number, conversations=None):
        """Store so many replies as Send does, without telling a worker; return their texts."""
        now = timezone.now()
        replies = [
            Message(
                conversation=conversation,
                page=self.page,
                author=conversation.agent,
                is_incoming=False,
                state=Message.State.QUEUED,
                text=self.text(),
                at=now,
                revision=0,
            )
            for conversation in itertools.islice(itertools.cycle(conversations or self.conversations), number)
        ]
        Message.objects.bulk_create(replies, batch_size=1000)
        return [reply.text for reply in replies]


def _agent(number):
    return Agent.objects.create(
        username=f"agent{number}", first_name=f"Agent{number}", last_name="Ruiz", is_present=True
    )


def _session(agent):
    session = SessionStore()
    session[SESSION_KEY] = str(agent.pk)  # as Django's login() does, from which the log-in has its age
    session[BACKEND_SESSION_KEY], session[HASH_SESSION_KEY] = BACKEND, agent.get_session_auth_hash()
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}; csrftoken={CSRF}"
