"""The error book: what a Graph error means, who must act, and what to do about it.

Facebook's texts change and are translated, so (code, subcode) decides, never the text.
https://developers.facebook.com/docs/messenger-platform/error-codes
"""

from dataclasses import dataclass
from enum import Enum


class Act(Enum):
    """What the caller does about an error."""

    RETRY = "retry later"
    SLOW_PAGE = "slow the Page"
    SLOW_APP = "slow the app"
    RENEW_TOKEN = "renew the token"  # noqa: S105
    NEW_PERSONA = "make the persona anew"
    WINDOW_CLOSED = "window closed"
    OTHER_APP = "another app has the thread"
    UNREACHABLE = "person unreachable"
    GIVE_UP = "give up"

    @property
    def is_passing(self):
        """Whether the same call may succeed later without anybody doing anything."""
        return self in (Act.RETRY, Act.SLOW_PAGE, Act.SLOW_APP)


class Who(Enum):
    """Who has to do something about an error."""

    NOBODY = "nobody"
    AGENT = "agent"
    ADMIN = "admin"
    US = "us"


@dataclass(frozen=True)
class Meaning:
    sentence: str
    who: Who
    act: Act


_BUSY = Meaning("Facebook is not available right now; we keep trying.", Who.NOBODY, Act.RETRY)
_SLOW_APP = Meaning("Facebook limits how much our app may call; we slow down.", Who.NOBODY, Act.SLOW_APP)
_SLOW_PAGE = Meaning("Facebook limits how much this Page may call; we slow down.", Who.NOBODY, Act.SLOW_PAGE)
_TOKEN = Meaning("The Page's access token no longer works; an admin must renew it.", Who.ADMIN, Act.RENEW_TOKEN)
_SCOPE = Meaning("The Page's access token lacks a permission; an admin must renew it.", Who.ADMIN, Act.RENEW_TOKEN)
_PERMISSION = Meaning("Our app lacks a permission on this Page; an admin must grant it.", Who.ADMIN, Act.GIVE_UP)
_WINDOW = Meaning(
    "More than 24 hours have passed since the customer last wrote; Facebook lets us answer once they write again.",
    Who.AGENT,
    Act.WINDOW_CLOSED,
)
_GONE = Meaning("This person cannot be reached: they blocked the Page, or left Messenger.", Who.AGENT, Act.UNREACHABLE)
_NO_MATCH = Meaning("Facebook knows no such person on this Page.", Who.AGENT, Act.UNREACHABLE)
_OTHER_APP = Meaning("Another app or the Page Inbox holds this conversation now.", Who.AGENT, Act.OTHER_APP)
_FILE = Meaning("Facebook could not use the file: its address, type or size is wrong.", Who.AGENT, Act.GIVE_UP)
_CONTENT = Meaning("Facebook refused the content as reported by others.", Who.AGENT, Act.GIVE_UP)
_RESTRICTED = Meaning("Facebook has restricted this Page from sending for now.", Who.ADMIN, Act.GIVE_UP)
_OURS = Meaning("Facebook refused the message as malformed; this is our fault.", Who.US, Act.GIVE_UP)
_OBJECT = Meaning("Facebook no longer knows the object, or does not let us see it.", Who.US, Act.NEW_PERSONA)
_PROOF = Meaning("Facebook did not accept our app secret; an admin must correct it.", Who.ADMIN, Act.GIVE_UP)
_NO_ANSWER = Meaning("Facebook did not answer; we keep trying.", Who.NOBODY, Act.RETRY)
_UNEXPLAINED = Meaning("Facebook refused without a reason that we know.", Who.AGENT, Act.GIVE_UP)

BOOK = {
    (1, None): _BUSY,
    (2, None): _BUSY,
    (4, None): _SLOW_APP,
    (10, None): _PERMISSION,
    (10, 2018065): _WINDOW,
    (10, 2018108): _GONE,
    (10, 2018278): _WINDOW,
    (10, 2018300): _OTHER_APP,
    (10, 2534022): _WINDOW,
    (10, 1893063): _RESTRICTED,
    (17, None): _SLOW_PAGE,
    (32, None): _SLOW_PAGE,
    (100, None): _OURS,
    (100, 33): _OBJECT,
    (100, 2018001): _NO_MATCH,
    (100, 2018008): _FILE,
    (100, 2018047): _FILE,
    (100, 2018074): _FILE,
    (100, 2018109): _FILE,
    (100, 2018294): _FILE,
    (100, 2534037): _OTHER_APP,
    (102, None): _TOKEN,
    (104, None): _TOKEN,
    (190, None): _TOKEN,
    (200, None): _PERMISSION,
    (200, 1545041): _GONE,
    (230, None): _SCOPE,
    (341, None): _SLOW_APP,
    (368, None): _CONTENT,
    (546, None): _FILE,
    (551, None): _GONE,
    (613, None): _SLOW_PAGE,
    (1200, None): _BUSY,
    (80001, None): _SLOW_PAGE,
    (80002, None): _SLOW_PAGE,
    (80006, None): _SLOW_PAGE,
    (2018001, None): _NO_MATCH,
    (2018300, None): _OTHER_APP,
}


class GraphError(Exception):
    """A Graph call that did not succeed.

    code, subcode, fbtrace_id: Facebook's, None where it gave none. status: HTTP, None without an answer.
    is_transient: Facebook's own word, None where it said nothing. user_title, user_message: for people, "" if none.
    is_unsettled: whether the call may have taken effect all the same (time-out after sending, connection cut).
    """

    def __init__(self, message, *, status=None, error=None, is_unsettled=False):
        error = error if isinstance(error, dict) else {}
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = error.get("code")
        self.type = error.get("type")
        self.subcode = error.get("error_subcode")
        self.is_transient = error.get("is_transient")
        self.fbtrace_id = error.get("fbtrace_id")
        self.user_title = error.get("error_user_title") or ""
        self.user_message = error.get("error_user_msg") or ""
        self.is_unsettled = is_unsettled

    def __str__(self):
        parts = [self.message, self.code and f"code {self.code}", self.subcode and f"subcode {self.subcode}"]
        parts += [self.status and f"HTTP {self.status}", self.fbtrace_id and f"fbtrace_id {self.fbtrace_id}"]
        return " · ".join(str(part) for part in parts if part)

    @property
    def meaning(self) -> Meaning:
        """From the book by code and subcode, then by code, then by the rule for the unknown."""
        if (self.type, self.code, self.subcode) == ("GraphMethodException", 100, None):
            return _PROOF
        known = BOOK.get((self.code, self.subcode)) or BOOK.get((self.code, None))
        if known and not (known is _OURS and self.is_transient):
            return known
        if self.code is None and self.status is None:
            return _NO_ANSWER
        return _BUSY if self.is_transient or (self.status or 0) >= 500 else _UNEXPLAINED

    @property
    def sentence(self) -> str:
        """What to show a person: Facebook's own words for people, or ours."""
        return self.user_message or self.meaning.sentence

    @property
    def may_be_about_persona(self) -> bool:
        """Nobody outside Facebook has seen the body for a dead persona_id: any unexplained 100 may be it."""
        return self.code == 100 and self.meaning in (_OURS, _OBJECT)
