"""The webhooks that Facebook sends about a text: its echo, its receipts, and the customer's next words."""

import asyncio
import time
import uuid
from contextlib import contextmanager

from django.conf import settings

from messenger import webhook_signature
from messenger.events import make_entry, serialize_entries
from tests.bench.cast import PAGE_ID
from tests.bench.client import connections, request

CONNECTIONS = 16
AFTER = {"echo": 0, "delivery": 0.1, "read": 0.3}  # s after Facebook took the text


def echo(psid, mid, key):
    inner = {"is_echo": True, "app_id": int(settings.FACEBOOK_APP_ID), "mid": mid, "metadata": key, "text": "Hello"}
    return _body({"sender": {"id": PAGE_ID}, "recipient": {"id": psid}, "message": inner})


def delivery(psid, mid, _key):
    return _body(_by(psid) | {"delivery": {"mids": [mid], "watermark": _now()}})


def read(psid, _mid, _key):
    return _body(_by(psid) | {"read": {"watermark": _now()}})


def said(psid, text):
    return _body(_by(psid) | {"message": {"mid": f"m_{uuid.uuid4().hex}", "text": text}})


def _by(psid):
    return {"sender": {"id": psid}, "recipient": {"id": PAGE_ID}}


def _body(event):
    at = _now()
    return serialize_entries([make_entry(PAGE_ID, at, event | {"timestamp": at})])


def _now():
    return int(time.time() * 1000)


class Deliveries:
    """Delivers the webhooks of texts that Facebook takes, in a loop of its own."""

    def __init__(self, port):
        self.port = port
        self.waiting = set()  # tasks
        self._free = asyncio.Queue()

    def report(self, psid, mid, key):
        """Deliver the webhooks of a text, each after its time."""
        for build, name in ((echo, "echo"), (delivery, "delivery"), (read, "read")):
            task = asyncio.ensure_future(self._post(AFTER[name], build, psid, mid, key))
            self.waiting.add(task)
            task.add_done_callback(self.waiting.discard)

    async def _post(self, seconds, build, *text):
        await asyncio.sleep(seconds)
        connection = await self._free.get()
        try:
            answer = await connection.ask(post(build(*text), self.port))
            assert answer.status == 200, answer
        finally:
            self._free.put_nowait(connection)

    async def run(self, is_over):
        async with connections(self.port, CONNECTIONS) as made:
            for connection in made:
                self._free.put_nowait(connection)
            await is_over.wait()
            for task in [*self.waiting]:
                task.cancel()


@contextmanager
def reported_of(facebook, port):
    """Have Facebook deliver the webhooks of each text that it takes meanwhile; yield the Deliveries."""
    deliveries, is_over = Deliveries(port), asyncio.Event()
    running = facebook.run(deliveries.run(is_over))
    facebook.on_text = deliveries.report
    try:
        yield deliveries
    finally:
        facebook.on_text = None
        facebook.call(is_over.set)
        running.result(10)


def post(body, port):
    """Return the signed request that delivers a body."""
    signature = webhook_signature.sign(body, settings.FACEBOOK_APP_SECRET)
    headers = {"Content_Type": "application/json", "X_Hub_Signature_256": signature}
    return request("POST", "/webhooks/messenger", host=f"127.0.0.1:{port}", body=body, **headers)
