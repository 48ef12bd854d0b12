"""A merged customer: the same person has written to another Page, or under another id to the same Page.

Each customer keeps a conversation, to which replies go. The panel of each shows what is known of all.
"""

import uuid
from contextlib import contextmanager
from typing import Any, ClassVar

from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction
from django.utils.translation import gettext_lazy as _

TURN = 5_290_003  # of PostgreSQL's advisory locks: one merge or split at a time


class MergedCustomerQuerySet(models.QuerySet):
    def with_customer(self, customer):
        """Filter to this customer and all who are merged with them."""
        return self.filter(group__in=self.filter(customer=customer).values("group"))

    def siblings(self, conversation, agent):
        """Return the conversations with customers who are merged with this one's, as far as the agent may see them."""
        if not self.filter(customer=conversation.customer_id).exists():
            return []
        merged = self.with_customer(conversation.customer_id).values("customer")
        visible = type(conversation).objects.visible_to(agent).filter(customer__in=merged).exclude(pk=conversation.pk)
        return list(
            visible.with_page()
            .select_related("customer__merged__by")
            .prefetch_related("customer__labels")
            .order_by("pk")
        )

    def merge(self, conversation, other, agent):
        """Merge the customers of both conversations, and all who were merged with either."""
        with _turn():
            group = self._group_of(other.customer_id) or self._group_of(conversation.customer_id) or uuid.uuid4()
            self.with_customer(conversation.customer_id).update(group=group)
            for customer_id in (conversation.customer_id, other.customer_id):
                self.get_or_create(customer_id=customer_id, defaults={"group": group, "by": agent})
            self._publish(group)

    def split(self, conversation):
        """Split the customer of this conversation from all others.

        A single customer who is left over is not merged any more.
        """
        with _turn():
            group = self._group_of(conversation.customer_id)
            self._publish(group)
            self.filter(customer=conversation.customer_id).delete()
            if self.filter(group=group).count() == 1:
                self.filter(group=group).delete()

    def _group_of(self, customer_id):
        return self.filter(customer=customer_id).values_list("group", flat=True).first()

    def _publish(self, group):
        """Publish the change to the open panels of all these customers."""
        merged = self.filter(group=group).values("customer")
        for conversation in apps.get_model("console.Conversation").objects.filter(customer__in=merged):
            conversation.publish_change(is_listed=False, has_other_headline=True)


class MergedCustomer(models.Model):
    customer = models.OneToOneField(
        "console.Customer", models.CASCADE, primary_key=True, related_name="merged", verbose_name=_("customer")
    )
    group = models.UUIDField(_("group"), db_index=True)  # the same for all who are the same
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by whom"))
    at = models.DateTimeField(_("when"), auto_now_add=True)

    objects: ClassVar[Any] = MergedCustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("merged customer")
        verbose_name_plural = _("merged customers")

    def __str__(self):
        return f"{self.customer_id} {self.group}"


@contextmanager
def _turn():
    """Begin a transaction in which nobody else merges or splits."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TURN])
        yield
