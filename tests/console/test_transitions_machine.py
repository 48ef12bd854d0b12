"""One holder, a true history and no forgotten customer, after any actions of agents, bot, customer and Facebook."""

import uuid
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import time_machine
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from agents.models import Agent
from console.models import BotEvent, Conversation, Customer, HandoverRules, Holder, Refused, Snooze, TakenByAnother
from messenger import events
from personas.models import Page
from tests.console.conftest import process

OURS, BOT, INBOX = "1517776481860111", "222333444555666", "263902037430900"
WHO = st.sampled_from(["ana", "ben", "ada"])
APPS = st.sampled_from([OURS, BOT, INBOX, "99"])
BEGIN = datetime(2026, 3, 2, 12, tzinfo=UTC)


@contextmanager
def undone():
    """Undo in the end all that is written."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class Transitions(RuleBasedStateMachine):
    """Each run begins at the same time with the same rows: its steps alone decide its course."""

    def __init__(self):
        super().__init__()
        self.run = ExitStack()
        self.run.enter_context(undone())
        self.clock = self.run.enter_context(time_machine.travel(BEGIN, tick=False))
        self.people = {agent.username: agent for agent in Agent.objects.all()}
        self.seen = dict.fromkeys(self.people, 0)  # the last message on the screen of each agent
        self.page = Page.objects.create(page_id="100000000000000", token="EAA", name="Bakery", is_open_to_all=False)
        bot = {"webhook_url": "http://127.0.0.1:9/bot", "bot_app_id": BOT}
        HandoverRules.objects.create(page=self.page, words="human", **bot)
        customer = Customer.objects.create(page=self.page, psid="1000000000000000")
        self.pk = Conversation.objects.create(page=self.page, customer=customer, holder=Holder.BOT).pk
        self.group = Group.objects.create(name="Bakers")
        self.page.groups.set([self.group])
        self.group.user_set.set(self.people.values())

    def teardown(self):
        self.run.close()

    @property
    def conversation(self):
        return Conversation.objects.get(pk=self.pk)

    def owner_event(self, kind, **fields):
        """An event as Facebook sends it."""
        at = int(timezone.now().timestamp() * 1000) + 1
        psid = self.conversation.customer.psid
        empty = dict.fromkeys(kind.__dataclass_fields__, "") | {"raw": {}, "is_standby": False}
        return kind(**empty | {"page_id": self.page.page_id, "psid": psid, "at": at} | fields)

    def receive(self, kind, **fields):
        process(self.owner_event(kind, **fields))

    # People

    def may_see(self, who):
        return Conversation.objects.visible_to(self.people[who]).filter(pk=self.pk).exists()

    @rule(who=WHO, verb=st.sampled_from(["take", "take_over", "reopen", "return_to_queue", "see"]))
    def press(self, who, verb):
        with suppress(Refused):
            getattr(self.conversation, verb)(self.people[who])

    @rule(who=WHO)
    def look(self, who):
        newest = self.conversation.messages.order_by("pk").last()
        self.seen[who] = newest.pk if newest else 0

    @rule(who=WHO, verb=st.sampled_from(["close", "hand_back"]))
    def let_go(self, who, verb):
        """Nobody lets go of what they have not seen."""
        with suppress(Refused):
            getattr(self.conversation, verb)(self.people[who], seen=self.seen[who], can_undo=True)
            assert not self.conversation.messages.filter(is_incoming=True, pk__gt=self.seen[who]).exists()

    @rule(who=st.sampled_from(["ana", "ben"]))
    def lose_the_page_or_get_it_back(self, who):
        self.people[who].groups.set([] if self.may_see(who) else [self.group])
        Conversation.objects.without_agent().return_to_queue()  # as the admin's form and the sweep do

    @rule(who=WHO, to=WHO)
    def transfer(self, who, to):
        with suppress(Refused):
            self.conversation.transfer(self.people[who], to=self.people[to], note="please", can_undo=True)

    @rule(who=WHO)
    def undo(self, who):
        agent = self.people[who]
        last = self.conversation.handovers.undoable_by(agent).in_order().last()
        if last and self.may_see(who):
            with suppress(Refused):
                self.conversation.undo(agent, last)
                assert self.conversation.is_held_by(agent)

    @rule(who=WHO, verb=st.sampled_from(["snooze", "end_snooze"]))
    def snooze_or_end_it(self, who, verb):
        with suppress(Refused):
            getattr(Snooze.objects, verb)(self.conversation, self.people[who])

    @rule()
    def the_moment_of_a_snooze_comes(self):
        Snooze.objects.update(until=timezone.now())
        Snooze.objects.end_due()

    @rule(who=st.sampled_from(["ana", "ben", "ada", None]))
    def send(self, who):
        """Send as anybody; only the holder succeeds."""
        agent, conversation = self.people.get(who), self.conversation
        may = conversation.is_held_by(agent)
        try:
            conversation.send(author=agent, text="Hello", idempotency_key=uuid.uuid4())
        except TakenByAnother:
            assert not may
        else:
            assert may

    @rule(who=WHO)
    def go_away_or_come_back(self, who):
        agent = self.people[who]
        agent.go_away() if agent.is_present else agent.come_back()

    @rule(who=WHO)
    def go_for_good_or_come_back(self, who):
        agent = self.people[who]
        if agent.is_active and not agent.is_last_admin:
            agent.leave()
        elif not agent.is_active:
            agent.return_to_team()

    # The bot

    @rule(is_down=st.booleans())
    def fail_or_be_well(self, is_down):
        until = timezone.now() + timedelta(minutes=1) if is_down else None
        HandoverRules.objects.filter(pk=self.page.pk).update(
            bot_down_until=until, bot_error="HTTP 502" if is_down else ""
        )
        if is_down:
            self.page.conversations.hand_over_unanswered("HTTP 502")

    @rule()
    def take_bot_events(self):
        if not HandoverRules.objects.get().is_bot_down:
            BotEvent.objects.all().delete()

    @rule(verb=st.sampled_from(["hand_over", "resume"]))
    def ask(self, verb):
        with suppress(Refused):
            getattr(self.conversation, verb)()

    @rule()
    def be_done(self):
        with suppress(Refused):
            self.conversation.close(None)

    # Facebook

    @rule(text=st.sampled_from(["Hi", "human"]), is_standby=st.booleans())
    def receive_customer_message(self, text, is_standby):
        fields = {"mid": uuid.uuid4().hex, "text": text, "attachments": (), "is_deleted": False}
        self.receive(events.Message, is_standby=is_standby, **fields)

    @rule(app_id=APPS, is_standby=st.booleans())
    def receive_echo(self, app_id, is_standby):
        fields = {"mid": uuid.uuid4().hex, "text": "From elsewhere", "attachments": ()}
        self.receive(events.Echo, app_id=app_id, is_standby=is_standby, **fields)

    @rule(
        kind=st.sampled_from([events.ThreadPassed, events.ThreadTaken]), new=st.sampled_from([OURS, BOT, INBOX, "99"])
    )
    def receive_owner(self, kind, new):
        event = self.owner_event(kind, previous_app_id=BOT, new_app_id=new, metadata="why")
        process(event)
        lines = self.conversation.handovers.count()
        process(event)
        assert self.conversation.handovers.count() == lines  # told twice is told once

    @rule()
    def facebook_controls(self):
        """Make all pending calls to Facebook, which may refuse them: the sandbox does not know this Page."""
        self.conversation.deliver()

    @rule()
    def facebook_refuses_a_reply(self):
        if message := self.conversation.messages.filter(state="queued").first():
            message.fail("No.")

    # Invariants

    @invariant()
    def time_goes_on(self):
        self.clock.shift(timedelta(seconds=1))

    @invariant()
    def every_unanswered_customer_is_in_somebodys_sight(self):
        assert not Conversation.objects.unattended().exists()

    @invariant()
    def the_history_leads_to_the_holder(self):
        conversation, lines = self.conversation, list(self.conversation.handovers.in_order())
        changes = [line for line in lines if line.is_change]
        for before, after in pairwise(changes):
            assert (before.to_holder, before.to_agent) == (after.from_holder, after.from_agent) or after.from_app
        if changes:
            assert (changes[-1].to_holder, changes[-1].to_agent) == (conversation.holder, conversation.agent)

    @invariant()
    def it_stands_in_one_part_of_the_queue(self):
        rows, ana = Conversation.objects.filter(pk=self.pk), self.people["ana"]
        parts = [
            rows.waiting_for(None),
            rows.held_by(ana),
            rows.in_section("snoozed", ana.pk),
            rows.in_section("others", ana.pk),
            rows.in_section("bot"),
            rows.closed(),
        ]
        assert [part.count() for part in parts].count(1) == 1

    @invariant()
    def what_is_set_aside_is_held_by_an_agent(self):
        conversation = self.conversation
        if conversation.is_snoozed or conversation.is_back:
            assert conversation.agent and conversation.is_open

    @invariant()
    def whoever_waits_for_people_waits_since_some_time(self):
        """Nobody is called for without a place in the queue."""
        conversation = self.conversation
        last = conversation.handovers.in_order().last()
        if last and last.cause in ("asked", "handed-over"):
            assert conversation.waiting_since


def test_random_actions_leave_one_holder_and_a_matching_history(sandbox, ana, ben, ada, settings):
    settings.FACEBOOK_APP_ID = OURS
    play()


def play():
    run_state_machine_as_test(
        Transitions,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
