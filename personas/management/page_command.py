"""The base of commands that call Facebook for one Page."""

import json

from django.core.management.base import BaseCommand, CommandError

from messenger import GraphError
from personas.models import Page


class PageCommand(BaseCommand):
    """A command with verbs: `verbs` maps words of the command line to methods(page, options).

    With --json the return value is printed, without it the lines that the method says. An error goes to standard error,
    with exit code 1.
    """

    verbs = {}
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("words", nargs="*", metavar=" | ".join(self.verbs))
        parser.add_argument("--page", help="the Page's id; may be left out when there is one Page alone")
        parser.add_argument("--json", action="store_true", help="print what a program can read")

    def handle(self, words, **options):
        verb = self.verbs.get(" ".join(words))
        if not verb:
            raise CommandError(f"Choose a verb. One of: {', '.join(self.verbs)}.")
        self.is_for_programs = options["json"]
        try:
            found = verb(self, _page(options["page"]), options)
        except GraphError as error:
            raise CommandError(f"Cannot {' '.join(words)}: {error.sentence} ({error})") from error
        except ValueError as error:
            raise CommandError(f"Cannot {' '.join(words)}: {error}") from error
        if self.is_for_programs:
            self.stdout.write(json.dumps(found, ensure_ascii=False))

    def say(self, line):
        """Print a line for people, unless --json asks for the return value alone."""
        if not self.is_for_programs:
            self.stdout.write(line)


def required(options, *names):
    """Return the values of these options; CommandError names those that are missing."""
    if missing := [f"--{name}" for name in names if not options[name]]:
        raise CommandError(f"{' and '.join(missing)}: required here.")
    return [options[name] for name in names]


def _page(page_id):
    pages = list(Page.objects.filter(**{"page_id": page_id} if page_id else {}))
    if len(pages) == 1:
        return pages[0]
    if page_id:
        raise CommandError(f"There is no Page {page_id}.")
    if not pages:
        raise CommandError("There is no Page yet: add one in the admin.")
    listed = "".join(f"\n  --page {page.page_id}  {page}" for page in pages)
    raise CommandError(f"Which Page?{listed}")
