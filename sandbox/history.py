"""The Conversations API: what was said, as far back as Facebook tells.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversations
"""

from dataclasses import dataclass, replace

from . import asked, errors, paging, protocol, routing
from .asked import Asked
from .call import Call
from .cast import Customer, Message, Page
from .world import World

TOLD = 20  # messages of a conversation; the older ones count as deleted
PREFIXES = ("t_", "m_")
FAR_MS = 10**14  # newest first: cursors rise while times fall
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
class Said:
    customer: Customer
    message: Message


def find(world: World, page: Page, name: str) -> Conversation | Said | None:
    if name.startswith("t_"):
        customer = world.customers.get(name[2:])
        return Conversation(customer) if customer and customer.page is page and customer.thread else None
    mine = (customer for customer in world.customers.values() if customer.page is page)
    return next((Said(customer, message) for customer in mine if (message := customer.find(name))), None)


async def index(call: Call, page: Page) -> dict:
    if str(call.get("platform", "messenger")).lower() != "messenger":
        return {"data": []}
    rows = [Conversation(c) for c in call.world.customers.values() if c.page is page and c.thread]
    if psid := call.get("user_id"):
        rows = [row for row in rows if row.customer.psid == str(psid)]
    if folder := call.get("folder"):
        rows = [row for row in rows if row.customer.folder == str(folder).lower()]
    rows.sort(key=_number)
    wanted = asked.fields(call)
    return paging.page(call, rows, _number, lambda row: _facts(call, row, wanted))


async def show(call: Call, conversation: Conversation) -> dict:
    return _facts(call, conversation, asked.fields(call))


async def messages(call: Call, conversation: Conversation) -> dict:
    return _messages(call, conversation, asked.fields(call))


async def show_message(call: Call, said: Said) -> dict:
    conversation = Conversation(said.customer)
    if said.message not in conversation.newest_first()[:TOLD]:
        raise errors.MESSAGE_DELETED()
    return _message_facts(call, said.customer, said.message, asked.fields(call))


def _number(conversation: Conversation) -> int:
    return FAR_MS - conversation.updated_at


def _facts(call: Call, conversation: Conversation, wanted: Asked) -> dict:
    customer, page = conversation.customer, conversation.customer.page
    said, now = conversation.newest_first(), call.world.clock.now()
    people = {"data": [_person(customer), _person(page)]}
    facts = {
        "id": conversation.id,
        "link": f"/{page.id}/inbox/{customer.psid}/",
        "updated_time": protocol.time(call, conversation.updated_at),
        "message_count": len(said),
        "unread_count": sum(m.sender == "customer" and not m.is_read for m in said),
        "can_reply": bool(customer.opened_at and now - customer.opened_at <= WINDOW_MS),
        "is_owner": routing.speaker(customer, now) in (None, call.grant.app.id),
        "participants": people,
        "senders": people,
        "snippet": said[0].text or "",
    }
    if "messages" in wanted:
        facts["messages"] = _nested(call, conversation, wanted["messages"])
    return asked.only(facts, wanted, USUAL)


def _nested(call: Call, conversation: Conversation, wanted: Asked) -> dict:
    """The messages within their conversation; the next page is asked for without it."""
    inner = replace(call, path=f"/{conversation.id}/messages", query=wanted.query(), body={})
    return _messages(inner, conversation, wanted)


def _messages(call: Call, conversation: Conversation, wanted: Asked) -> dict:
    rows = conversation.newest_first()
    told = {message.mid for message in rows[:TOLD]}

    def shown(message: Message) -> dict:
        fields = wanted if message.mid in told else Asked({name: Asked() for name in USUAL_OF_MESSAGE})
        return _message_facts(call, conversation.customer, message, fields)

    return paging.page(call, rows, lambda message: FAR_MS - message.at, shown)


def _message_facts(call: Call, customer: Customer, message: Message, wanted: Asked) -> dict:
    """Of the persona there is no word."""
    sender, receiver = (customer, customer.page) if message.sender == "customer" else (customer.page, customer)
    facts = {
        "id": message.mid,
        "created_time": protocol.time(call, message.at),
        "from": _person(sender),
        "to": {"data": [_person(receiver)]},
        "message": message.text or "",
    }
    files = [_file(call, a) for a in message.attachments if a.get("url") and a["type"] != "sticker"]
    stickers = [a["url"] for a in message.attachments if a["type"] == "sticker"]
    facts |= {"attachments": {"data": files}} if files else {}
    facts |= {"sticker": stickers[0]} if stickers else {}
    facts |= {"reply_to": {"mid": message.reply_to}} if message.reply_to else {}
    return asked.only(facts, wanted, USUAL_OF_MESSAGE)


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


def _person(who: Customer | Page) -> dict:
    id = who.psid if isinstance(who, Customer) else who.id
    return {"name": who.name, "email": f"{id}@facebook.com", "id": id}
