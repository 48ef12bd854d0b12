"""Calls as the app, not as the Page: its webhook subscription, tokens, events for its analytics.

https://developers.facebook.com/docs/graph-api/reference/app/subscriptions
"""

import json

from .base import Calls, given
from .page import SUBSCRIBED_FIELDS


class AppCalls(Calls):
    """Calls with the app's token, for which the Client needs the app's secret; log_custom_events needs none.

    app_id: digits as text. Each raises GraphError if it does not succeed.
    """

    def debug_token(self, app_id: str) -> dict:
        """Return {is_valid, app_id, scopes, expires_at (s, 0 = never), error?} of the Page's token."""
        params = {"input_token": self._token}
        return self._call("GET", "debug_token", "data", token=self._app_token(app_id), params=params)["data"]

    def create_subscription(
        self,
        app_id: str,
        callback_url: str,
        verify_token: str,
        *,
        fields=SUBSCRIBED_FIELDS,
        object="page",  # Facebook's own word
        include_values: bool | None = None,
    ) -> None:
        """Have Facebook send events to `callback_url` (https), which must answer its challenge during this call.

        verify_token: your own text, which comes with the challenge. fields: names of webhook fields.
        include_values: whether events have values. Raises GraphError if the URL does not answer as it must.
        """
        body = {"object": object, "callback_url": callback_url, "fields": ",".join(fields)}
        body |= {**given(include_values=include_values), "verify_token": verify_token}
        self._call("POST", f"{app_id}/subscriptions", token=self._app_token(app_id), json=body)

    def subscriptions(self, app_id: str) -> list[dict]:
        """Return the app's subscriptions: [{object, callback_url, active, fields: [{name, version}]}]."""
        return self._call("GET", f"{app_id}/subscriptions", "data", token=self._app_token(app_id))["data"]

    def page_subscription(self, app_id: str) -> dict | None:
        """Return the subscription to events of Pages, or None."""
        return next((row for row in self.subscriptions(app_id) if row.get("object") == "page"), None)

    def log_custom_events(self, app_id: str, page_id: str, psid: str, events: list[dict]) -> None:
        """Log events {_eventName, …} of a customer in the app's analytics. No token is sent."""
        body = {
            "event": "CUSTOM_APP_EVENTS",
            "custom_events": json.dumps(events),
            "advertiser_tracking_enabled": 0,
            "application_tracking_enabled": 0,
            "extinfo": json.dumps(["mb1"]),
            "page_id": page_id,
            "page_scoped_user_id": psid,
        }
        self._call("POST", f"{app_id}/activities", token="", json=body)

    def _app_token(self, app_id):
        return f"{app_id}|{self._secret}"
