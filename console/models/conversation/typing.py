"""Typing dots: a courtesy to the customer that never stands in the way of a message."""

from contextlib import suppress

from kombu.exceptions import OperationalError

from console import tasks
from console.models.conversation import typing_dots
from console.models.conversation.holding import Holding
from messenger import GraphError

EXPIRES = 5  # s after which the call is useless
TIMEOUT = 3  # s


class Typing(Holding):
    """The slice of a Conversation that shows who is typing."""

    class Meta:
        abstract = True

    def start_typing(self, agent):
        """Show the dots, if the agent may answer."""
        if self.is_held_by(agent) and typing_dots.start(self.pk):
            _show_soon(self, agent, is_on=True)

    def stop_typing(self, agent):
        """Stop the dots, also of an agent who has just given the conversation away."""
        if typing_dots.stop(self.pk):
            _show_soon(self, agent, is_on=False)

    def show_typing(self, agent, is_on):
        """Make the call, as the agent's persona. Dots are a courtesy: a failure is ignored."""
        if self.page.is_paused or self.page.is_slowed:
            return
        persona = self.page.personas.for_agent(agent, self.page)
        persona.publish()
        is_wanted = not is_on or typing_dots.are_wanted(self.pk)
        if is_wanted and (persona.is_usable or persona.is_refused):
            with suppress(GraphError):
                action, client = "typing_on" if is_on else "typing_off", self.page.client(timeout=TIMEOUT)
                client.sender_action(self.customer.psid, action, persona_id=persona.graph_id or None)


def _show_soon(conversation, agent, is_on):
    with suppress(OperationalError):  # without Redis there are no indicators
        tasks.show_typing.apply_async([conversation.pk, agent.pk, is_on], expires=EXPIRES, retry=False)
