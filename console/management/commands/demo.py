"""Create a small team and a few conversations to try, with the sandbox in Facebook's place. Safe to repeat."""

import time
import uuid

import requests
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from agents.models import Agent
from console.infrastructure import start_up_checks
from console.infrastructure.start_up_checks import example_credentials
from console.models import ApiKey, Conversation, HandoverRules, Holder
from personas.models import Page

PAGE_ID, TOKEN = "102030405060708", "EAASANDBOXPAGETOKEN"  # as the sandbox has them
PAGE = {"token": TOKEN, "name": "Bluebird Tea", "bot_name": "Robin"}
PATIENCE = 20  # s for the workers

PEOPLE = [  # example_credentials.py has their names too
    ("ana", {"first_name": "Ana", "last_name": "Ruiz"}),
    ("ben", {"first_name": "Ben", "last_name": "Okafor"}),
    ("admin", {"first_name": "Ada", "last_name": "Lindt", "is_staff": True, "is_superuser": True}),
]
PICTURE = {"attachment": {"type": "image", "url": "/_sandbox/sample.png"}}  # one that the sandbox has
CUSTOMERS = [
    ("Mona Weber", ["Hi! My parcel should have come on Tuesday.", "Order 4711. Can you see where it is?"]),
    ("Jonas Brandt", ["Do you ship to Switzerland?", "A human, please: it will be a large order."]),
    ("Priya Natarajan", ["The blue teapot arrived with a crack in the lid :(", PICTURE]),
    ("Luc Moreau", ["Is the tasting on Saturday still on?"]),
    ("Sofia Rossi", ["Thank you, it all works now!"]),
    ("Emil Novak", ["When are you open on Saturdays?"]),
]


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--bot", help="connect the example bot at this address")
        parser.add_argument("--key", help="the API key of the example bot")
        parser.add_argument(
            "--end", action="store_true", help="remove the demo's passwords and API key, and all example secrets"
        )

    def handle(self, bot=None, key=None, end=False, **options):
        if end:
            return self._end()
        if start_up_checks.is_production(settings.PUBLIC_URL, settings.ALLOWED_HOSTS):
            raise CommandError("The demo is for trials only: its passwords are public, and one is an admin's.")
        agents = {username: self._agent(username, fields) for username, fields in PEOPLE}
        page = self._page()
        if bot:
            self._connect(page, bot, key)
        if not page.conversations.exists():
            self._converse(agents, has_bot=bool(bot))

    def _end(self):
        example_credentials.end()
        self.stdout.write(
            "All example credentials are removed. `python manage.py changepassword NAME` gives a log-in of the demo"
            " a new password, `createsuperuser` creates another admin. Enter removed access tokens again."
        )

    def _agent(self, username, fields):
        agent, is_new = Agent.objects.get_or_create(username=username, defaults=fields)
        if is_new:
            agent.set_password(example_credentials.PASSWORD)
            agent.save()
        return agent

    def _page(self):
        page, is_new = Page.objects.get_or_create(page_id=PAGE_ID, defaults=PAGE)
        if is_new:
            page.verify_later()
        return page

    def _connect(self, page, bot, secret):
        """Connect a bot as an admin would: with rules and an API key."""
        addresses = {"webhook_url": bot, "holder_url": bot, "holder_secret": settings.FACEBOOK_APP_SECRET}
        HandoverRules.objects.update_or_create(page=page, defaults=addresses)
        key = ApiKey(page=page, name="Robin")
        key.set_secret(secret)
        if not ApiKey.objects.filter(digest=key.digest).exists():
            key.save()

    def _converse(self, agents, has_bot):
        conversations = [self._write(name, lines, has_bot) for name, lines in CUSTOMERS]
        _mona, _jonas, priya, luc, sofia, _emil = conversations
        self._answer(priya, agents["ana"], "Oh no! I am sorry. A new lid goes out to you today.")
        self._answer(luc, agents["ben"], "It is, from 3 pm. Shall I put you on the list?")
        self._answer(sofia, agents["ana"], "Lovely. Enjoy your tea!")
        sofia.close(agents["ana"])

    def _write(self, name, lines, has_bot):
        psid = self._sandbox("customers", {"name": name})["psid"]
        for number, line in enumerate(lines, start=1):
            self._sandbox(f"customers/{psid}/send", {"text": line} if isinstance(line, str) else line)
            conversation = self._wait_for(name, psid, number, has_bot)
        return conversation

    def _wait_for(self, name, psid, lines, has_bot):
        """Wait until the webhooks are processed and the bot has answered or handed over. Return the conversation."""
        for _tenth in range(PATIENCE * 10):
            conversation = Conversation.objects.filter(customer__psid=psid).first()
            if conversation and self._is_through(conversation, lines, has_bot):
                return conversation
            time.sleep(0.1)
        missing = "the example bot" if has_bot and conversation else "the console, a worker and the sandbox"
        raise CommandError(f"The messages of {name} were not processed: is {missing} running?")

    def _is_through(self, conversation, lines, has_bot):
        waits_for_bot = has_bot and conversation.holder == Holder.BOT and conversation.waiting_since
        return conversation.messages.filter(is_incoming=True).count() >= lines and not waits_for_bot

    def _answer(self, conversation, agent, text):
        conversation.take(agent)
        conversation.send(author=agent, text=text, idempotency_key=uuid.uuid4())

    def _sandbox(self, path, body):
        try:
            response = requests.post(f"{settings.GRAPH_API_URL}/_sandbox/{path}", json=body, timeout=10)
            response.raise_for_status()
        except requests.RequestException as error:
            raise CommandError("The sandbox does not answer: set GRAPH_API_URL to its address.") from error
        return response.json()
