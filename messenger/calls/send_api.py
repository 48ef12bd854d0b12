"""The Send API: messages and sender actions.

https://developers.facebook.com/docs/messenger-platform/reference/send-api
"""

from ..limits import check_message
from .base import Calls, given, recipient_of
from .multipart import multipart

HUMAN_AGENT = "HUMAN_AGENT"  # the tag for answers by people, until 7 days after the customer wrote


class SendApi(Calls):
    """Send messages and sender actions. Each call raises GraphError if it does not succeed."""

    def send_raw(self, body: dict) -> dict:
        """Send a whole body unchanged and return {recipient_id, message_id, attachment_id?}.

        Raises ValueError if its message exceeds a limit.
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
        """Send a message of any kind and return its id. Raises ValueError if it exceeds a limit.

        person: a page-scoped id, or a recipient such as {"user_ref": …} or {"comment_id": …}.
        persona_id: under which it appears; without one it appears under the Page.
        metadata: up to 1000 characters that come back only in the echo.
        quick_replies: up to 13 of {content_type, title (20), payload (1000), image_url?}.
        messaging_type: by default RESPONSE, or MESSAGE_TAG with a tag.
        tag: HUMAN_AGENT (7 days, answers by people) or CUSTOMER_FEEDBACK. Facebook refuses others since April 2026.
        reply_to: the id of the message that it answers.
        notification_type: REGULAR, SILENT_PUSH or NO_PUSH.
        thread_control: {"control_type": "release"} or {"control_type": "pass", "app_id": …}, done with the send.
        file, filename: the content of an attachment without URL and id.
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
        """Send a text of at most 2000 UTF-16 units and return the message id. Options and errors are those of `send`.

        `messenger.text.parts` splits a longer one.
        """
        return self.send(person, {"text": text}, **options)

    def _post_message(self, path, wanted, body, file, filename):
        if file is None:
            return self._call("POST", path, wanted, json=body)[wanted]
        return self._call("POST", path, wanted, upload=multipart(body, file, filename))[wanted]

    # Sender actions: https://developers.facebook.com/docs/messenger-platform/send-messages/sender-actions

    def sender_action(self, person: str | dict, action: str, *, persona_id=None, payload: dict | None = None) -> None:
        """Make a sender action: typing_on, typing_off, mark_seen, react, unreact. A persona only with the first two."""
        body = {"recipient": recipient_of(person), "sender_action": action}
        self._call("POST", "me/messages", json={**body, **given(persona_id=persona_id, payload=payload)})

    def typing_on(self, person: str | dict, *, persona_id=None) -> None:
        """Show the typing dots, for at most 20 s or until the next message."""
        self.sender_action(person, "typing_on", persona_id=persona_id)

    def typing_off(self, person: str | dict, *, persona_id=None) -> None:
        """Remove the typing dots."""
        self.sender_action(person, "typing_off", persona_id=persona_id)

    def mark_seen(self, person: str | dict) -> None:
        """Mark the customer's last message as read."""
        self.sender_action(person, "mark_seen")

    def react(self, person: str | dict, mid: str, reaction: str) -> None:
        """React to the message `mid` with one emoji; it replaces an earlier reaction."""
        self.sender_action(person, "react", payload={"message_id": mid, "reaction": reaction})

    def unreact(self, person: str | dict, mid: str) -> None:
        """Remove the Page's reaction to the message `mid`."""
        self.sender_action(person, "unreact", payload={"message_id": mid})
