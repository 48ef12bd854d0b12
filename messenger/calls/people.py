"""The profiles of people, and their ids for other apps and Pages.

https://developers.facebook.com/docs/messenger-platform/identity/user-profile
"""

from .base import Calls, given

PROFILE_FIELDS = ("id", "name", "first_name", "last_name", "profile_pic")
LOCALE_FIELDS = ("locale", "timezone")


class People(Calls):
    """Calls about people. Each raises GraphError if it does not succeed."""

    def profile(self, psid: str, *, fields=PROFILE_FIELDS) -> dict:
        """Return {id, name, first_name, last_name, profile_pic}; any of them may be missing, even all.

        The fields locale, timezone and gender need a permission each. The URL of the picture expires within days.
        """
        return self._call("GET", psid, params={"fields": ",".join(fields)})

    # The ids of a person for other apps and Pages of the same business. The Client needs the app's secret.
    # https://developers.facebook.com/docs/messenger-platform/identity/id-matching

    def ids_for_apps(self, user_id: str, *, app: str | None = None, page: str | None = None) -> list[dict]:
        """Return [{id, app: {id, name, …}}] for a page-scoped id. app: an app's id, to ask for that alone."""
        return list(self._pages(f"{user_id}/ids_for_apps", given(app=app, page=page)))

    def ids_for_pages(self, user_id: str, *, app: str | None = None, page: str | None = None) -> list[dict]:
        """Return [{id, page: {id, name, …}}] for an app-scoped id. page: a Page's id, to ask for that alone."""
        return list(self._pages(f"{user_id}/ids_for_pages", given(app=app, page=page)))
