"""Compare letters: each message on the customer's phone must be in the console's thread with the same contents, and
each reply of an agent must have arrived, or be shown as failed.

No server and no clock is needed here, so tests use letters with errors made by hand.
"""

from collections import Counter
from dataclasses import dataclass, field

from tests.chaos.checker import ARRIVED, LOST, PENDING, PERSONA, STATE, TWICE, WRONG_HOLDER, Verdict


@dataclass(frozen=True)
class OnPhone:
    """A message on the customer's phone. content: its text, or its file as `letters.content_of` names it."""

    mid: str
    is_incoming: bool
    content: str
    face: str | None = None
    is_from_inbox: bool = False
    reaction: str = ""


@dataclass(frozen=True)
class Held:
    """A message in the console."""

    key: str
    is_incoming: bool
    state: str
    text: str
    mid: str | None = None
    author: str = ""
    source: str = ""
    sent_as_page_because: str = ""
    reaction: str = ""
    is_unsent: bool = False
    has_file: bool = False
    error: str = ""


@dataclass
class Letter:
    """One conversation from all sides."""

    number: int
    posted: list  # of letters.Posted
    deeds: object  # letters.Deeds
    phone: list
    held: list
    holder: str = "agent"
    problems: list = field(default_factory=list)


def judge_letters(letters, verdict=None):
    verdict = verdict or Verdict()
    for letter in letters:
        _LetterCase(letter, verdict).judge()
    return verdict


class _LetterCase:
    def __init__(self, letter, verdict):
        self.letter, self.verdict, self.deeds = letter, verdict, letter.deeds
        self.phone = {message.mid: message for message in letter.phone}
        self.held = {row.mid: row for row in letter.held if row.mid}
        self.posted = {posted.key: posted for posted in letter.posted}

    def judge(self):
        self.verdict.count["calls made late"] += self.deeds.lates
        self.verdict.count["said elsewhere too"] += self.deeds.same
        self.verdict.count["unsent"] += len(self.deeds.unsent)
        self._each_is_there_once()
        for mid, message in self.phone.items():
            if mid in self.held and mid not in self.deeds.unsent:
                self._says_the_same(message, self.held[mid])
        self._unsent()
        for posted in self.letter.posted:
            self._outcome(posted)
        self._failures()
        self._copies()
        is_elsewhere = self.letter.holder == "elsewhere" and self.deeds.same  # the Page Inbox answered
        if self.letter.holder != "agent" and not is_elsewhere:
            self._add(WRONG_HOLDER, f"nobody was given it: {self.letter.holder} has it")

    def _each_is_there_once(self):
        counted = Counter(row.mid for row in self.letter.held if row.mid)
        for mid, message in self.phone.items():
            if not counted[mid]:
                self._add(LOST, f"“{message.content}” is on the phone, and the console does not have it")
            if counted[mid] > 1:
                self._add(TWICE, f"“{message.content}” is on the phone once, and in the console {counted[mid]} times")
        for mid, row in self.held.items():
            if mid not in self.phone and not row.is_unsent:
                self._add(TWICE, f"the console has “{row.text}”, which is not on the phone")

    def _says_the_same(self, message, row):
        is_file = message.content.startswith("file ")
        if row.has_file != is_file or (not is_file and row.text != message.content):
            self._add(STATE, f"“{message.content}” is “{row.text}” in the console")
        if row.reaction != message.reaction:
            self._add(STATE, f"“{message.content}” has the reaction “{message.reaction}”, not “{row.reaction}”")
        if not row.is_incoming and bool(row.source) != message.is_from_inbox:
            self._add(STATE, f"whose “{message.content}” is, the phone and the console do not agree")

    def _unsent(self):
        for mid in self.deeds.unsent:
            row = self.held.get(mid)
            if row is None or not row.is_unsent or row.text or row.has_file:
                self._add(STATE, f"“{row.text if row else mid}” was unsent, and is still there")

    # The agents' messages

    def _outcome(self, posted):
        row = next((row for row in self.letter.held if row.key == posted.key), None)
        copies = [message for message in self.letter.phone if self._is_copy(message, posted)]
        self.verdict.count["posted"] += 1
        if row is None:
            if posted.is_certain:
                self._add(LOST, f"the console confirmed “{posted.content}” and does not have it")
        elif row.state in ARRIVED:
            self._arrived(posted, row, copies)
        elif row.state in PENDING:
            self._add(STATE, f"“{posted.content}” is still {row.state}, and nothing is on its way")
        elif copies:
            self._add(STATE, f"the customer has “{posted.content}”, and it is called {row.state}")

    def _failures(self):
        """Each refusal of Facebook's lets one reply fail, be it sent for the first time or again."""
        failed = [row for row in self.letter.held if row.state == "failed" and self._is_missing(row)]
        if self.deeds.failures + len(failed) > self.deeds.refusals:
            for row in failed:
                again = "was sent again" if row.key in self.deeds.retried else "was sent"
                refusals = f"Facebook refused {self.deeds.refusals} replies"
                self._add(LOST, f"“{self.posted[row.key].content}” {again} and failed ({row.error}), while {refusals}")

    def _is_missing(self, row):
        posted = self.posted.get(row.key)
        return posted and not any(self._is_copy(message, posted) for message in self.letter.phone)

    def _is_copy(self, message, posted):
        return not message.is_incoming and not message.is_from_inbox and message.content == posted.content

    def _arrived(self, posted, row, copies):
        self.verdict.count["letters that arrived"] += 1
        if row.mid not in [message.mid for message in copies]:
            self._add(LOST, f"“{posted.content}” is called {row.state}, and has the id of another message")
        for message in copies:
            held = self.held.get(message.mid, row)
            faces = {posted.face, self.deeds.retried.get(posted.key, posted.face)}
            if message.face not in faces and not (
                message.face is None and (held.sent_as_page_because or row.sent_as_page_because)
            ):
                seen = message.face or "the Page"
                self._add(PERSONA, f"{posted.face} sent “{posted.content}”, and the customer sees {seen}")

    def _copies(self):
        """Check that a reply arrived more than once only if a call took effect late."""
        counted = Counter(
            posted.content for posted in self.letter.posted for m in self.letter.phone if self._is_copy(m, posted)
        )
        more = {content: number - 1 for content, number in counted.items() if number > 1}
        self.verdict.count["letters that arrived twice"] += sum(more.values())
        if sum(more.values()) > self.deeds.lates:
            self._add(TWICE, f"the customer has {more} once more, and {self.deeds.lates} calls were late")

    def _add(self, kind, sentence):
        self.verdict.add(kind, f"letter {self.letter.number}: {sentence}")
