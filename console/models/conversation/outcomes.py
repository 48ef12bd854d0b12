"""Outcomes of processing Facebook's events."""

from enum import Enum


class Outcome(Enum):
    PROCESSED = "processed"
    ALREADY_STORED = "already stored"  # by an earlier webhook; the bot has got it too
    UNSENT = "unsent"  # the message was unsent: nobody may keep its content
    FAILED = "failed"  # it is processed again later


class Premature(Exception):
    """The event overtook what it is about, such as a message that has not come yet. Process it again later."""
