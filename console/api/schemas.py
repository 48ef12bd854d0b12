"""The schemas of requests and answers, with the descriptions and examples that the documentation shows."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import Field, Path, Schema
from pydantic import AfterValidator, ConfigDict, StringConstraints

from console.forms import MOST_TEXT
from messenger.client import utf16_length

MOST_REASON = 500  # characters
MOST_SUMMARY = 2000
MOST_SKILL = 50
MOST_MID = 255

MONA, KEY = "5557003111222333", "5b1f6a52-6df0-4d3a-9a57-1f2f5d0c8f11"


def _keepable(text):
    if "\x00" in text:
        raise ValueError(_("It has a NUL character, which cannot be kept."))
    return text


def _sayable(text):
    if not text.strip():
        raise ValueError(_("Write something first."))
    if utf16_length(text) > MOST_TEXT:
        raise ValueError(_("A message has %(most)s characters at most.") % {"most": MOST_TEXT})
    return text


def _text(most, *checks, least=0):
    length = StringConstraints(strip_whitespace=True, min_length=least, max_length=most)
    checks = [AfterValidator(check) for check in (_keepable, *checks)]
    return Annotated[str, length, *checks, Field(json_schema_extra={"pattern": r"^[^\x00]*$"})]


Holder = Literal["bot", "queue", "agent", "elsewhere"]
State = Literal["queued", "sending", "unknown", "sent", "delivered", "read", "failed"]
Psid = Annotated[
    str,
    Path(pattern=r"^[0-9]{1,64}$", description="The customer's page-scoped id.", example=MONA),
]


def _example(**example):
    return {"json_schema_extra": {"example": example}}


# In


class Given(Schema):
    """A request body. Unknown fields are refused: a misspelt one would be ignored silently."""

    model_config = ConfigDict(extra="forbid")


class Nothing(Given):
    """A request body without fields, or no body at all."""


class HandOver(Given):
    reason: _text(MOST_REASON, least=1) = Field(
        description=f"Why, in a few words: it stands in the thread. {MOST_REASON} characters at most."
    )
    summary: _text(MOST_SUMMARY) = Field(
        "", description=f"What was said so far, for whoever takes it. {MOST_SUMMARY} characters at most."
    )
    skill: _text(MOST_SKILL) = Field(
        "", description="Of the team that should take it. Empty, or one that no team of the Page has: everybody."
    )
    model_config = _example(
        reason="Wants a refund", summary="Order 4711 came broken; has sent a picture.", skill="refunds"
    )


class Done(Given):
    seen: _text(MOST_MID) = Field(
        "",
        description="The `mid` of the last message that you have heard. Where the customer has written more since,"
        " nothing is closed. Without it, what the relay has yet to tell you counts as more.",
    )
    model_config = _example(seen="m_sZ2Kb")


class Saying(Given):
    text: _text(MOST_TEXT, _sayable, least=1) = Field(
        description=f"Up to {MOST_TEXT} characters. What is longer than 2000 goes out in several messages."
    )
    key: UUID | None = Field(
        None,
        description="Yours, for this message: sent again with the same key it is the same message, not another,"
        " whatever the text is then.",
    )
    model_config = _example(text="We are open from 9 to 18 h.", key=KEY)


# Out


class Held(Schema):
    psid: str
    holder: Holder = Field(
        description="Who may answer: `bot` (you), `queue` (people, nobody has taken it yet), `agent`, or `elsewhere`"
        " (the Page Inbox, another app)."
    )
    name: str = Field(description="Of the holder, for people.")
    team: str | None = Field(description="For which it waits, or from which the agent has it.")
    is_open: bool = Field(description="Not so once somebody closed it; the customer's next words open it.")
    since: datetime | None = Field(description="When the holder got it.")
    reason: str = Field(description="Why it last changed hands.")
    model_config = _example(
        psid=MONA,
        holder="agent",
        name="Ana Ruiz",
        team="Refunds",
        is_open=True,
        since="2026-11-20T14:02:00Z",
        reason="taken",
    )


class HandedOver(Held):
    notice: str = Field(description="What you may want to know of it: that no team has the skill. Mostly empty.")
    model_config = _example(
        psid=MONA,
        holder="queue",
        name="the queue",
        team=None,
        is_open=True,
        since="2026-11-20T14:02:00Z",
        reason="Wants a refund",
        notice="No team of this Page has the skill “refund”: everybody sees it.",
    )


class Sent(Schema):
    key: UUID = Field(description="By which to ask how it is.")
    state: State
    model_config = _example(key=KEY, state="queued")


class SentMessage(Sent):
    state: State = Field(
        description="`unknown`: Facebook did not answer, and we are finding out whether it has it. `failed` is final"
        " unless a person attempts again."
    )
    error: str = Field(description="What went wrong, or what it waits for. Mostly empty.")
    model_config = _example(key=KEY, state="delivered", error="")


class Refusal(Schema):
    detail: str = Field(description="A sentence for people.")


class Unreadable(Refusal):
    model_config = _example(detail="Cannot parse request body")


class TooLong(Refusal):
    model_config = _example(detail="This is too long for any call.")


class Unauthorized(Refusal):
    model_config = _example(detail="This takes a valid key, in the header Authorization: Bearer hk_…")


class Unknown(Refusal):
    model_config = _example(detail="There is no such thing on this Page.")


class Conflict(Refusal):
    holder: Holder | None = Field(description="Who holds it; null where something else is in the way.")
    name: str | None
    model_config = _example(detail="Ana Ruiz holds this conversation.", holder="agent", name="Ana Ruiz")


class Wrong(Refusal):
    model_config = _example(detail="reason: Field required.")


class TooMany(Refusal):
    model_config = _example(detail="Too many calls with this key. Try again in 2 s.")


REFUSALS = {401: Unauthorized, 404: Unknown, 422: Wrong, 429: TooMany}
UNREADABLE = {400: Unreadable, 413: TooLong}  # the body is not JSON, or longer than DATA_UPLOAD_MAX_MEMORY_SIZE
TAKEN = {409: Conflict}
