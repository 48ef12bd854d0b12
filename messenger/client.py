"""Calls to the Graph API for one Page. Every call takes one path and raises one error; nothing is retried here.

The token goes in the Authorization header: `requests` puts whole URLs into its exceptions, and proxies into their logs.
"""

from collections.abc import Iterator

import requests
from urllib3.exceptions import NewConnectionError

from .errors import GraphError
from .signature import appsecret_proof

GRAPH_URL = "https://graph.facebook.com"
GRAPH_VERSION = "v26.0"
TIMEOUT = (3.05, 10)  # s to connect, s to answer

MAX_TEXT = 2000  # UTF-16 units
MAX_PERSONA_NAME = 50
MAX_METADATA = 1000
SUCCESS = range(200, 300)

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

# Raised before a single byte of the request was sent: Facebook cannot have acted on it.
_NEVER_SENT = (
    requests.ConnectTimeout,
    requests.exceptions.InvalidHeader,
    requests.exceptions.InvalidURL,
    requests.exceptions.MissingSchema,
    NewConnectionError,  # refused, or a name that cannot be resolved
    UnicodeError,  # a token that no header can hold
)


class Client:
    """Speaks for one Page.

    token: the Page's access token. secret: the app's, for appsecret_proof; "" sends none.
    timeout: (connect, read) in seconds. session: a requests.Session to share connections.
    """

    def __init__(self, token, *, secret="", url=GRAPH_URL, version=GRAPH_VERSION, timeout=TIMEOUT, session=None):
        self._token = token
        self._secret = secret
        self._base = f"{url.rstrip('/')}/{version}"
        self._timeout = timeout
        self._session = session or requests.Session()

    # Messages: https://developers.facebook.com/docs/messenger-platform/reference/send-api

    def send_text(self, psid: str, text: str, **options) -> str:
        """Send up to 2000 UTF-16 units of text; returns the message id. Options as for `send`."""
        if utf16_length(text) > MAX_TEXT:
            raise ValueError(f"A message holds at most {MAX_TEXT} characters; this one has {utf16_length(text)}.")
        return self.send(psid, {"text": text}, **options)

    def send_attachment(self, psid: str, kind: str, url: str, **options) -> str:
        """Send an image (8 MB), audio, video or file (25 MB) that Facebook fetches; returns the message id."""
        return self.send(psid, {"attachment": {"type": kind, "payload": {"url": url}}}, **options)

    def send(self, psid, message, *, persona_id=None, metadata=None, messaging_type="RESPONSE", tag=None) -> str:
        """Send any message; returns the message id. `metadata` (under 1000 characters) comes back in the echo alone."""
        if metadata and len(metadata) > MAX_METADATA:
            raise ValueError(f"Metadata has at most {MAX_METADATA} characters; this has {len(metadata)}.")
        if metadata:
            message = {**message, "metadata": metadata}
        body = {"recipient": {"id": psid}, "messaging_type": messaging_type, "message": message}
        body |= _given(persona_id=persona_id, tag=tag)
        return self._call("POST", "me/messages", "message_id", json=body)["message_id"]

    def sender_action(self, psid: str, action: str, *, persona_id=None) -> None:
        """typing_on (shown for 20 s at most), typing_off or mark_seen; a persona only with the first two."""
        body = {"recipient": {"id": psid}, "sender_action": action}
        self._call("POST", "me/messages", json={**body, **_given(persona_id=persona_id)})

    # Personas: https://developers.facebook.com/docs/messenger-platform/send-messages/personas

    def create_persona(self, name: str, picture_url: str) -> str:
        """Returns the new id. Facebook fetches the picture (8 MB at most) once, during this call."""
        if not 0 < len(name) <= MAX_PERSONA_NAME:
            raise ValueError(f"A persona's name has 1 to {MAX_PERSONA_NAME} characters; this one has {len(name)}.")
        return self._call("POST", "me/personas", "id", json={"name": name, "profile_picture_url": picture_url})["id"]

    def persona(self, persona_id: str) -> dict:
        """{id, name, profile_picture_url}; a deleted one raises."""
        return self._call("GET", persona_id, params={"fields": "id,name,profile_picture_url"})

    def personas(self) -> Iterator[dict]:
        """All that are not deleted, page after page. A page may be short or empty while more follow."""
        return self._pages("me/personas", {"fields": "id,name,profile_picture_url", "limit": 100})

    def delete_persona(self, persona_id: str) -> None:
        """Old messages keep its name and picture; it can send no more."""
        self._call("DELETE", persona_id)

    # People and the Page: https://developers.facebook.com/docs/messenger-platform/identity/user-profile

    def profile(self, psid: str) -> dict:
        """{id, name, first_name, last_name, profile_pic}; any of them may be missing, even all."""
        return self._call("GET", psid, params={"fields": "id,name,first_name,last_name,profile_pic"})

    def page(self) -> dict:
        """{id, name} of the Page that the token is for."""
        return self._call("GET", "me", params={"fields": "id,name"})

    def subscribe(self, fields=SUBSCRIBED_FIELDS) -> None:
        """Have this Page's events of these fields sent to the app that the token belongs to."""
        self._call("POST", "me/subscribed_apps", json={"subscribed_fields": ",".join(fields)})

    def subscribed_apps(self) -> list[dict]:
        """[{id, name, subscribed_fields}]: the apps that hear of this Page."""
        return self._call("GET", "me/subscribed_apps", "data")["data"]

    def debug_token(self, app_id: str) -> dict:
        """{is_valid, app_id, scopes, expires_at (s, 0 = never), error?} of the Page's token. Needs the app's secret."""
        params = {"input_token": self._token}
        return self._call("GET", "debug_token", token=f"{app_id}|{self._secret}", params=params)["data"]

    # The one path

    def _pages(self, path, params):
        while True:
            answer = self._call("GET", path, "data", params=params)
            yield from answer["data"]
            after = answer.get("paging", {}).get("cursors", {}).get("after")
            if not after or not answer["paging"].get("next"):
                return
            params = {**params, "after": after}

    def _call(self, method, path, *wanted, token=None, params=None, json=None) -> dict:
        token = token or self._token
        if self._secret:
            params = {**(params or {}), "appsecret_proof": appsecret_proof(token, self._secret)}
        try:
            response = self._session.request(
                method,
                f"{self._base}/{path}",
                params=params,
                json=json,
                headers={"Authorization": f"Bearer {token}"},
                timeout=self._timeout,
                allow_redirects=False,
            )
        except (requests.RequestException, UnicodeError) as error:
            raise _without_answer(error) from None  # its text holds the URL, and with it the proof
        return _checked(response, set(wanted))


def utf16_length(text: str) -> int:
    """How Facebook counts characters: an emoji outside the basic plane is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _given(**options):
    return {name: value for name, value in options.items() if value is not None}


def _without_answer(error):
    reason = getattr(error.args[0], "reason", None) if error.args else None
    never_sent = isinstance(error, _NEVER_SENT) or isinstance(reason, _NEVER_SENT)
    return GraphError(f"No answer from Facebook ({type(error).__name__})", is_unsettled=not never_sent)


def _checked(response, wanted):
    """The answer's object: an answer counts as success when it is 2xx, JSON, and holds no error."""
    try:
        answer = response.json()
    except ValueError:
        answer = None
    if response.status_code in SUCCESS and isinstance(answer, dict) and "error" not in answer and wanted <= set(answer):
        return answer
    error = answer.get("error") if isinstance(answer, dict) else None
    if isinstance(error, dict):
        raise GraphError(str(error.get("message", "Facebook gave no reason")), status=response.status_code, error=error)
    # Not Facebook's own error body: a proxy or an overloaded server spoke, and the call may have gone through.
    raise GraphError("Facebook's answer cannot be read", status=response.status_code, is_unsettled=True)
