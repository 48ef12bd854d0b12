"""One customer, by their Page's id and their PSID, or by their key: `customer erase PAGE PSID`.

`export` writes a ZIP file with everything that is stored of them: `customer export PAGE PSID > file.zip`.
`erase` says what it will delete, asks, deletes it, and prints the receipt. With --yes it does not ask.
"""

import sys
import time

from django.core.management.base import BaseCommand, CommandError

from console.models import Customer, Erasure
from console.privacy.archive import write_archive
from console.privacy.contents import contents_of, in_words

MOST_ATTEMPTS = 30


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        verbs = parser.add_subparsers(dest="verb", required=True)
        erase = verbs.add_parser("erase", help="erase the customer from this console")
        _add_customer(erase)
        _add_customer(verbs.add_parser("export", help="write everything of the customer as a ZIP file"))
        erase.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, verb, **options):
        getattr(self, verb)(_customer(**options), **options)

    def export(self, customer, **_options):
        if sys.stdout.isatty():
            raise CommandError("Redirect the output into a file: customer export … > file.zip")
        write_archive(customer, sys.stdout.buffer)
        sys.stdout.buffer.flush()

    def erase(self, customer, yes, **_options):
        self._say(f"This will be deleted of {customer}:", contents_of(customer))
        if not (yes or _is_confirmed()):
            raise CommandError("Nothing was deleted.")
        erasure = Erasure.objects.ask(customer, source=Erasure.Source.COMMAND)
        _finish(erasure)
        self._say(f"Erasure {erasure.code}: {erasure.get_state_display()}", erasure.counts)
        if not erasure.is_done:
            self.stdout.write("A message is still being sent, or there is much to delete: a worker goes on with it.")

    def _say(self, title, counts):
        self.stdout.write(title)
        for name, number in in_words(counts):
            self.stdout.write(f"  {name}: {number}")


def _add_customer(parser):
    parser.add_argument("page", nargs="?", help="the Page's id at Facebook")
    parser.add_argument("psid", nargs="?", help="the customer's page-scoped id")
    parser.add_argument("--key", type=int, help="the customer's key in this console, in place of both")


def _customer(page, psid, key, **_options):
    if not key and not psid:
        raise CommandError("Which customer? Give the Page's id and the PSID, or --key.")
    named = {"pk": key} if key else {"page__page_id": page, "psid": psid}
    customer = Customer.objects.filter(**named).select_related("page").first()
    if customer is None:
        raise CommandError("No such customer is known here.")
    return customer


def _is_confirmed():
    try:
        return input("Erase them? Nobody can take this back. [y/N] ").strip().lower() == "y"
    except EOFError:
        raise CommandError("Nothing was deleted: nobody is there to answer. With --yes it does not ask.") from None


def _finish(erasure):
    """Work until it is done, or a message has been on its way for long. A worker may do a part of it."""
    for _attempt in range(MOST_ATTEMPTS):
        erasure.work()
        erasure.refresh_from_db()
        if erasure.is_done:
            return
        time.sleep(1)
