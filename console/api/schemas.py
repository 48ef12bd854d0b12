"""The schemas of requests and answers, with the descriptions and examples that the documentation shows."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import Field, Path, Schema
from pydantic import AfterValidator, ConfigDict, StringConstraints

from console.forms import MOST_TEXT
from console.models import Holder
from console.models.bot_event.holder_change import AGENT_NAMES
from messenger.client import utf16_length

MOST_REASON = 500  # characters
MOST_SUMMARY = 2000
MOST_SKILL = 50
MOST_MID = 255

MONA, KEY = "5557003111222333", "5b1f6a52-6df0-4d3a-9a57-1f2f5d0c8f11"


def _storable(text):
    if "\x00" in text:
        raise ValueError(_("NUL characters cannot be stored."))
    return text


def _sendable(text):
    if not text.strip():
        raise ValueError(_("The text is empty."))
    if utf16_length(text) > MOST_TEXT:
        raise ValueError(_("A message has at most %(most)s characters.") % {"most": MOST_TEXT})
    return text


def _text(most, *checks, least=0):
    length = StringConstraints(strip_whitespace=True, min_length=least, max_length=most)
    checks = [AfterValidator(check) for check in (_storable, *checks)]
    return Annotated[str, length, *checks, Field(json_schema_extra={"pattern": r"^[^\x00]*$"})]


State = Literal["queued", "sending", "unknown", "sent", "delivered", "read", "failed"]
Psid = Annotated[
    str,
    Path(pattern=r"^[0-9]{1,64}$", description="The customer's page-scoped id.", example=MONA),
]


def _example(**example):
    return {"json_schema_extra": {"example": example}}


# Requests


class Request(Schema):
    """A request body. Unknown fields are refused: otherwise a misspelt field would be ignored silently."""

    model_config = ConfigDict(extra="forbid")


class NoFields(Request):
    """A request body without fields, or no body at all."""


class HandOver(Request):
    reason: _text(MOST_REASON, least=1) = Field(
        description=f"Why, in a few words, for the agents. At most {MOST_REASON} characters."
    )
    summary: _text(MOST_SUMMARY) = Field(
        "", description=f"What was said so far, for the agent who takes it. At most {MOST_SUMMARY} characters."
    )
    skill: _text(MOST_SKILL) = Field(
        "",
        description="The skill of the team that should take it. If it is empty, or no team of the Page has it,"
        " everybody sees the conversation.",
    )
    model_config = _example(
        reason="Wants a refund", summary="Order 4711 came broken; has sent a picture.", skill="refunds"
    )


class Close(Request):
    seen: _text(MOST_MID) = Field(
        "",
        description="The `mid` of the last message that you have received. If the customer has written more since,"
        " the conversation stays open. Without `seen`, it stays open while the relay has messages for you that are"
        " not delivered yet.",
    )
    model_config = _example(seen="m_sZ2Kb")


class SendMessage(Request):
    text: _text(MOST_TEXT, _sendable, least=1) = Field(
        description=f"At most {MOST_TEXT} characters. A text longer than 2000 goes out in several messages."
    )
    key: UUID | None = Field(
        None,
        description="An idempotency key of your choice. A second request with the same key sends nothing new, whatever"
        " its text.",
    )
    reply_to: _text(MOST_MID) = Field(
        "",
        description="The `mid` of the message that this one quotes. Facebook takes quotes for 24 hours after the"
        " customer last wrote.",
    )
    model_config = _example(text="We are open from 9 to 18 h.", key=KEY, reply_to="m_sZ2Kb")


# Responses


class ConversationState(Schema):
    psid: str
    holder: Holder = Field(
        description="Who may reply: `bot` (you), `queue` (no agent has taken it yet), `agent`, or `elsewhere`"
        " (the Page Inbox, another app)."
    )
    name: str = Field(description=f"The holder's name, for people. {AGENT_NAMES}")
    team: str | None = Field(description="The team whose queue it is in, or from whose queue the agent took it.")
    is_open: bool = Field(description="False once somebody closed it. The customer's next message reopens it.")
    since: datetime | None = Field(description="When the holder got it.")
    reason: str = Field(description="Why the holder last changed.")
    model_config = _example(
        psid=MONA,
        holder="agent",
        name="Ana R.",
        team="Refunds",
        is_open=True,
        since="2026-11-20T14:02:00Z",
        reason="taken",
    )


class HandedOver(ConversationState):
    notice: str = Field(description="A warning: no team has the skill. Empty in most cases.")
    model_config = _example(
        psid=MONA,
        holder="queue",
        name="the queue",
        team=None,
        is_open=True,
        since="2026-11-20T14:02:00Z",
        reason="Wants a refund",
        notice="No team of this Page has the skill “refund”, so everybody sees it.",
    )


class QueuedMessage(Schema):
    key: UUID = Field(description="The key under which you can ask for its state.")
    state: State
    model_config = _example(key=KEY, state="queued")


class SentMessage(QueuedMessage):
    state: State = Field(
        description="`unknown`: Facebook did not answer, and we are finding out whether it has the message. `failed` is"
        " final unless an agent retries it."
    )
    error: str = Field(description="What went wrong, or what the message waits for. Empty in most cases.")
    model_config = _example(key=KEY, state="delivered", error="")


# Refusals


class Refusal(Schema):
    detail: str = Field(description="A sentence for people.")


class Unreadable(Refusal):
    model_config = _example(detail="Cannot parse request body")


class TooLong(Refusal):
    model_config = _example(detail="The request body is too long.")


class Unauthorized(Refusal):
    model_config = _example(detail="This needs a valid API key, in the header Authorization: Bearer hk_…")


class Unknown(Refusal):
    model_config = _example(detail="This Page has nothing with this id.")


class Conflict(Refusal):
    holder: Holder | None = Field(description="Who holds the conversation; null if that is not the reason.")
    name: str | None
    model_config = _example(detail="This conversation is with Ana R.", holder="agent", name="Ana R.")


class Wrong(Refusal):
    model_config = _example(detail="reason: Field required.")


class TooMany(Refusal):
    model_config = _example(detail="Too many calls with this API key. Try again in 2 s.")


REFUSALS = {401: Unauthorized, 404: Unknown, 422: Wrong, 429: TooMany}
UNREADABLE = {400: Unreadable, 413: TooLong}  # the body is not JSON, or longer than DATA_UPLOAD_MAX_MEMORY_SIZE
CONFLICT = {409: Conflict}
