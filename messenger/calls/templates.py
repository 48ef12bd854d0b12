"""Templates: cards, buttons, media, receipts, and any other by its payload.

https://developers.facebook.com/docs/messenger-platform/send-messages/templates
"""

from .base import given
from .send_api import SendApi


class Templates(SendApi):
    """Send templates. Each call returns the message id; options and errors are those of `send`."""

    def send_template(self, person: str | dict, payload: dict, **options) -> str:
        """Send a template of any type. payload: {template_type, …}."""
        return self.send(person, {"attachment": {"type": "template", "payload": payload}}, **options)

    def send_generic_template(
        self, person: str | dict, elements: list[dict], *, image_aspect_ratio: str | None = None, **options
    ) -> str:
        """Send 1 to 10 cards {title (80), subtitle? (80), image_url?, default_action?, buttons? (3)}, side by side.

        Numbers in brackets are limits. image_aspect_ratio: horizontal (Facebook's default) or square.
        """
        payload = {"template_type": "generic", "elements": elements, **given(image_aspect_ratio=image_aspect_ratio)}
        return self.send_template(person, payload, **options)

    def send_button_template(self, person: str | dict, text: str, buttons: list[dict], **options) -> str:
        """Send up to 640 characters of text over 1 to 3 buttons {type, title (20), url or payload (1000)}."""
        return self.send_template(person, {"template_type": "button", "text": text, "buttons": buttons}, **options)

    def send_media_template(self, person: str | dict, elements: list[dict], **options) -> str:
        """Send exactly one {media_type: image or video, attachment_id or url (of Facebook), buttons? (3)}."""
        return self.send_template(person, {"template_type": "media", "elements": elements}, **options)

    def send_receipt_template(self, person: str | dict, receipt: dict, **options) -> str:
        """Send {recipient_name, order_number, currency, payment_method, summary{total_cost, …}, elements? (100), …}."""
        return self.send_template(person, {"template_type": "receipt", **receipt}, **options)
