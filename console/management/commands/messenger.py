"""The Messenger profile of a Page, shown before anybody writes: greeting, Get Started, menu, ice breakers, domains.

`profile set` makes the profile equal to a file. Facebook accepts 10 such calls in 10 minutes.
"""

import json
from pathlib import Path

from django.core.management.base import CommandError

from messenger.calls.messenger_profile import PROFILE_FIELDS
from messenger.limits import check_profile
from personas.management.page_command import PageCommand, required

FIRST = "whitelisted_domains"  # a menu may only link to a domain that is allowed already


class Command(PageCommand):
    help = __doc__

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument("--file", help=f"profile set: a JSON object with any of {', '.join(PROFILE_FIELDS)}")

    def profile_get(self, page, options):
        profile = page.client().messenger_profile()
        for name, value in profile.items():
            self.say(f"{name}: {_pretty(value)}")
        if not profile:
            self.say(f"{page} shows nothing of its own.")
        return profile

    def profile_set(self, page, options):
        wanted = _read(*required(options, "file"))
        client = page.client()
        there = client.messenger_profile()
        gone = [name for name in there if name not in wanted]
        changed = [name for name in wanted if wanted[name] != there.get(name)]
        if gone:
            client.delete_messenger_profile(gone)
            self._report(gone, "deleted", there, wanted)
        for names in ([FIRST] if FIRST in changed else [], [name for name in changed if name != FIRST]):
            if names:
                client.set_messenger_profile({name: wanted[name] for name in names})
                self._report(names, "set", there, wanted)
        if not gone and not changed:
            self.say("Nothing to change.")
        return {"deleted": gone, "set": changed}

    def profile_delete(self, page, options):
        page.client().delete_messenger_profile(PROFILE_FIELDS)
        self.say(f"{page} shows nothing of its own any more.")
        return {"deleted": list(PROFILE_FIELDS)}

    def _report(self, names, verb, there, wanted):
        for name in names:
            self.say(f"{name}: {verb}")
            if name in there:
                self.say(f"  was {_pretty(there[name])}")
            if name in wanted:
                self.say(f"  is now {_pretty(wanted[name])}")

    verbs = {"profile get": profile_get, "profile set": profile_set, "profile delete": profile_delete}


def _read(path):
    """Read a profile from a file and check it, before anything is changed."""
    try:
        profile = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise CommandError(f"{path} is not JSON: {error}.") from error
    if not isinstance(profile, dict):
        raise CommandError(f"{path} must hold a JSON object.")
    if unknown := [name for name in profile if name not in PROFILE_FIELDS]:
        raise CommandError(f"{path} has {', '.join(unknown)}; known are {', '.join(PROFILE_FIELDS)}.")
    profile = {name: value for name, value in profile.items() if value not in (None, "", [], {})}
    check_profile(profile)
    return profile


def _pretty(value):
    return json.dumps(value, ensure_ascii=False)
