"""The one path that every call takes, as the rooms see it: a Client or a Batch gives it."""

from collections.abc import Iterator


class Path:
    def _call(self, method, path, *wanted, params=None, json=None, upload=None, token=None) -> dict:
        """The answer's object; GraphError where there is none, or where it lacks one of the keys `wanted`.

        params: the query. json: the body. upload: (fields, file) of a multipart body. token: None for the Page's
        own, "" for none.
        """
        raise NotImplementedError

    def _page_of(self, path, params) -> tuple[list[dict], str]:
        """One page of a list, and the cursor of the page after it, "" where there is none."""
        answer = self._call("GET", path, "data", params=params)
        paging = answer.get("paging") or {}
        after = (paging.get("cursors") or {}).get("after") if paging.get("next") else ""
        return answer["data"], str(after or "")

    def _pages(self, path, params) -> Iterator[dict]:
        """All of a list. A page may be short or empty while more follow; a cursor that comes back is the end."""
        while True:
            rows, after = self._page_of(path, params)
            yield from rows
            if not after or after == params.get("after"):
                return
            params = {**params, "after": after}


def given(**options):
    """Those that are not None: null means absent to Facebook, but not to everybody who stands in for it."""
    return {name: value for name, value in options.items() if value is not None}


def recipient_of(person: str | dict) -> dict:
    """A page-scoped id, or a whole recipient: {id}, {user_ref}, {comment_id}, {post_id}, {phone_number}, …"""
    return person if isinstance(person, dict) else {"id": str(person)}
