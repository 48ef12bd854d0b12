"""A batch of updates: all changes within some milliseconds, rendered once, and the streams that get them."""

from collections import defaultdict
from functools import partial

from django.db import connection
from django.utils.translation import override

from agents.models import Agent
from agents.sessions import Session
from console.calls.news import REASONS
from console.faces.faces import Faces
from console.infrastructure.sessions import logged_in
from console.live.drafts import draft_events
from console.live.events import event, hello
from console.live.groups import by_rights
from console.live.languages import by_language
from console.live.rendering import Loaded, row_gone_event
from console.live.scheduled_rows import ScheduledRows
from console.live.view_rows import ViewRows
from console.queue.sections import MENTIONS, NOBODY, section_of


class Batch:
    """The pieces of a batch. It takes a constant number of queries, however many changes and streams there are.

    pieces: pairs of listeners and bytes, in the order in which they are sent. ended: listeners without a log-in.
    greeted: listeners that are new, or whose rights have changed; they ask for everything.
    revisions: the last revision of each watched conversation that is known to those who watch it.
    """

    def __init__(self, changes, listeners, revisions):
        self.changes, self.listeners, self.revisions = changes, list(listeners.values()), dict(revisions)
        self.pieces, self.ended, self.greeted, self.moment = [], [], [], None

    @property
    def is_needed(self):
        """Return whether any stream may get something.

        Often none does: a receipt changes a thread that nobody has open.
        """
        self.changes.forget_unwatched({pk for listener in self.listeners for pk in listener.watched})
        self.changes.forget_known_views({listener.id: listener.views for listener in self.listeners})
        return bool(self.changes) or not all(listener.rights for listener in self.listeners)

    def render(self):
        try:
            groups = self._groups()
            if groups:
                self._render(groups)
        finally:
            connection.close()  # back into the pool

    def _groups(self):
        """Return {Rights: listeners}, and note them."""
        found, self.moment = by_rights(self.listeners)
        groups = defaultdict(list)
        for rights, listeners in found.items():
            for listener in listeners:
                groups[rights.read_in(listener.language)].append(listener)
        there = {listener for listeners in groups.values() for listener in listeners}
        self.ended = [listener for listener in self.listeners if listener not in there]
        self._note_rights(groups)
        return groups

    def _note_rights(self, groups):
        for rights, listeners in groups.items():
            self.greeted += [listener for listener in listeners if listener.rights != rights]
            for listener in listeners:
                listener.rights = rights
        self._add(self.greeted, hello(self.moment))

    def _render(self, groups):
        self._watch()
        for listener in self.listeners:
            if listener.agent_id in self.changes.agents and listener not in self.ended:
                self._add([listener], event("presence"))
        self._add_drafts()
        self._add_faces(groups)
        self._add_scheduled(groups)
        self._show_views()
        watchers = self._watchers()
        loaded = Loaded(self.changes, watchers, self.revisions)
        for rights, listeners in groups.items():
            self._add_rows(loaded, rights, listeners)
        self._add_view_rows(loaded, groups)
        self._add_threads(loaded, watchers)
        self._add_calls()
        if self.changes.may_be_anything:
            self._add(self.listeners, hello(self.moment))

    # Rows

    def _add_rows(self, loaded, rights, listeners):
        """Send the changed rows. The holder of a conversation sees its row in another section than everybody else."""
        rows = [row for row in loaded.rows if rights.may_see(row.page)]
        if not rows:
            return
        holders, others = {row.agent_id for row in rows}, []
        for listener in listeners:
            if listener.agent_id in holders:
                self._add([listener], self._join(loaded, rows, listener.agent_id, rights))
            else:
                others.append(listener)
        if others:
            self._add(others, self._join(loaded, rows, NOBODY, rights))
        self._add_mentions(loaded, rows, listeners)

    def _add_mentions(self, loaded, rows, listeners):
        """Send rows to mentioned agents for the section Mentions too, and remove them once the agents have seen the
        note.
        """
        rows = {row.pk: row for row in rows}
        for agent_id, pk in loaded.mentions.keys() | self.changes.mentions:
            mentioned = [listener for listener in listeners if listener.agent_id == agent_id]
            if mentioned and pk in rows:
                row, note = rows[pk], loaded.mentions.get((agent_id, pk))
                shown = note and partial(loaded.row, row, MENTIONS, note=note)
                self._add(mentioned, shown or row_gone_event(row, loaded.at))

    def _join(self, loaded, rows, agent_id, rights):
        places = [(row, section_of(row, agent_id, rights.teams), rights.order) for row in rows]
        return lambda: b"".join(loaded.row(*place) for place in places)

    # Saved views

    def _show_views(self):
        """Note which streams show which views. A browser asks once more for a view that is new to its stream: its rows
        may have changed since it was read. It also asks when a view of its agent's own changed.
        """
        listeners = {listener.id: listener for listener in self.listeners}
        shown = [(listeners[stream_id], key) for stream_id, key in self.changes.views if stream_id in listeners]
        begins = {listener: None for listener, key in shown if listener.show_view(key)}
        authors = [one for one in self.listeners if one.agent_id in self.changes.authors_of_views]
        self._add([one for one in dict.fromkeys([*begins, *authors]) if one not in self.ended], event("views"))

    def _add_view_rows(self, loaded, groups):
        """Send the changed rows for the views that show them, and remove them from the others."""
        opened = {key for listener in self.listeners for key in listener.views}
        if opened and loaded.rows:
            rows = ViewRows(opened, loaded)
            for rights, listeners in groups.items():
                for those, piece in rows.pieces_for(rights, listeners):
                    self._add(those, piece)

    # Drafts

    def _add_drafts(self):
        for agent_id, piece in draft_events(self.changes.drafts) if self.changes.drafts else []:
            authors = [each for each in self.listeners if each.agent_id == agent_id and each not in self.ended]
            self._add(authors, piece)

    # Calls

    def _add_calls(self):
        """Call agents, after the rows whose words their desks show."""
        for agent_id, pk, volume, news in self.changes.calls:
            called = [each for each in self.listeners if each.agent_id == agent_id and each not in self.ended]
            self._add(called, partial(_call_event, pk, volume, news))

    # Faces

    def _add_faces(self, groups):
        if self.changes.looks.by_conversation:
            faces = Faces(self.changes.looks)
            for rights, listeners in groups.items():
                self._add(listeners, partial(faces.events_for, rights))

    # Scheduled replies

    def _add_scheduled(self, groups):
        rows = ScheduledRows(self.changes.scheduled)
        for rights, listeners in groups.items():
            for author, own, of_colleague in rows.events_for(rights):
                self._add([each for each in listeners if each.agent_id == author], own)
                self._add([each for each in listeners if each.agent_id != author], of_colleague)

    # Threads

    def _watch(self):
        """Note which streams show which conversations. A browser that has missed a piece that others got asks for it.

        If nothing was sent yet, the first piece follows the oldest revision that one of the browsers knows.
        """
        first = {}
        for watch, listener in self._beginners():
            pk, revision = watch.conversation_id, watch.revision
            asks = listener.watch(pk) + [pk] * (revision < self.revisions.get(pk, 0))
            self._add([listener], b"".join(event(f"conversation-{asked}") for asked in asks))
            first[pk] = min(revision, first.get(pk, revision))
        self.revisions = first | self.revisions

    def _beginners(self):
        listeners = {listener.id: listener for listener in self.listeners}
        return [(watch, listeners[watch.stream_id]) for watch in self.changes.watches if watch.stream_id in listeners]

    def _watchers(self):
        watchers = defaultdict(list)
        for listener in self.listeners:
            for pk in listener.watched:
                watchers[pk].append(listener)
        return watchers

    def _add_threads(self, loaded, watchers):
        self.revisions = loaded.revisions
        for conversation, piece in loaded.threads:
            may_see = [each for each in watchers[conversation.pk] if self._may_see(each, conversation)]
            self._add(may_see, piece)
        self._compare_headlines(loaded)

    def _compare_headlines(self, loaded):
        for watch, listener in self._beginners():
            conversation = loaded.watched.get(watch.conversation_id)
            has_other = conversation and watch.headline_key != conversation.headline_key
            if has_other and self._may_see(listener, conversation):
                self._add([listener], event(f"holder-{conversation.pk}"))

    def _may_see(self, listener, conversation):
        return listener not in self.ended and listener.rights.may_see(conversation.page)

    def _add(self, listeners, piece):
        """Add a piece for these listeners, or the pieces that a function renders in the language of each."""
        if callable(piece):
            for language, readers in by_language(listeners).items():
                with override(language):
                    self._add(readers, piece())
        elif listeners and piece:
            self.pieces.append((listeners, piece))


def _call_event(pk, volume, news):
    return event(f"call {news} {pk} {volume}", str(REASONS.get(news, "")))


def check_log_ins(session_keys):
    """Return the keys of sessions whose agent is still logged in, and note that these agents are there."""
    try:
        agents = logged_in(session_keys)
        Agent.objects.filter(pk__in={agent.pk for agent in agents.values()}).note_online()
        Session.objects.filter(pk__in=agents).note_seen()
        return agents.keys()
    finally:
        connection.close()
