"""A browser with a push subscription, and its push service over HTTP, which cannot read what it receives."""

import json
import secrets

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid.utils import b64urlencode

from tests.stand_in import Bot

ANDROID = "Mozilla/5.0 (Linux; Android 16; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Mobile Safari/537.36"


class PushService(Bot):
    """A push service. It records encrypted messages; `shown` decrypts them, as the one browser with the keys can."""

    def __enter__(self):
        self.private_key, self.secret = ec.generate_private_key(ec.SECP256R1()), secrets.token_bytes(16)
        super().__enter__()
        self.answers_always = 201
        self.endpoint = self.url.replace("/hook", "/push/of-ana")
        return self

    @property
    def keys(self):
        point = self.private_key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"p256dh": b64urlencode(point), "auth": b64urlencode(self.secret)}

    @property
    def shown(self):
        return [json.loads(self._decrypt(body)) for body in self.bodies]

    def _decrypt(self, body):
        return http_ece.decrypt(body, private_key=self.private_key, auth_secret=self.secret)


def subscribes(browser, service, **changed):
    fields = {"endpoint": service.endpoint, **service.keys} | changed
    return browser.post("/push/subscribe/", fields, headers={"User-Agent": ANDROID})
