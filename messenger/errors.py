"""The one error that a call raises, and what the error book says about it."""

from . import book
from .book import BOOK, Act, Meaning, Who
from .usage import Usage

__all__ = ["BOOK", "Act", "GraphError", "Meaning", "Who"]


class GraphError(Exception):
    """A Graph call that did not succeed.

    code, subcode, fbtrace_id: Facebook's, None where it gave none. status: HTTP, None without an answer.
    is_transient: Facebook's own word, None where it said nothing. user_title, user_message: for people, "" if none.
    is_unsettled: whether the call may have taken effect all the same (time-out after sending, connection cut).
    usage: of Facebook's limits, as said beside the error; its `minutes` are how long to wait after a limit was reached.
    """

    def __init__(self, message, *, status=None, error=None, is_unsettled=False, usage=None):
        error = error if isinstance(error, dict) else {}
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = _number(error.get("code"))
        self.type = error.get("type")
        self.subcode = _number(error.get("error_subcode"))
        self.is_transient = error.get("is_transient")
        self.fbtrace_id = error.get("fbtrace_id")
        self.user_title = str(error.get("error_user_title") or "")
        self.user_message = str(error.get("error_user_msg") or "")
        self.is_unsettled = is_unsettled or self.meaning is book.WENT_OUT
        self.usage = usage or Usage()

    def __str__(self):
        parts = [self.message, self.code and f"code {self.code}", self.subcode and f"subcode {self.subcode}"]
        parts += [self.status and f"HTTP {self.status}", self.fbtrace_id and f"fbtrace_id {self.fbtrace_id}"]
        return " · ".join(str(part) for part in parts if part)

    def without(self, secrets):
        """The same error with every secret taken out of its texts: Facebook repeats a token that it does not like."""
        for secret in filter(None, secrets):
            self.message = self.message.replace(secret, "…")
            self.user_title = self.user_title.replace(secret, "…")
            self.user_message = self.user_message.replace(secret, "…")
        self.args = (self.message,)
        return self

    @property
    def meaning(self) -> Meaning:
        """From the book by code and subcode, then by code, then by the rule for the unknown."""
        if (self.type, self.code, self.subcode) == ("GraphMethodException", 100, None):
            return book.PROOF
        known = book.look_up(self.code, self.subcode)
        if known and not (known is book.OURS and self.is_transient):
            return known
        if self.code is None and self.status is None:
            return book.NO_ANSWER
        return book.BUSY if self.is_transient or (self.status or 0) >= 500 else book.UNEXPLAINED

    @property
    def sentence(self) -> str:
        """What to show a person: Facebook's own words for people, or ours."""
        return self.user_message or self.meaning.sentence

    @property
    def may_be_about_persona(self) -> bool:
        """Nobody outside Facebook has seen the body for a dead persona_id: any unexplained 100 may be it."""
        return self.code == 100 and self.meaning in (book.OURS, book.OBJECT)

    @property
    def lacks_default_app(self) -> bool:
        """The Page has no default app: then no app controls a thread, and each of them may answer."""
        return self.meaning is book.NO_DEFAULT_APP

    @property
    def may_be_about_tag(self) -> bool:
        """A tag for which the app is not approved is refused as any permission that it lacks."""
        return self.code == 10 and self.meaning is book.PERMISSION


def _number(code):
    """As it came, unless it is of a shape that no code has."""
    return code if isinstance(code, int | str) else None
