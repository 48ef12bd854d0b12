"""Who calls: the bot of one Page, shown by its key."""

from ninja.errors import Throttled
from ninja.security import HttpBearer

from console.models import Key


class PageKey(HttpBearer):
    """A key of the Page: `Authorization: Bearer hk_…`. An admin makes it under *API keys*, where it is shown once."""

    def authenticate(self, request, token):
        key = Key.objects.find(token)
        if key and (wait := key.wait()):
            raise Throttled(wait)
        if key:
            key.note_use()
        return key
