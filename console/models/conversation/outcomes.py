"""Outcomes of processing Facebook's events."""

from enum import Enum


class Outcome(Enum):
    PROCESSED = "processed"
    ALREADY_STORED = "already stored"  # by an earlier webhook; the bot has got it too
    UNSENT = "unsent"  # the message was unsent: nobody may keep its content
    FAILED = "failed"  # it is processed again later


class OutOfOrder(Exception):
    """The event overtook an earlier one, such as the message that it is about. Process it again later."""
