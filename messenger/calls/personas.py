"""Personas: the faces under which a Page speaks.

https://developers.facebook.com/docs/messenger-platform/send-messages/personas
"""

from collections.abc import Iterator

from ..limits import check
from .path import Path, given

PER_PAGE = 100


class Personas(Path):
    def create_persona(self, name: str, picture_url: str) -> str:
        """Returns the new id. The name has 1 to 50 characters; Facebook fetches the picture (8 MB at most) once, during
        this call. Nothing can be changed later: make another and delete this one. ValueError, GraphError."""
        check("persona_name", len(name))
        return self._call("POST", "me/personas", "id", json={"name": name, "profile_picture_url": picture_url})["id"]

    def persona(self, persona_id: str) -> dict:
        """{id, name, profile_picture_url}; GraphError for a deleted one."""
        return self._call("GET", persona_id)

    def persona_page(self, after: str = "", *, limit: int | None = None) -> tuple[list[dict], str]:
        """One page of the list (25 unless `limit` says), and the cursor of the next, "" after the last."""
        return self._page_of("me/personas", given(after=after or None, limit=limit))

    def personas(self) -> Iterator[dict]:
        """All that are not deleted, asked for page after page as they are looked at."""
        return self._pages("me/personas", {"limit": PER_PAGE})

    def delete_persona(self, persona_id: str) -> None:
        """Old messages keep its name and picture; it can send no more. GraphError when there is none of that id."""
        self._call("DELETE", persona_id)
