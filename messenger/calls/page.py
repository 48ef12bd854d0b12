"""The Page itself, and its subscription to webhooks.

https://developers.facebook.com/docs/graph-api/reference/page/subscribed_apps
"""

from .base import Calls

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
# Facebook refuses all fields if the app may not have one of them, so ask for these separately.
OPTIONAL_FIELDS = [
    *("calls", "business_integrity", "messaging_integrity", "messaging_account_linking", "messaging_feedback"),
    *("messaging_customer_information", "messaging_in_thread_lead_form_submit", "send_cart"),
]


class PageCalls(Calls):
    """Calls about the Page of the token. Each raises GraphError if it does not succeed."""

    def page(self, *, fields=("id", "name")) -> dict:
        """Return {id, name}, or other `fields`, of the Page that the token is for."""
        return self._call("GET", "me", params={"fields": ",".join(fields)})

    def subscribe(self, fields=SUBSCRIBED_FIELDS) -> None:
        """Have Facebook send this Page's events of these webhook fields to the app of the token."""
        self._call("POST", "me/subscribed_apps", json={"subscribed_fields": ",".join(fields)})

    def subscribed_apps(self) -> list[dict]:
        """Return the apps that get this Page's events: [{id, name, subscribed_fields}]."""
        return self._call("GET", "me/subscribed_apps", "data")["data"]

    def unsubscribe(self) -> None:
        """Stop the events of this Page."""
        self._call("DELETE", "me/subscribed_apps")

    def messaging_feature_review(self) -> list[dict]:
        """Return the features that the app applied for: [{feature, status: pending, rejected, approved or limited}]."""
        return self._call("GET", "me/messaging_feature_review", "data")["data"]
