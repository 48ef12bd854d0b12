"""The browser of an agent, by real requests to a web server. Each returns the seconds that it took."""

import re
import threading
import time
import uuid
from contextlib import suppress

import requests
from django.test import Client

from tests.conftest import PASSWORD
from tests.stand_in import eventually

TOKEN = "c" * 32


class AgentBrowser:
    def __init__(self, port, agent):
        self.url, self.username = f"http://127.0.0.1:{port}", agent.username
        django = Client()
        django.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
        self.headers = {"Cookie": f"sessionid={django.cookies['sessionid'].value}; csrftoken={TOKEN}"}
        self.received = []

    def get(self, path):
        return self._ask("GET", path)

    def post(self, path, **fields):
        return self._ask("POST", path, data=fields | {"csrfmiddlewaretoken": TOKEN})

    def say(self, conversation, text):
        return self.post(f"/conversations/{conversation.pk}/send/", text=text, idempotency_key=uuid.uuid4())

    def log_in(self):
        """Log in anew."""
        form = {"username": self.username, "password": PASSWORD, "csrfmiddlewaretoken": TOKEN}
        began = time.monotonic()
        answer = requests.post(
            f"{self.url}/login/", form, cookies={"csrftoken": TOKEN}, allow_redirects=False, timeout=60
        )
        assert "sessionid" in answer.cookies
        return time.monotonic() - began

    def listen(self):
        """Receive live updates from now on."""
        threading.Thread(target=self._listen, daemon=True).start()
        eventually(lambda: "hello" in self.received)

    def _listen(self):
        live = requests.get(f"{self.url}/live/", headers=self.headers, stream=True, timeout=60)
        with live as stream, suppress(requests.RequestException):  # the server is stopped
            for line in stream.iter_lines():
                self.received += re.findall("data: ([a-z]+)", line.decode())

    def _ask(self, method, path, **options):
        began = time.monotonic()
        options |= {"headers": self.headers, "allow_redirects": False, "timeout": 60}
        answer = requests.request(method, self.url + path, **options)
        assert answer.ok, answer.text
        return time.monotonic() - began
