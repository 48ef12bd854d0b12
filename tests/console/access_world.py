"""A Page with one of everything, its agents in every role, and the agents of another Page."""

import uuid

from django.core.files.base import ContentFile

from agents.models import Agent
from console.models import (
    ApiKey,
    Attachment,
    BotEvent,
    CannedFile,
    CannedReply,
    Customer,
    CustomerExport,
    CustomField,
    DeletionRequest,
    Erasure,
    HandoverRules,
    InboundWebhook,
    Label,
    SavedTemplate,
    SavedView,
    Team,
)
from console.roles import ROLES
from personas.models import Page, Persona
from tests.conftest import PAGE_ID, PASSWORD, TOKEN, in_role, known_customer, restrict
from tests.console.every_address import everything

KEYS = [None, *ROLES]  # None: without a role
STAFF = {"supervisor", "admin", "analyst"}


class World:
    """Everything that an address may name. things: the keys, by the names in addresses. One agent has written all."""

    def __init__(self):
        self.page, self.other = _page(PAGE_ID, "Bluebird Tea"), _page("9", "Pots")
        tea, pots = restrict(self.page, "tea"), restrict(self.other, "pots")
        self.agents, self.strangers = ([_agent(key, group) for key in KEYS] for group in (tea, pots))
        self.superuser = Agent.objects.create_superuser("ada", password=PASSWORD)
        self.conversation = known_customer(self.page, "4711", name="Mona").conversation
        self.conversation.take(self.agents[0])
        self.things = everything(self.conversation, self.agents[0], self.agents[0])
        self.things |= self._rows(tea) | {"sections": "waiting", "queue": "waiting"}
        self.things["export_pk"] = CustomerExport.objects.create(
            customer=self.conversation.customer, by=self.superuser, file="gone.zip"
        ).pk
        self.things["code"] = DeletionRequest.objects.get().code
        for shared in (CannedReply, SavedTemplate, SavedView):
            shared.objects.update(scope="page", page=self.page)
        CustomField.objects.update(page=self.page)
        self._add_files()

    def _add_files(self):
        """Give everybody a picture whose file is gone, for which initials are shown, and store the other files."""
        Agent.objects.update(picture="gone.png")
        Customer.objects.update(picture="gone.png")
        Persona.objects.update(picture="gone.png")
        Page.objects.update(bot_name="Robin", bot_picture="gone.png")
        for kind, key in ((Attachment, "attachments"), (CannedFile, "files")):
            kind.objects.get(pk=self.things[key]).file.save("tea.txt", ContentFile(b"tea"))

    def _rows(self, group):
        """Return the keys of the rows that the administration shows, by the name of their model."""
        of_page = {"page": self.page}
        HandoverRules.objects.create(**of_page, webhook_url="https://bot.example/")
        ApiKey.objects.make(self.page, "Robin")
        team = Team.objects.create(name="Refunds")
        team.pages.add(self.page)
        own = {
            "is_by_bot": True,
            "is_incoming": False,
            "state": "queued",
            "at": self.conversation.held_since,
            "revision": 1,
        }
        self.conversation.messages.create(**of_page, **own, text="Hello", idempotency_key=uuid.UUID(int=1))
        rows = [
            *[self.agents[1], self.page, self.conversation, team, group, ApiKey.objects.get()],
            BotEvent.objects.create(**of_page, conversation=self.conversation, kind="event", body="{}"),
            *[InboundWebhook.objects.create(body="{}"), Label.objects.create(**of_page, name="VIP")],
            *[CannedReply.objects.get(), SavedTemplate.objects.get(), SavedView.objects.get()],
            *[CustomField.objects.get(), Persona.objects.get(), self.agents[1].groups.exclude(role=None).get().role],
            Erasure.objects.create(page=self.page, source="admin", state="done"),
            DeletionRequest.objects.create(user_id="218471"),
        ]
        return {row._meta.model_name: row.pk for row in rows}


def _page(page_id, name):
    return Page.objects.create(page_id=page_id, token=TOKEN, name=name, state=Page.State.CONNECTED)


def _agent(key, group):
    username = f"{key or 'without'}-{group.name}"
    agent = Agent.objects.create_user(username, password=PASSWORD, is_present=True, is_staff=key in STAFF)
    agent.groups.add(group)
    return in_role(agent, key) if key else agent
