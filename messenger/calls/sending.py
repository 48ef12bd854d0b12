"""The Send API: messages and sender actions.

https://developers.facebook.com/docs/messenger-platform/reference/send-api
"""

from ..limits import check_message
from .files import multipart
from .path import Path, given, recipient_of

HUMAN_AGENT = "HUMAN_AGENT"  # the tag of a person's answer, until 7 days after the customer wrote


class Sending(Path):
    def send_raw(self, body: dict) -> dict:
        """Send a whole body as it stands; returns {recipient_id, message_id, attachment_id?}.

        ValueError: something in its message is too long. GraphError: Facebook refused, or did not answer.
        """
        check_message(body.get("message"))
        return self._call("POST", "me/messages", json=body)

    def send(
        self,
        person: str | dict,
        message: dict,
        *,
        persona_id: str | None = None,
        metadata: str | None = None,
        quick_replies: list[dict] | None = None,
        messaging_type: str | None = None,
        tag: str | None = None,
        reply_to: str | None = None,
        notification_type: str | None = None,
        thread_control: dict | None = None,
        file=None,
        filename: str | None = None,
    ) -> str:
        """Send any message; returns its id. ValueError: something is too long. GraphError: refused, or no answer.

        person: a page-scoped id, or a recipient such as {"user_ref": …} or {"comment_id": …}.
        persona_id: whose face it shows; the Page's own without.
        metadata: up to 1000 characters that come back in the echo alone.
        quick_replies: up to 13 of {content_type, title (20), payload (1000), image_url?}.
        messaging_type: RESPONSE unless given, MESSAGE_TAG with a tag.
        tag: HUMAN_AGENT (7 days, people only) or CUSTOMER_FEEDBACK; Facebook refuses the others since April 2026.
        reply_to: the id of the message that it answers.
        notification_type: REGULAR, SILENT_PUSH or NO_PUSH.
        thread_control: {"control_type": "release"} or {"control_type": "pass", "app_id": …} hands over at once.
        file, filename: the content of an attachment whose payload names none.
        """
        message = {**message, **given(metadata=metadata or None, quick_replies=quick_replies or None)}
        check_message(message)
        body = {
            "recipient": recipient_of(person),
            "messaging_type": messaging_type or ("MESSAGE_TAG" if tag else "RESPONSE"),
            "message": message,
            **given(
                persona_id=persona_id,
                tag=tag,
                reply_to={"mid": reply_to} if reply_to else None,
                notification_type=notification_type,
                thread_control=thread_control,
            ),
        }
        return self._post_message("me/messages", "message_id", body, file, filename)

    def send_text(self, person: str | dict, text: str, **options) -> str:
        """Send up to 2000 UTF-16 units of text; returns the message id. Options and errors as for `send`."""
        return self.send(person, {"text": text}, **options)

    def _post_message(self, path, wanted, body, file, filename):
        if file is None:
            return self._call("POST", path, wanted, json=body)[wanted]
        return self._call("POST", path, wanted, upload=multipart(body, file, filename))[wanted]

    # Sender actions: https://developers.facebook.com/docs/messenger-platform/send-messages/sender-actions

    def sender_action(self, person: str | dict, action: str, *, persona_id=None, payload: dict | None = None) -> None:
        """typing_on, typing_off, mark_seen, react or unreact; a persona only with the first two."""
        body = {"recipient": recipient_of(person), "sender_action": action}
        self._call("POST", "me/messages", json={**body, **given(persona_id=persona_id, payload=payload)})

    def typing_on(self, person: str | dict, *, persona_id=None) -> None:
        """Show the dots, for 20 s at most or until the next message."""
        self.sender_action(person, "typing_on", persona_id=persona_id)

    def typing_off(self, person: str | dict, *, persona_id=None) -> None:
        """Take the dots away."""
        self.sender_action(person, "typing_off", persona_id=persona_id)

    def mark_seen(self, person: str | dict) -> None:
        """Show the customer that their last message was read."""
        self.sender_action(person, "mark_seen")

    def react(self, person: str | dict, mid: str, reaction: str) -> None:
        """Put a reaction, one emoji, on a message; a second one takes the place of the first."""
        self.sender_action(person, "react", payload={"message_id": mid, "reaction": reaction})

    def unreact(self, person: str | dict, mid: str) -> None:
        """Take the Page's reaction to a message back."""
        self.sender_action(person, "unreact", payload={"message_id": mid})
