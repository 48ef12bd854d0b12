"""A customer: a person on Messenger, known by their page-scoped id (PSID) on one Page."""

from contextlib import suppress
from datetime import timedelta
from typing import Any, ClassVar

from django.contrib.postgres.indexes import HashIndex
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import MD5
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agents.names import in_one_line, isolated
from agents.pictures import new_path
from console import tasks
from console.history_import.models import HistoryImport
from console.infrastructure import downloads, rate_limit
from messenger import Action, GraphError
from messenger.calls.people import LOCALE_FIELDS, PROFILE_FIELDS
from personas.models import DiscardedFile
from personas.models.retry import Scheduled, ScheduledQuerySet
from personas.resource_shortage import is_resource_shortage


def picture_path(customer, filename):
    return new_path("customers")


PAUSE = timedelta(minutes=1)  # between two attempts to fetch a profile
REFUSED_FOR = timedelta(days=1)  # after a second refusal in a row
REFRESHED_EVERY = timedelta(days=7)
AGAIN = ("profiles", 5)  # a second for one Page, of repeated fetches
SWEEP_BATCH = 50
LONGEST_LOCALE = 20  # characters
MOST_HOURS = 14  # from UTC


def soon():
    return timezone.now() + PAUSE


class CustomerQuerySet(ScheduledQuerySet):
    def find_or_create(self, page, psids):
        """Return the customers behind these PSIDs; workers fetch the profiles of new ones."""
        self.bulk_create([self.model(page=page, psid=psid) for psid in psids], ignore_conflicts=True)
        customers = list(self.filter(page=page, psid__in=psids))
        for customer in customers:
            customer.page = page
            customer.fetch_profile_soon()
        return customers

    def unfetched(self):
        """Filter to customers whose profile should be known by now.

        A refused profile waits a day, and is fetched again only while the conversation is open.
        """
        now = timezone.now()
        refused = Q(next_attempt_at__lt=now) & ~Q(refusals=1) | Q(next_attempt_at__lt=now - REFUSED_FOR)
        is_worth_it = Q(refusals=0) | Q(conversation__closed_at=None)
        due = self.filter(refused, is_worth_it, profile_at=None, next_attempt_at__lt=now, page__paused_since=None)
        return due.order_by("next_attempt_at")[:SWEEP_BATCH]

    def fetch_profile_later(self):
        for customer in self:
            customer.fetch_profile_later()


class Customer(Scheduled):
    page_id: int
    conversation: Any

    page = models.ForeignKey("personas.Page", models.PROTECT, related_name="customers", verbose_name=_("Page"))
    psid = models.TextField("PSID")
    name = models.CharField(_("name"), max_length=200, blank=True)
    picture = models.FileField(_("picture"), upload_to=picture_path, blank=True)
    locale = models.CharField(_("locale"), max_length=LONGEST_LOCALE, blank=True, db_default="")
    utc_offset = models.FloatField(_("hours from UTC"), null=True, blank=True)
    profile_at = models.DateTimeField(_("profile fetched"), null=True, blank=True)
    next_attempt_at = models.DateTimeField(default=soon, editable=False)
    refusals = models.PositiveIntegerField(default=0, db_default=0, editable=False)  # refused profiles in a row

    objects: ClassVar[Any] = CustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        constraints = [models.UniqueConstraint("page", MD5("psid"), name="one_customer_per_page_and_psid")]
        indexes = [
            HashIndex(fields=["psid"], name="customer_psid"),
            models.Index(fields=["next_attempt_at"], condition=models.Q(profile_at=None), name="customer_unfetched"),
        ]

    def __str__(self):
        return isolated(self.name) or _("Guest ·%(end)s") % {"end": self.psid[-4:]}

    def fetch_profile_soon(self):
        transaction.on_commit(lambda: tasks.fetch_profile.delay(self.pk), robust=True)

    def fetch_profile_later(self):
        self.row.postpone(soon())
        self.fetch_profile_soon()

    def fetch_profile_again(self):
        """Fetch the profile as the customer writes, if it is due: soon after a first refusal, then daily.

        A known profile is fetched weekly.
        """
        if self.is_due and self.row.due().postpone(soon()):
            self.fetch_profile_soon()

    def fetch_profile(self):
        """Ask Facebook for name and picture. It may withhold either or both, and we go on without.

        This also begins the history import: it is the first task of a new customer, and the sweep repeats it if it is
        lost.
        """
        if self.profile_at is None:
            HistoryImport.objects.begin(self)
        if self.page.is_paused or self.page.is_slowed or not self._has_rate_slot():
            return self._put_off()
        try:
            profile = self.page.client().profile(self.psid, fields=self._profile_fields)
        except GraphError as error:
            return self._note_failure(error)
        shown = self.name, self.locale, self.picture.name
        self.name = in_one_line(_full_name(profile))[:200] or self.name
        self._note_locale(profile)
        is_kept = self._keep_picture(profile.get("profile_pic"))
        now = timezone.now()
        self.profile_at, self.refusals = now if is_kept else None, 0
        self.next_attempt_at = now + REFRESHED_EVERY if is_kept else soon()
        if not self._write_profile():
            return
        if shown != (self.name, self.locale, self.picture.name):
            self.conversation.touch()
        if shown[-1] != self.picture.name:
            DiscardedFile.objects.discard(shown[-1])

    def _write_profile(self):
        """Write what was fetched; return False if the customer was erased meanwhile, and discard the picture."""
        fields = ["name", "locale", "utc_offset", "profile_at", "refusals", "next_attempt_at"]
        values = {name: getattr(self, name) for name in fields} | {"picture": self.picture.name}
        is_there = self.row.filter(psid=self.psid).update(**values)
        if not is_there:
            DiscardedFile.objects.discard(self.picture.name)
        return is_there

    @property
    def _profile_fields(self):
        return PROFILE_FIELDS + LOCALE_FIELDS if self.page.may_see_locale else PROFILE_FIELDS

    def _note_locale(self, profile):
        """Note the customer's language and their hours from UTC, where Facebook shows them."""
        locale, offset = profile.get("locale"), profile.get("timezone")
        self.locale = locale[:LONGEST_LOCALE] if isinstance(locale, str) else ""
        is_offset = isinstance(offset, int | float) and abs(offset) <= MOST_HOURS
        self.utc_offset = offset if is_offset else None

    def _has_rate_slot(self):
        """Return whether the profile may be fetched now.

        Profiles that are fetched again share a rate limit: nobody waits for them.
        """
        is_first = self.profile_at is None and not self.refusals
        return is_first or rate_limit.reserve(self.page_id, AGAIN, within=0) == 0

    def _note_failure(self, error):
        action = error.action
        if action.pauses_page or action is Action.SLOW_DOWN_APP:  # a limit for profiles alone must not delay messages
            self.page.note_error(error)
        if action.pauses_page or action.is_retryable:
            return self._put_off()
        now = timezone.now()
        self.refusals += 1
        self.next_attempt_at = now if self.refusals == 1 else now + REFUSED_FOR
        self.save(update_fields=["refusals", "next_attempt_at"])

    def _put_off(self):
        self.row.postpone(max(soon(), self.page.waits_until or soon()))

    def _keep_picture(self, url):
        """Keep a copy of the picture, because Facebook's address for it expires. Without one, initials are shown.

        Return False if our machine is out of disk space or memory: then another attempt may succeed.
        """
        try:
            if url:
                self._replace_picture(downloads.fetch(url, kinds=["image"]))
        except (downloads.DownloadError, OSError, MemoryError) as error:
            return not is_resource_shortage(error)
        return True

    def _replace_picture(self, content):
        if self.picture and self._is_same_picture(content):
            return
        self.picture.save(content.name, content, save=False)

    def _is_same_picture(self, content):
        with suppress(FileNotFoundError), self.picture.open() as known:
            return known.read() == content.read()
        return False


def _full_name(profile):
    return profile.get("name") or f"{profile.get('first_name', '')} {profile.get('last_name', '')}".strip()
