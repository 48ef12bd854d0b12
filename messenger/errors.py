"""The one error that a call raises; its meaning is an entry of the error catalogue."""

from . import error_catalogue as catalogue
from .error_catalogue import Action, Meaning
from .usage import Usage


class GraphError(Exception):
    """A Graph API call that did not succeed.

    code, subcode, type, fbtrace_id: as Facebook gave them, else None.
    status: the HTTP status, None if there was no answer.
    is_transient: as Facebook gave it, else None.
    user_title, user_message: Facebook's texts for people, "" if it gave none.
    is_outcome_unknown: whether the call may have taken effect nevertheless, as after a time-out or a cut connection.
    usage: the Usage that came with the error; its `minutes` say how long to wait after a rate limit.
    """

    def __init__(self, message, *, status=None, error=None, is_outcome_unknown=False, usage=None):
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
        self.is_outcome_unknown = is_outcome_unknown or self.meaning is catalogue.SENT_DESPITE_ERROR
        self.usage = usage or Usage()

    def __str__(self):
        parts = [self.message, self.code and f"code {self.code}", self.subcode and f"subcode {self.subcode}"]
        parts += [self.status and f"HTTP {self.status}", self.fbtrace_id and f"fbtrace_id {self.fbtrace_id}"]
        return " · ".join(str(part) for part in parts if part)

    def without(self, secrets):
        """Remove these strings from the texts, and return the error. Facebook repeats a token that it does not like."""
        for secret in filter(None, secrets):
            self.message = self.message.replace(secret, "…")
            self.user_title = self.user_title.replace(secret, "…")
            self.user_message = self.user_message.replace(secret, "…")
        self.args = (self.message,)
        return self

    @property
    def meaning(self) -> Meaning:
        """The entry of the error catalogue for the code and subcode, then for the code, then for an unknown error."""
        if (self.type, self.code, self.subcode) == ("GraphMethodException", 100, None):
            return catalogue.WRONG_APP_SECRET
        known = catalogue.look_up(self.code, self.subcode)
        if known and not (known is catalogue.MALFORMED and self.is_transient):
            return known
        if self.code is None and self.status is None:
            return catalogue.NO_ANSWER
        return catalogue.BUSY if self.is_transient or (self.status or 0) >= 500 else catalogue.UNEXPLAINED

    @property
    def action(self) -> Action:
        """Return the action of the caller after this error."""
        return self.meaning.action

    @property
    def sentence(self) -> str:
        """A sentence to show to people: Facebook's own if it gave one, else that of the catalogue.

        The catalogue does not know every error: then the sentence has the numbers by which an admin can look it up.
        """
        numbers = " / ".join(str(number) for number in (self.code, self.subcode) if number is not None)
        if self.meaning is catalogue.UNEXPLAINED and numbers:
            return self.user_message or f"Facebook refused for a reason that we do not know: error {numbers}."
        return self.user_message or self.meaning.sentence

    @property
    def may_be_about_persona(self) -> bool:
        """Return whether the persona_id may be the cause. The error for a deleted persona is undocumented: code 100."""
        return self._is_about_a_value

    @property
    def may_be_about_quote(self) -> bool:
        """Return whether the reply_to may be the cause. The error for a message that is gone is undocumented."""
        return self._is_about_a_value

    @property
    def may_be_about_upload(self) -> bool:
        """Return whether the attachment_id may be the cause: Facebook keeps an upload for 90 days."""
        return self.meaning is catalogue.EXPIRED_FILE or self._is_about_a_value

    @property
    def _is_about_a_value(self):
        return self.code == 100 and self.meaning in (catalogue.MALFORMED, catalogue.UNKNOWN_OBJECT)

    @property
    def lacks_default_app(self) -> bool:
        """Return whether the Page has no default app. Then no app controls a thread, and each of them may answer."""
        return self.meaning is catalogue.NO_DEFAULT_APP

    @property
    def may_be_about_tag(self) -> bool:
        """Return whether the tag may be the cause: Facebook refuses an unapproved one as a missing permission."""
        return self.code == 10 and self.meaning is catalogue.MISSING_PERMISSION


def _number(code):
    """Return the code as it came; None if it is of a shape that no code has."""
    return code if isinstance(code, int | str) else None
