"""A mention: a note names a colleague with an @. It stays in their queue until they open the conversation."""

import re
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agents.names import plain
from console import live
from console.calls.news import Item, News, announce


class MentionQuerySet(models.QuerySet):
    def unseen(self):
        return self.filter(seen_at=None)

    def renew(self, note, agents):
        """Mention these agents in a note, and nobody else. An agent who has seen the mention before has seen it."""
        known, wanted = {mention.agent_id for mention in note.mentions.all()}, {agent.pk for agent in agents}
        self.filter(note=note, agent__in=known - wanted).delete()
        self.bulk_create([self.model(note=note, agent_id=pk) for pk in sorted(wanted - known)])
        announce([Item(note.conversation_id, News.MENTION, agent_id) for agent_id in sorted(wanted - known)])
        _publish(note.conversation_id, known | wanted)  # whose rows show the text

    def see(self, conversation, agent):
        """Note that an agent has opened a conversation."""
        found = self.unseen().filter(note__conversation=conversation, agent=agent)
        if found.update(seen_at=timezone.now()):
            _publish(conversation.pk, [agent.pk])

    def with_notes(self):
        """Return them with their notes, the newest last."""
        return self.select_related("note__author").order_by("note__at", "note")

    def count_by_agent(self):
        """Return (Page, agent, number of conversations) of the unseen mentions."""
        found = self.unseen().order_by().values_list("note__conversation__page_id", "agent_id")
        return found.annotate(number=Count("note__conversation", distinct=True))


class Mention(models.Model):
    agent_id: int

    note = models.ForeignKey("console.Note", models.CASCADE, related_name="mentions", db_index=False)
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="mentions", db_index=False, verbose_name=_("agent")
    )
    seen_at = models.DateTimeField(_("seen"), null=True)

    objects: ClassVar[Any] = MentionQuerySet.as_manager()

    class Meta:
        verbose_name = _("mention")
        verbose_name_plural = _("mentions")
        constraints = [models.UniqueConstraint(fields=["note", "agent"], name="one_mention_per_note_and_agent")]
        indexes = [models.Index(fields=["agent", "note"], condition=Q(seen_at=None), name="mention_unseen")]

    def __str__(self):
        return f"@{self.agent}"


def notes_by_row(mentions):
    """Return {(agent's key, conversation's key): the note that the row of the agent shows}."""
    return {(mention.agent_id, mention.note.conversation_id): mention.note for mention in mentions}


def mention_name(agent):
    """Return the name by which a note mentions an agent."""
    return plain(str(agent))


def mention_pattern(agents):
    """Return a pattern with one group that finds these agents in a text; the longest name wins."""
    names = {name for agent in agents for name in (mention_name(agent), agent.username)}
    longest_first = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.compile(rf"(?<![\w@])@({longest_first})(?!\w)", re.IGNORECASE)


def mentioned_in(text, agents):
    """Return the agents whom a text names with an @."""
    found = {name.lower() for name in mention_pattern(agents).findall(text)} if agents else set()
    return [agent for agent in agents if {mention_name(agent).lower(), agent.username.lower()} & found]


def _publish(conversation_id, agents):
    if agents:
        topics = [f"mention-{agent_id}-{conversation_id}" for agent_id in agents]
        live.publish(f"conversation-{conversation_id}", "queue", *topics)
