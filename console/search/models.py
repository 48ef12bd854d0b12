"""The search index: a document for each message, note, file and customer, with its words. Triggers keep it."""

from typing import Any, ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from console.search.indexing import TRIGGERS
from console.wording.payloads import spoken_words


class Kind(models.TextChoices):
    MESSAGE = "message"
    NOTE = "note"
    FILE = "file"
    CUSTOMER = "customer"


SAID = ~Q(kind=Kind.CUSTOMER)
PENDING_KIB = 256  # of new documents in an index that are not sorted in yet: every search reads them all


class SearchDocumentQuerySet(models.QuerySet):
    def said(self):
        return self.filter(SAID)

    def customers(self):
        return self.filter(kind=Kind.CUSTOMER)

    def newest_first(self):
        return self.order_by("-at", "-pk")

    def behind(self, place):
        """Filter to the documents after this place, the newest first; None is the beginning."""
        if place is None:
            return self
        at, pk = place
        return self.filter(Q(at__lt=at) | Q(pk__lt=pk), at__lte=at)


def _key(to):
    """Return a foreign key without a constraint, which would be checked for each new row. Triggers keep it valid."""
    return models.ForeignKey(to, models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+")


def _key_index(name):
    return models.Index(fields=[name], condition=Q(**{f"{name}__isnull": False}), name=f"search_document_{name}")


class SearchDocument(models.Model):
    message_id: int | None
    note_id: int | None
    attachment_id: int | None
    customer_id: int | None
    conversation_id: int | None

    kind = models.CharField(max_length=8, choices=Kind)
    page = models.ForeignKey("personas.Page", models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    conversation = _key("console.Conversation")
    message = _key("console.Message")  # also of a file
    note = _key("console.Note")
    attachment = _key("console.Attachment")
    customer = _key("console.Customer")
    at = models.DateTimeField()
    vector = SearchVectorField()

    objects: ClassVar[Any] = SearchDocumentQuerySet.as_manager()

    class Meta:
        constraints = TRIGGERS
        indexes = [
            GinIndex("vector", name="search_said", condition=SAID, gin_pending_list_limit=PENDING_KIB),
            GinIndex("vector", name="search_customers", condition=Q(kind=Kind.CUSTOMER)),
            models.Index(fields=["-at", "-id"], condition=SAID, name="search_newest"),
            *map(_key_index, ["message", "note", "attachment", "customer"]),
        ]

    def __str__(self):
        return f"{self.kind} {self.pk}"

    @property
    def place(self):
        """Return its place in the order of the newest, for an address."""
        return f"{int(self.at.timestamp() * 1_000_000)}-{self.pk}"

    @property
    def key(self):
        """Return the key of its message, note or file."""
        return {Kind.MESSAGE: self.message_id, Kind.NOTE: self.note_id, Kind.FILE: self.attachment_id}[self.kind]

    def text_of(self, row):
        """Return the text of its message, note or file."""
        return " ".join([row.file_name, *spoken_words(row.payload)]) if self.kind == Kind.FILE else row.text
