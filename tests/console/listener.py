"""A browser's live stream in tests."""

import re
import socket
import threading

from django.test import Client

from console import live
from tests.conftest import CONSOLE_PORT
from tests.stand_in import eventually


class Listener:
    """Reads a stream in a thread of its own, off a socket that can be cut from here.

    received: the topics so far. pieces: pairs of a topic and its HTML.
    """

    def __init__(self, agent, port=CONSOLE_PORT):
        self.django = Client()
        self.django.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
        self.received, self.pieces, self.headers = [], [], {}
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        cookie = f"sessionid={self.django.cookies['sessionid'].value}"
        self.socket.sendall(f"GET /live/ HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n\r\n".encode())
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        event = []
        with self.socket.makefile("r", newline="\n") as lines:
            for line in lines:
                name, _colon, value = line.rstrip("\r\n").partition(": ")
                if name == "data":
                    event.append(value)
                elif event and not name:
                    self._receive(event)
                    event = []
                elif not self.received:
                    self.headers[name] = value

    def _receive(self, event):
        topic = re.sub(r"^hello .*", "hello", event[0])
        if topic == "beat":
            return
        self.received.append(topic)
        self.pieces.append((topic, "\n".join(event[1:])))

    @property
    def stream_id(self):
        return self.received[0].partition(" ")[2]

    def receives(self, topic):
        """Wait for a topic that begins so; return the HTML that came last with it."""
        return eventually(lambda: [found for found in self.pieces if found[0].startswith(topic)])[-1][1]

    def rows(self):
        """Return {key of a conversation: the section in which its row came last}."""
        found = {}
        for topic, html in self.pieces:
            if topic.startswith("row "):
                found[int(re.search(r'id="row-(\d+)"', html)[1])] = topic.split()[1]
        return found

    def has_received_all(self):
        """Return whether all that was published before has come: a hello that is published now comes after it."""
        known = self.received.count("hello")
        live.publish("hello")
        eventually(lambda: self.received.count("hello") > known)
        return True

    def answers(self):
        live.publish("hello")
        return self.received.count("hello") > 1

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
