"""The body that tells a bot of a change of holder: one schema, to send it, to document it and to test it."""

from datetime import datetime
from typing import Literal

from ninja import Field, Schema
from pydantic import ConfigDict

from console.models.handover.cause import Cause
from console.models.handover_rules import HandoverRules
from console.models.holder import Holder, name_for_bot

AGENT_NAMES = "Of an agent the name that customers see, or the full name if the Page's rules say so."


class FormerHolder(Schema):
    holder: Holder
    name: str = Field(description=f"The holder's name, for people. {AGENT_NAMES}")


class NewHolder(FormerHolder):
    team: str = Field(description="The team whose queue the conversation is in. Empty: everybody's.")


class HolderChange(Schema):
    event: Literal["holder"] = "holder"
    id: int = Field(description="The id of this change. The same change may be delivered twice.")
    page: str = Field(description="The Page's id.")
    psid: str = Field(description="The customer's page-scoped id.")
    from_: FormerHolder = Field(alias="from")
    to: NewHolder
    cause: str = Field(description=f"Why the holder changed: {', '.join(Cause.values)}. More may be added.")
    note: str = Field(description="The reason that a person or the bot gave; may be empty.")
    summary: str = Field(description="What was said while agents held the conversation, when you get it back.")
    at: datetime
    model_config = ConfigDict(
        populate_by_name=True,
        json_schema_extra={
            "example": {
                "event": "holder",
                "id": 1711,
                "page": "102030405060708",
                "psid": "5557003111222333",
                "from": {"holder": "agent", "name": "Ana R."},
                "to": {"holder": "bot", "name": "Robin", "team": ""},
                "cause": "handed-back",
                "note": "A new lid is on its way",
                "summary": "A new lid is on its way\nReplied: Ana R. Messages: 4.\nCustomer: Thank you!",
                "at": "2026-11-20T14:20:00Z",
            }
        },
    )

    @classmethod
    def of(cls, handover):
        """Describe this handover."""
        page, team = handover.conversation.page, handover.to_team
        rules = HandoverRules.of(page)
        former = name_for_bot(rules, page, handover.from_holder, handover.from_agent, handover.from_app)
        new = name_for_bot(rules, page, handover.to_holder, handover.to_agent, handover.to_app)
        return cls.model_validate(
            {
                "id": handover.pk,
                "page": page.page_id,
                "psid": handover.conversation.customer.psid,
                "from": {"holder": handover.from_holder, "name": former},
                "to": {"holder": handover.to_holder, "name": new, "team": str(team or "")},
                "cause": handover.cause,
                "note": handover.note,
                "summary": handover.summary,
                "at": handover.at,
            }
        )
