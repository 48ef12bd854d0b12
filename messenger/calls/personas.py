"""Personas: the names and pictures under which a Page's messages appear.

https://developers.facebook.com/docs/messenger-platform/send-messages/personas
"""

from collections.abc import Iterator

from ..limits import check
from .base import Calls, given

PER_PAGE = 100


class Personas(Calls):
    """Calls about personas. Each raises GraphError if it does not succeed."""

    def create_persona(self, name: str, picture_url: str) -> str:
        """Create a persona and return its id. It cannot be changed: create another and delete this one.

        name: 1 to 50 characters, else ValueError. picture_url: at most 8 MB; Facebook fetches it during this call.
        """
        check("persona_name", len(name))
        return self._call("POST", "me/personas", "id", json={"name": name, "profile_picture_url": picture_url})["id"]

    def persona(self, persona_id: str) -> dict:
        """Return {id, name, profile_picture_url}. Raises GraphError for a deleted persona."""
        return self._call("GET", persona_id)

    def persona_page(self, after: str = "", *, limit: int | None = None) -> tuple[list[dict], str]:
        """Return one page of the list (25 or `limit`) and the cursor of the next page, "" after the last."""
        return self._page_of("me/personas", given(after=after or None, limit=limit))

    def personas(self) -> Iterator[dict]:
        """Iterate over all personas that are not deleted. One call for each 100."""
        return self._pages("me/personas", {"limit": PER_PAGE})

    def delete_persona(self, persona_id: str) -> None:
        """Delete a persona. Old messages keep its name and picture. Raises GraphError if there is none with this id."""
        self._call("DELETE", persona_id)
