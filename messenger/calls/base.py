"""The base of all calls: a Client or a Batch makes the request."""

from collections.abc import Iterator
from typing import Any


class Calls:
    """The base of the classes of calls. Calls with the app's token need both secrets, so a Batch has none of them."""

    _token: str
    _secret: str

    def _call(self, method, path, *wanted, params=None, json=None, upload=None, token=None, kind: type = dict) -> Any:
        """Make a call and return the parsed answer. Raises GraphError, also if a key of `wanted` is missing.

        params: the query. json: the body. upload: (body, content type) of a multipart body. token: None for that of
        the Page, "" for none.
        """
        raise NotImplementedError

    def _page_of(self, path, params) -> tuple[list[dict], str]:
        """Return one page of a list and the cursor of the next page, "" after the last."""
        return rows_and_cursor(self._call("GET", path, "data", params=params))

    def _pages(self, path, params) -> Iterator[dict]:
        """Iterate over a list, page by page. A page may be empty while more follow; a repeated cursor is the end."""
        while True:
            rows, after = self._page_of(path, params)
            yield from rows
            if not after or after == params.get("after"):
                return
            params = {**params, "after": after}


def rows_and_cursor(answer: dict) -> tuple[list[dict], str]:
    """Return the rows of one page of a list and the cursor of the next page, "" after the last."""
    paging = answer.get("paging") or {}
    after = (paging.get("cursors") or {}).get("after") if paging.get("next") else ""
    return answer.get("data") or [], str(after or "")


def given(**options):
    """Return the options that are not None. Facebook reads null as absent; stand-ins for it may not."""
    return {name: value for name, value in options.items() if value is not None}


def recipient_of(person: str | dict) -> dict:
    """Return the recipient of a page-scoped id; a whole recipient ({id}, {user_ref}, {comment_id}, …) stays."""
    return person if isinstance(person, dict) else {"id": str(person)}
