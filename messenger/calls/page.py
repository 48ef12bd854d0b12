"""The Page itself, and what it tells our app.

https://developers.facebook.com/docs/graph-api/reference/page/subscribed_apps
"""

from .path import Path

SUBSCRIBED_FIELDS = [
    "messages",
    "messaging_postbacks",
    "message_echoes",
    "message_deliveries",
    "message_reads",
    "message_reactions",
    "message_edits",
    "messaging_referrals",
    "messaging_optins",
    "messaging_handovers",
    "standby",
    "messaging_policy_enforcement",
]
# Facebook refuses all fields when the app may not have one of them, so these are asked for in vain at times.
OPTIONAL_FIELDS = [
    *("calls", "business_integrity", "messaging_integrity", "messaging_account_linking", "messaging_feedback"),
    *("messaging_customer_information", "messaging_in_thread_lead_form_submit", "send_cart"),
]


class PageCalls(Path):
    def page(self, *, fields=("id", "name")) -> dict:
        """{id, name}, or other fields, of the Page that the token is for."""
        return self._call("GET", "me", params={"fields": ",".join(fields)})

    def subscribe(self, fields=SUBSCRIBED_FIELDS) -> None:
        """Have this Page's events of these fields sent to the app that the token belongs to."""
        self._call("POST", "me/subscribed_apps", json={"subscribed_fields": ",".join(fields)})

    def subscribed_apps(self) -> list[dict]:
        """[{id, name, subscribed_fields}]: the apps that hear of this Page."""
        return self._call("GET", "me/subscribed_apps", "data")["data"]

    def unsubscribe(self) -> None:
        """Hear no more of this Page."""
        self._call("DELETE", "me/subscribed_apps")

    def messaging_feature_review(self) -> list[dict]:
        """[{feature, status}] of what the app asked Facebook to allow: pending, rejected, approved, limited."""
        return self._call("GET", "me/messaging_feature_review", "data")["data"]
