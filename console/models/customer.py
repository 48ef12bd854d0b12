"""A person on Messenger, known by their page-scoped id (PSID) on one Page."""

from datetime import timedelta

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agents.pictures import new_path
from console import downloads, tasks
from messenger import Act, GraphError


def picture_path(customer, filename):
    return new_path("customers")


PAUSE = timedelta(minutes=1)  # between two tries to learn who somebody is


def soon():
    return timezone.now() + PAUSE


class CustomerQuerySet(models.QuerySet):
    def meet(self, page, psid):
        """The customer behind a PSID; a worker asks who a new one is."""
        customer, is_new = self.get_or_create(page=page, psid=psid)
        if is_new:
            customer.fetch_profile_later()
        return customer

    def unmet(self):
        """Whose profile should be known by now and is not."""
        return self.filter(profile_at=None, next_try_at__lt=timezone.now())

    def fetch_profile_later(self):
        for customer in self:
            customer.fetch_profile_later()


class Customer(models.Model):
    page = models.ForeignKey("personas.Page", models.PROTECT, related_name="customers", verbose_name=_("Page"))
    psid = models.CharField("PSID", max_length=64)
    name = models.CharField(_("name"), max_length=200, blank=True)
    picture = models.FileField(_("picture"), upload_to=picture_path, blank=True)
    profile_at = models.DateTimeField(_("profile fetched"), null=True, blank=True)
    next_try_at = models.DateTimeField(default=soon, editable=False)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        constraints = [models.UniqueConstraint(fields=["page", "psid"], name="one_customer_per_psid")]
        indexes = [models.Index(fields=["next_try_at"], condition=models.Q(profile_at=None), name="customer_unmet")]

    def __str__(self):
        return self.name or _("Guest ·%(end)s") % {"end": self.psid[-4:]}

    def fetch_profile_later(self):
        Customer.objects.filter(pk=self.pk).update(next_try_at=soon())
        transaction.on_commit(lambda: tasks.fetch_profile.delay(self.pk), robust=True)

    def fetch_profile(self):
        """Name and picture, if Facebook tells them: it may withhold either, or all, and we go on without."""
        if self.page.is_paused or self.page.is_slowed:
            return self._put_off()
        try:
            profile = self.page.client().profile(self.psid)
        except GraphError as error:
            act = error.meaning.act
            if act.pauses or act is Act.SLOW_APP:  # a limit of profiles alone must not hold messages
                self.page.heed(error)
            if act.pauses or act.is_passing:
                return self._put_off()
            profile = {}
        self.name = _full_name(profile)[:200]
        self._keep_picture(profile.get("profile_pic"))
        self.profile_at = timezone.now()
        self.save(update_fields=["name", "picture", "profile_at"])
        self.conversation.touch()

    def _put_off(self):
        Customer.objects.filter(pk=self.pk).update(next_try_at=max(soon(), self.page.waits_until or soon()))

    def _keep_picture(self, url):
        """Facebook's address for it expires: keep a copy. Without one the customer shows as initials."""
        try:
            if url:
                content = downloads.fetch(url, kinds=["image"])
                self.picture.save(content.name, content, save=False)
        except downloads.DownloadError:
            pass


def _full_name(profile):
    return profile.get("name") or f"{profile.get('first_name', '')} {profile.get('last_name', '')}".strip()
