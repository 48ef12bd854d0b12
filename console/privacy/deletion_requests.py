"""Deletion requests: Facebook says that somebody asks this app to delete what it has of them.

The id that Facebook names is the user's for this app. Customers are known by the ids that they have for a Page, and
Facebook tells nobody that both are the same user. Where the id happens to be a customer's too, they are erased.
Otherwise an admin finds the customer, erases them, and notes the request as handled.
"""

import hashlib
from typing import Any, ClassVar

from django.conf import settings
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from console.models.customer import Customer
from console.privacy.models import Erasure, Source, new_code


class State(models.TextChoices):
    OPEN = "open", _("to be handled by an admin")
    ERASING = "erasing", _("being erased")
    DONE = "done", _("done")


class DeletionRequestQuerySet(models.QuerySet):
    @transaction.atomic
    def receive(self, signed_request, user_id):
        """Store a request, and erase the customers whose id it names. Idempotent: Facebook may send it again.

        The signature is left out of the digest, because the same one can be written in several ways.
        Only an id that is nobody's is kept, for the admin who looks for its customer.
        """
        _signature, _dot, payload = signed_request.partition(".")
        digest = hashlib.sha256(payload.encode()).hexdigest()
        request, is_new = self.get_or_create(digest=digest, defaults={"user_id": user_id})
        if is_new:
            customers = Customer.objects.filter(psid=user_id).select_related("page")
            request.erasures.set([Erasure.objects.ask(customer, source=Source.FACEBOOK) for customer in customers])
            if customers:
                self.filter(pk=request.pk).update(user_id="")
        return request

    def handle(self):
        """Note that an admin has handled them, and forget the ids."""
        return self.filter(handled_at=None).update(handled_at=timezone.now(), user_id="")


class DeletionRequest(models.Model):
    State = State

    digest = models.CharField(max_length=64, unique=True, editable=False)
    user_id = models.TextField(_("id of the user for this app"), blank=True)
    code = models.CharField(_("confirmation code"), max_length=40, unique=True, default=new_code, editable=False)
    erasures = models.ManyToManyField("console.Erasure", related_name="requests", verbose_name=_("erasures"))
    asked_at = models.DateTimeField(_("asked at"), auto_now_add=True)
    handled_at = models.DateTimeField(_("handled at"), null=True)

    objects: ClassVar[Any] = DeletionRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("data deletion request")
        verbose_name_plural = _("data deletion requests")
        ordering = ["-pk"]
        default_permissions = ("view",)

    def __str__(self):
        return f"{self.pk}"

    @property
    def state(self):
        states = [erasure.is_done for erasure in self.erasures.all()]
        if (self.handled_at or states) and all(states):
            return State.DONE
        return State.ERASING if states else State.OPEN

    @property
    def address(self):
        """Return the address of the page that shows its state to whoever has the code."""
        return settings.PUBLIC_URL + reverse("deletion", args=[self.code])
