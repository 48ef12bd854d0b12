"""The topics that were published since the last batch of updates.

conversation-12    the thread of a conversation changed
queue              … and so did the rows of all conversations that are named in the same publication
holder-12          … and so did all that stands above and below the thread
draft-3-12         an agent's own draft in a conversation changed
agent-3            an agent came or went, or logged out
mention-3-12       … and so did whether a note of it mentions agent 3, who has not seen it
call-3-12-50-mention  agent 3 is called by news of a conversation, at this volume
scheduled-12       a scheduled reply changed
watch-ab12-12-34-5 the stream ab12 shows this conversation as of revision 34, below the headline with key 5
view-ab12-7        the stream ab12 shows this saved view
views-3            a saved view of agent 3 alone changed
reader-3           agent 3 reads another language, or the queue in another order
hello              anything may have changed
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from console.faces.looks import Looks


class Watch(NamedTuple):
    """A stream begins to show a conversation.

    Its browser knows all entries up to a revision, and the headline of that time.
    """

    stream_id: str
    conversation_id: int
    revision: int
    headline_key: int


@dataclass
class Changes:
    """The keys of rows that changed.

    drafts, mentions: pairs of an agent and a conversation. views: pairs of a stream and a saved view. looks: those that
    differ from the last that were sent; an empty dict for a conversation that nobody looks at.
    """

    rows: set = field(default_factory=set)
    threads: set = field(default_factory=set)
    holders: set = field(default_factory=set)
    agents: set = field(default_factory=set)
    drafts: set = field(default_factory=set)
    mentions: set = field(default_factory=set)
    scheduled: set = field(default_factory=set)
    calls: set = field(default_factory=set)
    watches: list = field(default_factory=list)
    views: list = field(default_factory=list)
    authors_of_views: set = field(default_factory=set)
    readers: set = field(default_factory=set)
    looks: Looks = field(default_factory=Looks)
    may_be_anything: bool = False

    def __bool__(self):
        changed = [self.rows, self.threads, self.holders, self.agents, self.drafts, self.mentions, self.watches]
        changed += [self.scheduled, self.views, self.authors_of_views, self.calls, self.readers]
        return any([self.may_be_anything, self.looks.by_conversation, *changed])

    @property
    def changed_or_new(self):
        """Return the keys of threads that changed, or that a stream begins to show."""
        return self.threads | self.holders | {watch.conversation_id for watch in self.watches}

    def forget_unwatched(self, watched):
        """Forget changes of threads that no stream shows."""
        shown = watched | {watch.conversation_id for watch in self.watches}
        self.threads &= shown
        self.holders &= shown

    def forget_known_views(self, known):
        """Forget views of other processes' streams, and those that a stream is known to show: {its id: views}."""
        self.views = [(stream, view) for stream, view in self.views if stream in known and view not in known[stream]]

    def add_looks(self, looks, last):
        """Add the differences between the current looks and the last that were sent."""
        now, before = looks.by_conversation, last.by_conversation
        self.looks.at = looks.at
        self.looks.by_conversation |= {pk: now.get(pk, {}) for pk in now | before if now.get(pk) != before.get(pk)}

    def add(self, topics):
        """Add the topics of one publication."""
        named = [topic.partition("-") for topic in topics]
        self.may_be_anything |= "hello" in topics
        conversations = {int(key) for name, _hyphen, key in named if name == "conversation"}
        self.threads |= conversations
        self.rows |= conversations if "queue" in topics else set()
        self.holders |= {int(key) for name, _hyphen, key in named if name == "holder"}
        self.agents |= {int(key) for name, _hyphen, key in named if name == "agent"}
        self.drafts |= {_pair(key) for name, _hyphen, key in named if name == "draft"}
        self.mentions |= {_pair(key) for name, _hyphen, key in named if name == "mention"}
        self.scheduled |= {int(key) for name, _hyphen, key in named if name == "scheduled"}
        self.calls |= {_call(key) for name, _hyphen, key in named if name == "call"}
        self.watches += [_watch(key) for name, _hyphen, key in named if name == "watch"]
        self.views += [_view(key) for name, _hyphen, key in named if name == "view"]
        self.authors_of_views |= {int(key) for name, _hyphen, key in named if name == "views"}
        self.readers |= {int(key) for name, _hyphen, key in named if name == "reader"}


def _pair(key):
    agent_id, _hyphen, conversation_id = key.partition("-")
    return int(agent_id), int(conversation_id)


def _view(key):
    stream_id, _hyphen, view = key.partition("-")
    return stream_id, int(view)


def _call(key):
    """Return an agent's key, a conversation's, the volume and the news."""
    *numbers, news = key.split("-", 3)
    return (*map(int, numbers), news)


def _watch(key):
    stream_id, *numbers = key.split("-")
    return Watch(stream_id, *map(int, numbers))
