"""Custom fields, and the values that customers have in them."""

from typing import Any, ClassVar
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Prefetch, Q
from django.utils.translation import gettext_lazy as _

from console import live
from console.custom_fields.kinds import MOST_TEXT, PLACE, Kind, cleaned


class CustomFieldQuerySet(models.QuerySet):
    def on(self, page):
        """Filter to the fields of this Page's customers."""
        return self.filter(Q(page=None) | Q(page=page))

    def of(self, customer):
        """Return the fields of this customer, each with its value if there is one."""
        values = CustomValue.objects.filter(customer=customer)
        return self.on(customer.page_id).prefetch_related(Prefetch("values", values, to_attr="known"))

    def missing(self, customer):
        """Filter to the empty fields that an agent has to fill in before closing the customer's conversation."""
        filled_in = CustomValue.objects.filter(customer=customer).values("field")
        return self.on(customer.page_id).filter(is_required=True).exclude(pk__in=filled_in)

    def publish(self):
        """Publish that fields changed, which any open panel may show."""
        live.publish("hello")


class CustomField(models.Model):
    known: list  # its value for one customer, where it was read with that

    name = models.CharField(_("name"), max_length=40)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.TEXT)
    choices = models.TextField(_("choices"), blank=True, help_text=_("For a choice: one on each line."))
    link = models.CharField(
        _("link"),
        max_length=500,
        blank=True,
        help_text=_("For a link: its address, with {} in the place of the value: https://shop.example/orders/{}"),
    )
    is_required = models.BooleanField(
        _("required before closing"),
        default=False,
        help_text=_("An agent cannot close a conversation while this is empty. A bot can: it does not see the fields."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0, help_text=_("The lowest one comes first."))
    page = models.ForeignKey(
        "personas.Page",
        models.CASCADE,
        related_name="custom_fields",
        null=True,
        blank=True,
        verbose_name=_("Page"),
        help_text=_("Empty: customers of all Pages have it. The Page cannot be changed later."),
    )

    objects: ClassVar[Any] = CustomFieldQuerySet.as_manager()

    class Meta:
        verbose_name = _("custom field")
        verbose_name_plural = _("custom fields")
        ordering = ["position", "name", "pk"]

    def __str__(self):
        return self.name

    def clean(self):
        if self.kind == Kind.CHOICE and not self.offered:
            raise ValidationError({"choices": _("Name at least one choice.")})
        is_address = self.link.startswith(("https://", "http://")) and PLACE in self.link
        if self.kind == Kind.LINK and not is_address:
            raise ValidationError({"link": _("Enter a web address with {} in the place of the value.")})

    @property
    def offered(self):
        """Return the choices."""
        return [line.strip()[:MOST_TEXT] for line in self.choices.splitlines() if line.strip()]

    @property
    def value(self):
        return self.known[0].value if self.known else ""

    @property
    def version(self):
        """Return a text that differs from one value to the next, for browsers to compare."""
        return f"{self.known[0].changed_at.timestamp()}" if self.known else "0"

    @property
    def address(self):
        """Return the address that the value links to, or ""."""
        return self.link.replace(PLACE, quote(self.value, safe="")) if self.kind == Kind.LINK and self.value else ""

    def fill_in(self, conversation, agent, text):
        """Store this value for the customer, or remove it; raise ValidationError if the value is not valid."""
        value = cleaned(self, text)
        of_customer = {"field": self, "customer": conversation.customer}
        with conversation.raising_revision(has_other_headline=True):  # its row may stand in another saved view
            if value:
                given = {"value": value, "changed_by": agent}
                self.known = [CustomValue.objects.update_or_create(**of_customer, defaults=given)[0]]
            else:
                CustomValue.objects.filter(**of_customer).delete()
                self.known = []


class CustomValue(models.Model):
    field = models.ForeignKey(CustomField, models.CASCADE, related_name="values", verbose_name=_("custom field"))
    customer = models.ForeignKey(
        "console.Customer", models.CASCADE, related_name="custom_values", db_index=False, verbose_name=_("customer")
    )
    value = models.CharField(_("value"), max_length=MOST_TEXT)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("changed by")
    )
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("value of a custom field")
        verbose_name_plural = _("values of custom fields")
        constraints = [models.UniqueConstraint(fields=["customer", "field"], name="one_value_per_customer_and_field")]

    def __str__(self):
        return self.value
