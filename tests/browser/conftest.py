"""Browsers for the cast: each agent has a context, as on a machine of their own."""

import os
import signal
from contextlib import suppress
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect

from console.models import Conversation
from tests.conftest import BROWSER_PATIENCE_MS, CONSOLE_URL
from tests.stand_in import eventually

DESKTOP = {"width": 1440, "height": 720}  # all verbs stand beside each other


@pytest.fixture
def sit_down(stack, browser):
    """Open the console as an agent. Any error in the browser's console fails the test.

    It has no service worker, unless a test asks for one: playwright's routes do not see what goes through it.
    """
    contexts, complaints = [], []

    def open_console(agent, service_workers="block", **options):
        options = {"viewport": DESKTOP} | options
        context = browser.new_context(base_url=CONSOLE_URL, service_workers=service_workers, **options)
        context.add_cookies([session_of(agent)])
        context.set_default_timeout(BROWSER_PATIENCE_MS)
        contexts.append(context)
        tab = context.new_page()
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on("console", lambda said: complaints.append(said.text) if "Content Security Policy" in said.text else None)
        tab.goto("/")
        expect(tab.locator("#queue")).to_be_visible()  # in any language
        return tab

    yield open_console
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def start_browser(stack, browser_type, browser_type_launch_args, tmp_path):
    """Start a browser of an agent's own, which keeps its files; return a tab, and a function that kills the browser."""
    contexts = []

    def start(agent):
        context = browser_type.launch_persistent_context(tmp_path, base_url=CONSOLE_URL, **browser_type_launch_args)
        context.add_cookies([session_of(agent)])
        context.set_default_timeout(BROWSER_PATIENCE_MS)
        contexts.append(context)
        tab = context.new_page()
        tab.goto("/")
        return tab, lambda: kill_browser(tmp_path)

    yield start
    contexts[-1].close()


def kill_browser(folder):
    """Kill the processes of the browser that keeps its files in this folder."""
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if f"--user-data-dir={folder}".encode() in process.read_bytes().split(b"\0"):
                os.kill(int(process.parent.name), signal.SIGKILL)


def session_of(agent):
    """Return the cookie of a session without a log-in, because hashing a password takes long."""
    client = Client()
    client.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": CONSOLE_URL}


@pytest.fixture
def mona_writes(stack, bluebird):
    """Mona writes, and waits in the queue; returns her id at Facebook."""
    psid = stack.customer("Mona Weber")
    stack.say(psid, text="Hello, is anybody there?")
    eventually(Conversation.objects.exists)
    return psid
