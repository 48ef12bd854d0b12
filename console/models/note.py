"""A private note: what agents write to each other in a conversation. It is no Message, so nothing ever sends it."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Prefetch
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from console.models.conversation.thread_order import next_moment
from console.models.mention import Mention, mentioned_in
from console.models.refusals import KeyInUse, Refused
from console.models.timeline import TimelineQuerySet


class NoteDeleted(Refused):
    """The author has deleted the note, perhaps on another device."""

    def __init__(self):
        super().__init__(gettext("This note has been deleted meanwhile."))


class NoteQuerySet(TimelineQuerySet):
    def add(self, conversation, author, text, idempotency_key):
        """Add a note at the end of the thread. The same idempotency key twice is the same note."""
        with conversation.raising_revision(is_listed=False) as revision:
            fields = {"text": text, "at": next_moment(conversation), "revision": revision}
            note, is_new = self.get_or_create(
                idempotency_key=idempotency_key, defaults={"conversation": conversation, "author": author, **fields}
            )
            if is_new:
                note.mention_colleagues()
        if (note.conversation_id, note.author_id) != (conversation.pk, author.pk):
            raise KeyInUse(gettext("Another note has this key: choose a new one for each."))
        return note

    def written_by(self, agent):
        """Filter to the notes that this agent may edit or delete."""
        return self.filter(author=agent)

    def for_thread(self):
        mentions = Mention.objects.select_related("agent")
        return self.select_related("author").prefetch_related(Prefetch("mentions", mentions))


class Note(models.Model):
    author_id: int
    conversation_id: int

    conversation = models.ForeignKey("console.Conversation", models.PROTECT, related_name="notes", db_index=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="notes", verbose_name=_("author"))
    text = models.TextField(_("text"))
    is_edited = models.BooleanField(_("edited"), default=False)
    is_deleted = models.BooleanField(_("deleted"), default=False)
    at = models.DateTimeField(_("when"))  # its place in the thread
    revision = models.BigIntegerField(editable=False)  # the conversation's when this last changed
    idempotency_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    objects: ClassVar[Any] = NoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        indexes = [
            models.Index(fields=["conversation", "at", "id"], name="note_thread"),
            models.Index(fields=["conversation", "revision"], name="note_changes"),
        ]

    def __str__(self):
        return self.text[:60]

    @property
    def place(self):
        """Return a text that sorts, like a message's, where it stands in the thread."""
        return f"{int(self.at.timestamp() * 1_000_000):017d}-n{self.pk:012d}"

    def edit(self, text):
        """Change what it says. Raises NoteDeleted if that is gone."""
        self._change(text=text, is_edited=True)

    def delete_text(self):
        """Delete what it says. A thin line stays in its place."""
        self._change(text="", is_deleted=True)

    def check_there(self):
        if self.is_deleted:
            raise NoteDeleted

    def mention_colleagues(self):
        """Mention the colleagues whom the text names, of those who may see the conversation."""
        colleagues = list(self.conversation.page.agents().exclude(pk=self.author_id)) if "@" in self.text else []
        Mention.objects.renew(self, mentioned_in(self.text, colleagues))

    def _change(self, **fields):
        with self.conversation.raising_revision(is_listed=False) as self.revision:
            self.refresh_from_db(fields=["is_deleted"])
            self.check_there()
            for name, value in fields.items():
                setattr(self, name, value)
            self.save(update_fields=[*fields, "revision"])
            self.mention_colleagues()
