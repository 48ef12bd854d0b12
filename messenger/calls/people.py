"""Who a customer is.

https://developers.facebook.com/docs/messenger-platform/identity/user-profile
"""

from .path import Path, given

PROFILE_FIELDS = ("id", "name", "first_name", "last_name", "profile_pic")


class People(Path):
    def profile(self, psid: str, *, fields=PROFILE_FIELDS) -> dict:
        """{id, name, first_name, last_name, profile_pic}; any of them may be missing, even all.

        locale, timezone and gender can be asked for with a permission each. The picture's address expires in days.
        """
        return self._call("GET", psid, params={"fields": ",".join(fields)})

    # Under which id other apps and Pages of the same business know somebody. Needs the app's secret.
    # https://developers.facebook.com/docs/messenger-platform/identity/id-matching

    def ids_for_apps(self, user_id: str, *, app: str | None = None, page: str | None = None) -> list[dict]:
        """[{id, app: {id, name, …}}] of a page-scoped id, for one app if `app` names it."""
        return list(self._pages(f"{user_id}/ids_for_apps", given(app=app, page=page)))

    def ids_for_pages(self, user_id: str, *, app: str | None = None, page: str | None = None) -> list[dict]:
        """[{id, page: {id, name, …}}] of an app-scoped id, for one Page if `page` names it."""
        return list(self._pages(f"{user_id}/ids_for_pages", given(app=app, page=page)))
