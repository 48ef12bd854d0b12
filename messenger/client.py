"""Calls to the Graph API for one Page. Every call takes one path and raises one error; nothing is retried here.

What can be said stands in `calls`, a room for each capability; this is how it is said, and what becomes of the answer.
The token goes in the Authorization header: `requests` puts whole URLs into its exceptions, and proxies into their logs.
"""

from collections.abc import Iterable

import requests
from urllib3.exceptions import NewConnectionError

from .batch import Answer, parse
from .calls import AppCalls, PageTokenCalls
from .errors import GraphError
from .limits import LIMITS, check, utf16_length
from .signature import appsecret_proof
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
    """Speaks for one Page.

    token: the Page's access token. secret: the app's, for appsecret_proof; "" sends none.
    timeout: (connect, read) in seconds. session: a requests.Session to share connections.
    usage: how much of Facebook's limits was used at the last answer.

    Methods take ids and texts, and raise ValueError for what Facebook would not take, before any call, and GraphError
    for a call that did not succeed. `person` is a page-scoped id, or a whole recipient.
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

        Returns their answers in order, None for one that Facebook left out; each says by its `error` whether it
        failed. Every call counts towards the limits. Never put typing_on and typing_off in the same batch.
        GraphError: the batch as a whole did not succeed.
        """
        items = list(items)
        check("batch", len(items))
        body = {"include_headers": include_headers, "batch": items}
        return parse(self._call("POST", "", json=body, kind=list))

    # The one path

    def _call(self, method, path, *wanted, params=None, json=None, upload=None, token=None, kind=dict):
        token = self._token if token is None else token
        if self._secret and token:
            params = {**(params or {}), "appsecret_proof": appsecret_proof(token, self._secret)}
        body, content_type = upload or (None, None)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers |= {"Content-Type": content_type} if content_type else {}
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
        self.usage = Usage.read(response.headers)
        try:
            return _checked(response, wanted, kind, self.usage)
        except GraphError as error:
            raise error.without({token, self._token, self._secret}) from None


def _without_answer(error):
    reason = getattr(error.args[0], "reason", None) if error.args else None
    never_sent = isinstance(error, _NEVER_SENT) or isinstance(reason, _NEVER_SENT)
    return GraphError(f"No answer from Facebook ({type(error).__name__})", is_unsettled=not never_sent)


def _checked(response, wanted, kind, usage):
    """The answer's object: an answer counts as success when it is 2xx, JSON, and holds no error."""
    try:
        answer = response.json()
    except (ValueError, RecursionError):
        answer = None
    is_whole = isinstance(answer, kind) and "error" not in answer and all(key in answer for key in wanted)
    if response.status_code in SUCCESS and is_whole:
        return answer
    error = answer.get("error") if isinstance(answer, dict) else None
    if isinstance(error, dict):
        message = str(error.get("message", "Facebook gave no reason"))
        raise GraphError(message, status=response.status_code, error=error, usage=usage)
    # Not Facebook's own error body: a proxy or an overloaded server spoke, and the call may have gone through.
    message = "Facebook's answer cannot be read"
    raise GraphError(message, status=response.status_code, is_unsettled=True, usage=usage)
