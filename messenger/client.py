"""Call the Graph API for one Page. Every call raises one error, GraphError; none is retried.

The methods are in `calls`, one module for each capability. This module makes the request and reads the answer.
The token goes in the Authorization header: `requests` puts whole URLs into its exceptions, proxies into their logs.
"""

from collections.abc import Iterable
from typing import Any

import requests
from urllib3.exceptions import NewConnectionError

from .appsecret_proof import appsecret_proof
from .batch import Answer, parse
from .call_log import logged
from .calls import AppCalls, PageTokenCalls
from .errors import GraphError
from .events.coerce import to_json
from .limits import LIMITS, check, utf16_length
from .usage import Usage

__all__ = ["MAX_TEXT", "Client", "utf16_length"]

GRAPH_URL = "https://graph.facebook.com"
GRAPH_VERSION = "v27.0"
TIMEOUT = (3.05, 10)  # s to connect, s to answer

MAX_TEXT = LIMITS["text"].most  # UTF-16 units
SUCCESS = range(200, 300)

# Raised before a single byte of the request was sent: Facebook cannot have acted on it.
_NEVER_SENT = (
    requests.ConnectTimeout,
    requests.exceptions.InvalidHeader,
    requests.exceptions.InvalidURL,
    requests.exceptions.MissingSchema,
    NewConnectionError,  # refused, or a name that cannot be resolved
    UnicodeError,  # a token that no header can hold
)


class Client(PageTokenCalls, AppCalls):
    """A client of the Graph API for one Page.

    token: the Page's access token. secret: the app's secret, for appsecret_proof; "" sends none.
    url, version: of the Graph API; the sandbox has a URL of its own. timeout: (connect, read) in seconds.
    session: a requests.Session, to share connections.
    usage: the Usage of Facebook's rate limits at the last answer.

    Methods raise ValueError, before any call, for arguments that exceed a limit, and GraphError for a call that did
    not succeed. `person` is a page-scoped id or a whole recipient; `psid` is a page-scoped id, up to 17 digits as text.
    """

    def __init__(self, token, *, secret="", url=GRAPH_URL, version=GRAPH_VERSION, timeout=TIMEOUT, session=None):
        self._token = token
        self._secret = secret
        self._base = f"{url.rstrip('/')}/{version}"
        self._timeout = timeout
        self._session = session or requests.Session()
        self.usage = Usage()

    def send_batch(self, items: Iterable[dict], *, include_headers=False) -> list[Answer | None]:
        """Make 1 to 50 calls in one: a Batch, or items {method, relative_url, body?, name?, depends_on?, …}.

        Return their answers in order, with None for one that Facebook left out. `answer.error` is None for a call that
        succeeded. Every call counts towards the rate limits. Do not put typing_on and typing_off into one batch.
        Raises ValueError for a batch that is too long, GraphError if the batch as a whole did not succeed.
        https://developers.facebook.com/docs/graph-api/batch-requests
        """
        items = list(items)
        check("batch", len(items))
        body = {"include_headers": include_headers, "batch": items}
        return parse(self._call("POST", "", json=body, kind=list))

    def _call(self, method, path, *wanted, params=None, json=None, upload=None, token=None, kind=dict):
        token = self._token if token is None else token
        if self._secret and token:
            params = {**(params or {}), "appsecret_proof": appsecret_proof(token, self._secret)}
        body, content_type = upload or (None, None)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers |= {"Content-Type": content_type} if content_type else {}
        with logged(method, path) as note:
            try:
                response = self._session.request(
                    method,
                    f"{self._base}/{path}",
                    params=params,
                    json=json,
                    data=body,
                    headers=headers,
                    timeout=self._timeout,
                    allow_redirects=False,
                )
            except (requests.RequestException, UnicodeError) as error:
                raise _without_answer(error) from None  # its text holds the URL, and with it the proof
            note(response.status_code)
            self.usage = Usage.read(response.headers)
            try:
                return _checked(response, wanted, kind, self.usage)
            except GraphError as error:
                raise error.without({token, self._token, self._secret}) from None


def _without_answer(error):
    reason = getattr(error.args[0], "reason", None) if error.args else None
    never_sent = isinstance(error, _NEVER_SENT) or isinstance(reason, _NEVER_SENT)
    return GraphError(f"No answer from Facebook ({type(error).__name__})", is_outcome_unknown=not never_sent)


def _checked(response, wanted, kind, usage):
    """Return the parsed answer of a call that succeeded: 2xx, JSON, all keys `wanted`, and no error."""
    answer = _parsed(response)
    is_whole = isinstance(answer, kind) and "error" not in answer and all(key in answer for key in wanted)
    if response.status_code in SUCCESS and is_whole:
        return answer
    error = answer.get("error") if isinstance(answer, dict) else None
    if isinstance(error, dict):
        message = str(error.get("message", "Facebook gave no reason"))
        raise GraphError(message, status=response.status_code, error=error, usage=usage)
    # Not Facebook's own error body: it came from a proxy or an overloaded server, and the call may have taken effect.
    message = "Facebook's answer cannot be read"
    raise GraphError(message, status=response.status_code, is_outcome_unknown=True, usage=usage)


def _parsed(response) -> Any:
    try:
        return to_json(response.json())
    except (ValueError, RecursionError):
        return None
