"""A small team and a few conversations to look at, with the sandbox in Facebook's place. Safe to repeat."""

import time
import uuid

import requests
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from agents.models import Agent
from console.models import Conversation
from personas.models import Page

PASSWORD = "handover-demo"  # noqa: S105  (printed by bin/dev; no other command makes these log-ins)
PAGE_ID, TOKEN = "102030405060708", "EAASANDBOXPAGETOKEN"  # the sandbox's own
PATIENCE = 20  # s for the workers

PEOPLE = [
    ("ana", {"first_name": "Ana", "last_name": "Ruiz"}),
    ("ben", {"first_name": "Ben", "last_name": "Okafor"}),
    ("admin", {"first_name": "Ada", "last_name": "Lindt", "is_staff": True, "is_superuser": True}),
]
PICTURE = {"attachment": {"type": "image", "url": "/_sandbox/sample.png"}}  # one that the sandbox has
CUSTOMERS = [
    ("Mona Weber", ["Hi! My parcel should have come on Tuesday.", "Order 4711. Can you see where it is?"]),
    ("Jonas Brandt", ["Do you ship to Switzerland?"]),
    ("Priya Natarajan", ["The blue teapot arrived with a crack in the lid :(", PICTURE]),
    ("Luc Moreau", ["Is the tasting on Saturday still on?"]),
    ("Sofia Rossi", ["Thank you, it all works now!"]),
]


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options):
        agents = {username: self._agent(username, fields) for username, fields in PEOPLE}
        page = self._page()
        if not page.conversations.exists():
            self._converse(page, agents)

    def _agent(self, username, fields):
        agent, is_new = Agent.objects.get_or_create(username=username, defaults=fields)
        if is_new:
            agent.set_password(PASSWORD)
            agent.save()
        return agent

    def _page(self):
        page, is_new = Page.objects.get_or_create(page_id=PAGE_ID, defaults={"token": TOKEN, "name": "Bluebird Tea"})
        if is_new:
            page.verify_later()
        return page

    def _converse(self, page, agents):
        for name, lines in CUSTOMERS:
            self._write(name, lines)
        _mona, _jonas, priya, luc, sofia = (self._wait_for(name, len(lines)) for name, lines in CUSTOMERS)
        self._answer(priya, agents["ana"], "Oh no! I am sorry. A new lid goes out to you today.")
        self._answer(luc, agents["ben"], "It is, from 3 pm. Shall I put you on the list?")
        self._answer(sofia, agents["ana"], "Lovely. Enjoy your tea!")
        sofia.close(agents["ana"])

    def _write(self, name, lines):
        psid = self._sandbox("customers", {"name": name})["psid"]
        for line in lines:
            self._sandbox(f"customers/{psid}/say", {"text": line} if isinstance(line, str) else line)

    def _wait_for(self, name, messages):
        """Until Facebook's webhooks have come and a worker has read them."""
        for _second in range(PATIENCE * 10):
            conversation = Conversation.objects.filter(customer__name=name).first()
            if conversation and conversation.messages.count() >= messages:
                return conversation
            time.sleep(0.1)
        raise CommandError(f"What {name} wrote has not come: are the console, a worker and the sandbox running?")

    def _answer(self, conversation, agent, text):
        conversation.take(agent)
        conversation.send(author=agent, text=text, key=uuid.uuid4())

    def _sandbox(self, path, body):
        try:
            response = requests.post(f"{settings.GRAPH_API_URL}/_sandbox/{path}", json=body, timeout=10)
            response.raise_for_status()
        except requests.RequestException as error:
            raise CommandError("The sandbox does not answer: GRAPH_API_URL must be its address.") from error
        return response.json()
