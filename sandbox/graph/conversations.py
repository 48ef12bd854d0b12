"""The Conversations API: a Page's conversations and their newest messages.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversations
"""

from dataclasses import dataclass, replace

from .. import errors
from ..world import conversation_routing
from ..world.models import Customer, Message, Page
from ..world.world import World
from . import pagination
from .call import Call
from .field_selection import RequestedFields, requested_fields, select_fields
from .retired_features import format_time

MESSAGES_LIMIT = 20  # per conversation; older messages count as deleted
PREFIXES = ("t_", "m_")
CURSOR_BASE_MS = 10**14  # cursors rise while times fall: newest first
WINDOW_MS = 24 * 3600 * 1000
USUAL = ("id", "link", "updated_time")
USUAL_OF_MESSAGE = ("id", "created_time")


@dataclass(frozen=True)
class Conversation:
    customer: Customer

    @property
    def id(self) -> str:
        return f"t_{self.customer.psid}"

    @property
    def updated_at(self) -> int:
        return next(reversed(self.customer.thread.values())).at

    def newest_first(self) -> list[Message]:
        return list(reversed(self.customer.thread.values()))


@dataclass(frozen=True)
class MessageNode:
    customer: Customer
    message: Message


def find(world: World, page: Page, name: str) -> Conversation | MessageNode | None:
    if name.startswith("t_"):
        customer = world.customers.get(name[2:])
        return Conversation(customer) if customer and customer.page is page and customer.thread else None
    mine = (customer for customer in world.customers.values() if customer.page is page)
    return next((MessageNode(customer, message) for customer in mine if (message := customer.find(name))), None)


async def index(call: Call, page: Page) -> dict:
    if str(call.get("platform", "messenger")).lower() != "messenger":
        return {"data": []}
    rows = [Conversation(c) for c in call.world.customers.values() if c.page is page and c.thread]
    if psid := call.get("user_id"):
        rows = [row for row in rows if row.customer.psid == str(psid)]
    if folder := call.get("folder"):
        rows = [row for row in rows if row.customer.folder == str(folder).lower()]
    rows.sort(key=_number)
    requested = requested_fields(call)
    return pagination.page(call, rows, _number, lambda row: _facts(call, row, requested))


async def show(call: Call, conversation: Conversation) -> dict:
    return _facts(call, conversation, requested_fields(call))


async def messages(call: Call, conversation: Conversation) -> dict:
    return _messages(call, conversation, requested_fields(call))


async def show_message(call: Call, node: MessageNode) -> dict:
    conversation = Conversation(node.customer)
    if node.message not in conversation.newest_first()[:MESSAGES_LIMIT]:
        raise errors.MESSAGE_DELETED()
    return _message_facts(call, node.customer, node.message, requested_fields(call))


def _number(conversation: Conversation) -> int:
    return CURSOR_BASE_MS - conversation.updated_at


def _facts(call: Call, conversation: Conversation, requested: RequestedFields) -> dict:
    customer, page = conversation.customer, conversation.customer.page
    newest_first, now = conversation.newest_first(), call.world.clock.now()
    people = {"data": [_participant(customer), _participant(page)]}
    facts = {
        "id": conversation.id,
        "link": f"/{page.id}/inbox/{customer.psid}/",
        "updated_time": format_time(call, conversation.updated_at),
        "message_count": len(newest_first),
        "unread_count": sum(m.sender == "customer" and not m.is_read for m in newest_first),
        "can_reply": bool(customer.opened_at and now - customer.opened_at <= WINDOW_MS),
        "is_owner": conversation_routing.controller(customer, now) in (None, call.grant.app.id),
        "participants": people,
        "senders": people,
        "snippet": newest_first[0].text or "",
    }
    if "messages" in requested:
        facts["messages"] = _nested(call, conversation, requested["messages"])
    return select_fields(facts, requested, USUAL)


def _nested(call: Call, conversation: Conversation, requested: RequestedFields) -> dict:
    """List the messages within their conversation. Links to further pages lead to its `messages` edge."""
    inner = replace(call, path=f"/{conversation.id}/messages", query=requested.query(), body={})
    return _messages(inner, conversation, requested)


def _messages(call: Call, conversation: Conversation, requested: RequestedFields) -> dict:
    rows = conversation.newest_first()
    usual = RequestedFields({name: RequestedFields() for name in USUAL_OF_MESSAGE})
    visible = {message.mid for message in rows[:MESSAGES_LIMIT]}

    def shown(message: Message) -> dict:
        fields = requested if message.mid in visible else usual
        return _message_facts(call, conversation.customer, message, fields)

    return pagination.page(call, rows, lambda message: CURSOR_BASE_MS - message.at, shown)


def _message_facts(call: Call, customer: Customer, message: Message, requested: RequestedFields) -> dict:
    """Return the facts about a message. The persona is none of them."""
    sender, receiver = (customer, customer.page) if message.sender == "customer" else (customer.page, customer)
    facts = {
        "id": message.mid,
        "created_time": format_time(call, message.at),
        "from": _participant(sender),
        "to": {"data": [_participant(receiver)]},
        "message": message.text or "",
    }
    files = [_file(call, a) for a in message.attachments if a.get("url") and a["type"] != "sticker"]
    stickers = [a["url"] for a in message.attachments if a["type"] == "sticker"]
    facts |= {"attachments": {"data": files}} if files else {}
    facts |= {"sticker": stickers[0]} if stickers else {}
    facts |= {"reply_to": {"mid": message.reply_to}} if message.reply_to else {}
    return select_fields(facts, requested, USUAL_OF_MESSAGE)


def _file(call: Call, attachment: dict) -> dict:
    url = attachment["url"]
    file = call.world.media.get(url.rpartition("/")[2])
    facts = {"id": url.rpartition("/")[2], "name": url.rpartition("/")[2]}
    facts |= {"mime_type": file.content_type, "size": len(file.content)} if file else {}
    kinds = {
        "image": {"image_data": {"url": url, "preview_url": url, "width": 0, "height": 0}},
        "video": {"video_data": {"url": url, "preview_url": url, "width": 0, "height": 0}},
    }
    return facts | kinds.get(attachment["type"], {"file_url": url})


def _participant(who: Customer | Page) -> dict:
    id = who.psid if isinstance(who, Customer) else who.id
    return {"name": who.name, "email": f"{id}@facebook.com", "id": id}
