"""The Messenger profile of a Page: greeting, Get Started, menu, ice breakers; and the menus of single people.

Limit: 10 calls in 10 minutes for a Page.
https://developers.facebook.com/docs/messenger-platform/reference/messenger-profile-api
"""

import json

from ..limits import check_profile
from .base import Calls

PROFILE_FIELDS = (
    "account_linking_url",
    "persistent_menu",
    "get_started",
    "greeting",
    "ice_breakers",
    "whitelisted_domains",
)
PATH, USER_PATH = "me/messenger_profile", "me/custom_user_settings"


class MessengerProfile(Calls):
    """Read, set and delete the profile. Each call raises GraphError if it does not succeed; those that set raise
    ValueError, before any call, if a limit is exceeded."""

    def messenger_profile(self, fields=PROFILE_FIELDS) -> dict:
        """Return the fields that are set, by name; {} if none is."""
        rows = self._call("GET", PATH, "data", params={"fields": ",".join(fields)})["data"]
        return rows[0] if rows else {}

    def set_messenger_profile(self, profile: dict) -> None:
        """Set these fields; the others stay."""
        check_profile(profile)
        self._call("POST", PATH, json=profile)

    def delete_messenger_profile(self, fields) -> None:
        """Delete these fields."""
        self._call("DELETE", PATH, json={"fields": list(fields)})

    # Field by field: read (None if it is not set), set, delete.

    def get_started(self) -> dict | None:
        """Return {payload} of the button that opens a conversation."""
        return self._field("get_started")

    def set_get_started(self, payload: str) -> None:
        """Set the payload of the button, up to 1000 characters; it comes as a postback. A persistent menu needs it."""
        self.set_messenger_profile({"get_started": {"payload": payload}})

    def delete_get_started(self) -> None:
        """Delete the button. The persistent menu must be deleted with it or before it."""
        self.delete_messenger_profile(["get_started"])

    def greeting(self) -> list[dict] | None:
        """Return [{locale, text}]."""
        return self._field("greeting")

    def set_greeting(self, greeting: str | list[dict]) -> None:
        """Set a greeting of up to 160 characters for everybody, or [{locale, text}] with a locale "default"."""
        texts = [{"locale": "default", "text": greeting}] if isinstance(greeting, str) else greeting
        self.set_messenger_profile({"greeting": texts})

    def delete_greeting(self) -> None:
        """Delete the greeting; Facebook's own shows again."""
        self.delete_messenger_profile(["greeting"])

    def persistent_menu(self) -> list[dict] | None:
        """Return [{locale, composer_input_disabled, call_to_actions}]."""
        return self._field("persistent_menu")

    def set_persistent_menu(self, items: list[dict], *, composer_input_disabled=False) -> None:
        """Set up to 20 of {type: web_url or postback, title (30), url or payload (1000)}, or whole menus by locale."""
        self.set_messenger_profile({"persistent_menu": _menus(items, composer_input_disabled)})

    def delete_persistent_menu(self) -> None:
        """Delete the menu; the menus of single people stay."""
        self.delete_messenger_profile(["persistent_menu"])

    def ice_breakers(self) -> list[dict] | None:
        """Return [{question, payload}], or by locale."""
        return self._field("ice_breakers")

    def set_ice_breakers(self, ice_breakers: list[dict]) -> None:
        """Set up to 4 of {question, payload}, or [{locale, call_to_actions}]. They show in place of Get Started."""
        self.set_messenger_profile({"ice_breakers": ice_breakers})

    def delete_ice_breakers(self) -> None:
        """Delete the questions; Get Started shows again."""
        self.delete_messenger_profile(["ice_breakers"])

    def whitelisted_domains(self) -> list[str] | None:
        """Return the domains whose pages may open within Messenger."""
        return self._field("whitelisted_domains")

    def set_whitelisted_domains(self, domains: list[str]) -> None:
        """Set the domains, with https://. Menus and buttons that open a page in Messenger need its domain here."""
        self.set_messenger_profile({"whitelisted_domains": list(domains)})

    def delete_whitelisted_domains(self) -> None:
        """Delete the domains; no page opens within Messenger."""
        self.delete_messenger_profile(["whitelisted_domains"])

    def account_linking_url(self) -> str | None:
        """Return the URL of the log-in button."""
        return self._field("account_linking_url")

    def set_account_linking_url(self, url: str) -> None:
        """Set the URL of the log-in button, with https://."""
        self.set_messenger_profile({"account_linking_url": url})

    def delete_account_linking_url(self) -> None:
        """Delete the URL of the log-in button."""
        self.delete_messenger_profile(["account_linking_url"])

    # Only older versions of the Graph API have these two.

    def target_audience(self) -> dict | None:
        """Return {audience_type, countries?}."""
        return self._field("target_audience")

    def set_target_audience(self, audience_type: str, *, whitelist=(), blacklist=()) -> None:
        """Set the audience: all, custom or none. whitelist, blacklist: two-letter codes of countries, with custom."""
        countries = {"whitelist": list(whitelist), "blacklist": list(blacklist)}
        self.set_messenger_profile({"target_audience": {"audience_type": audience_type, "countries": countries}})

    def delete_target_audience(self) -> None:
        """Delete the audience; everybody sees the Page."""
        self.delete_messenger_profile(["target_audience"])

    def home_url(self) -> dict | None:
        """Return {url, webview_height_ratio, in_test, webview_share_button?}."""
        return self._field("home_url")

    def set_home_url(self, url: str, *, in_test=False, **options) -> None:
        """Set the page behind the + of the composer, always shown tall. Options: webview_share_button."""
        home = {"url": url, "webview_height_ratio": "tall", "in_test": in_test, **options}
        self.set_messenger_profile({"home_url": home})

    def delete_home_url(self) -> None:
        """Delete the page behind the +."""
        self.delete_messenger_profile(["home_url"])

    # One person's own menu: https://developers.facebook.com/docs/messenger-platform/send-messages/persistent-menu

    def user_menu(self, psid: str) -> dict:
        """Return {user_level_persistent_menu, page_level_persistent_menu?}; {} if there is none."""
        rows = self._call("GET", USER_PATH, "data", params={"psid": psid})["data"]
        return rows[0] if rows else {}

    def set_user_menu(self, psid: str, items: list[dict], *, composer_input_disabled=False) -> None:
        """Set the menu of one person, as `set_persistent_menu`. Limit: 10 times in 10 minutes."""
        menus = {"persistent_menu": _menus(items, composer_input_disabled)}
        check_profile(menus)
        self._call("POST", USER_PATH, json={"psid": psid, **menus})

    def delete_user_menu(self, psid: str) -> None:
        """Delete the menu of one person; the Page's menu shows again."""
        params = {"psid": psid, "params": json.dumps(["persistent_menu"])}
        self._call("DELETE", USER_PATH, params=params)

    def _field(self, name):
        return self.messenger_profile([name]).get(name)


def _menus(items, composer_input_disabled):
    """Return menus by locale; a flat list of items becomes the default menu."""
    if any("call_to_actions" in item for item in items):
        return items
    return [{"locale": "default", "composer_input_disabled": composer_input_disabled, "call_to_actions": items}]
