"""What a Page shows before anybody writes: greeting, Get Started, menu, ice breakers; and the menus of single people.

Facebook takes 10 of these calls in 10 minutes for a Page.
https://developers.facebook.com/docs/messenger-platform/reference/messenger-profile-api
"""

import json

from ..limits import check_profile
from .path import Path

PROFILE_FIELDS = (
    "account_linking_url",
    "persistent_menu",
    "get_started",
    "greeting",
    "ice_breakers",
    "whitelisted_domains",
)
PATH, USER_PATH = "me/messenger_profile", "me/custom_user_settings"


class MessengerProfile(Path):
    def messenger_profile(self, fields=PROFILE_FIELDS) -> dict:
        """The fields that are set, by name; {} if none is."""
        rows = self._call("GET", PATH, "data", params={"fields": ",".join(fields)})["data"]
        return rows[0] if rows else {}

    def set_messenger_profile(self, profile: dict) -> None:
        """Set these fields; the others stay. ValueError: something is too long or too many."""
        check_profile(profile)
        self._call("POST", PATH, json=profile)

    def delete_messenger_profile(self, fields) -> None:
        """Unset these fields."""
        self._call("DELETE", PATH, json={"fields": list(fields)})

    # Field by field: the first reads (None where it is not set), the second sets, the third unsets.

    def get_started(self) -> dict | None:
        """{payload} of the button that opens a conversation."""
        return self._field("get_started")

    def set_get_started(self, payload: str) -> None:
        """Up to 1000 characters, which come as a postback. A persistent menu needs it."""
        self.set_messenger_profile({"get_started": {"payload": payload}})

    def delete_get_started(self) -> None:
        """Take the button away; the persistent menu must go with it or before it."""
        self.delete_messenger_profile(["get_started"])

    def greeting(self) -> list[dict] | None:
        """[{locale, text}]."""
        return self._field("greeting")

    def set_greeting(self, greeting: str | list[dict]) -> None:
        """Up to 160 characters for everybody, or [{locale, text}] with a locale "default"."""
        texts = [{"locale": "default", "text": greeting}] if isinstance(greeting, str) else greeting
        self.set_messenger_profile({"greeting": texts})

    def delete_greeting(self) -> None:
        """Show Facebook's own greeting again."""
        self.delete_messenger_profile(["greeting"])

    def persistent_menu(self) -> list[dict] | None:
        """[{locale, composer_input_disabled, call_to_actions}]."""
        return self._field("persistent_menu")

    def set_persistent_menu(self, items: list[dict], *, composer_input_disabled=False) -> None:
        """Up to 20 of {type: web_url or postback, title (30), url or payload (1000)}, or whole menus by locale."""
        self.set_messenger_profile({"persistent_menu": _menus(items, composer_input_disabled)})

    def delete_persistent_menu(self) -> None:
        """Take the menu away; the menus of single people stay."""
        self.delete_messenger_profile(["persistent_menu"])

    def ice_breakers(self) -> list[dict] | None:
        """[{question, payload}], or by locale."""
        return self._field("ice_breakers")

    def set_ice_breakers(self, ice_breakers: list[dict]) -> None:
        """Up to 4 of {question, payload}, or [{locale, call_to_actions}]. They show in place of Get Started."""
        self.set_messenger_profile({"ice_breakers": ice_breakers})

    def delete_ice_breakers(self) -> None:
        """Take the questions away; Get Started shows again."""
        self.delete_messenger_profile(["ice_breakers"])

    def whitelisted_domains(self) -> list[str] | None:
        """The domains whose pages may open within Messenger."""
        return self._field("whitelisted_domains")

    def set_whitelisted_domains(self, domains: list[str]) -> None:
        """With https:// in front; menus and buttons that open them in Messenger need them first."""
        self.set_messenger_profile({"whitelisted_domains": list(domains)})

    def delete_whitelisted_domains(self) -> None:
        """Let no pages open within Messenger."""
        self.delete_messenger_profile(["whitelisted_domains"])

    def account_linking_url(self) -> str | None:
        """Where the log-in button leads."""
        return self._field("account_linking_url")

    def set_account_linking_url(self, url: str) -> None:
        """With https:// in front."""
        self.set_messenger_profile({"account_linking_url": url})

    def delete_account_linking_url(self) -> None:
        """Take the log-in away."""
        self.delete_messenger_profile(["account_linking_url"])

    # Only older versions have these two.

    def target_audience(self) -> dict | None:
        """{audience_type, countries?}."""
        return self._field("target_audience")

    def set_target_audience(self, audience_type: str, *, whitelist=(), blacklist=()) -> None:
        """all, custom or none; with custom the two-letter codes of countries that see the Page, or do not."""
        countries = {"whitelist": list(whitelist), "blacklist": list(blacklist)}
        self.set_messenger_profile({"target_audience": {"audience_type": audience_type, "countries": countries}})

    def delete_target_audience(self) -> None:
        """Show the Page to everybody again."""
        self.delete_messenger_profile(["target_audience"])

    def home_url(self) -> dict | None:
        """{url, webview_height_ratio, in_test, webview_share_button?}."""
        return self._field("home_url")

    def set_home_url(self, url: str, *, in_test=False, **options) -> None:
        """The page behind the + of the composer, always shown tall. Options: webview_share_button."""
        home = {"url": url, "webview_height_ratio": "tall", "in_test": in_test, **options}
        self.set_messenger_profile({"home_url": home})

    def delete_home_url(self) -> None:
        """Take the page behind the + away."""
        self.delete_messenger_profile(["home_url"])

    # One person's own menu: https://developers.facebook.com/docs/messenger-platform/send-messages/persistent-menu

    def user_menu(self, psid: str) -> dict:
        """{user_level_persistent_menu, page_level_persistent_menu?}; {} without any."""
        rows = self._call("GET", USER_PATH, "data", params={"psid": psid})["data"]
        return rows[0] if rows else {}

    def set_user_menu(self, psid: str, items: list[dict], *, composer_input_disabled=False) -> None:
        """As `set_persistent_menu`, for one person; 10 times in 10 minutes at most."""
        menus = {"persistent_menu": _menus(items, composer_input_disabled)}
        check_profile(menus)
        self._call("POST", USER_PATH, json={"psid": psid, **menus})

    def delete_user_menu(self, psid: str) -> None:
        """Back to the Page's menu."""
        params = {"psid": psid, "params": json.dumps(["persistent_menu"])}
        self._call("DELETE", USER_PATH, params=params)

    def _field(self, name):
        return self.messenger_profile([name]).get(name)


def _menus(items, composer_input_disabled):
    """A menu for each locale as it stands; a flat list of items becomes the menu of all."""
    if any("call_to_actions" in item for item in items):
        return items
    return [{"locale": "default", "composer_input_disabled": composer_input_disabled, "call_to_actions": items}]
