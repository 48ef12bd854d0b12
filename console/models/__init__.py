from .arrival import Arrival
from .attachment import Attachment
from .conversation import Conversation, TakenByAnother
from .customer import Customer
from .message import Message
from .window import WindowClosed

__all__ = ["Arrival", "Attachment", "Conversation", "Customer", "Message", "TakenByAnother", "WindowClosed"]
