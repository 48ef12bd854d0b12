"""Authentication: an API key belongs to the bot of one Page."""

from ninja.errors import Throttled
from ninja.security import HttpBearer

from console.logs import ids
from console.models import ApiKey


class PageKey(HttpBearer):
    """An API key of the Page: `Authorization: Bearer hk_…`. An admin creates it under *API keys*, and sees it once."""

    def authenticate(self, request, token):
        key = ApiKey.objects.find(token)
        if key and (wait := key.wait()):
            raise Throttled(wait)
        if key:
            key.note_use()
            ids.note(api_key_id=key.pk)
        return key
