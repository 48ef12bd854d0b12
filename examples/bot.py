"""A bot in thirty lines, imports aside: it greets, answers two questions, calls a human. To start it: README.md"""

import hmac
import json
import os
from collections import Counter
from http.server import BaseHTTPRequestHandler, HTTPServer
from uuid import NAMESPACE_URL, uuid5

import requests

CONVERSATIONS = f"{os.environ['HANDOVER_URL']}/api/conversations"
BEARER = {"Authorization": f"Bearer {os.environ['HANDOVER_KEY']}"}
SECRET = os.environ.get("APP_SECRET", "").encode()
ANSWERS = {"open": "We are open Monday to Saturday, 9 to 18 h.", "ship": "We ship to all of Europe, in 2 to 4 days."}
GREETING = "Hello, I am Robin, a robot. Ask me when we are open or where we ship to, or say “human”."
puzzled = Counter()  # how often in a row I did not understand this customer: 0, 1 or 2


def call(psid, verb, **given):  # 409: a human holds the conversation, and I am quiet
    print(psid, verb, requests.post(f"{CONVERSATIONS}/{psid}/{verb}", json=given, headers=BEARER, timeout=10))


def on_message(psid, text, mid):
    answer = next((answer for word, answer in ANSWERS.items() if word in text), None)
    puzzled[psid] = 0 if answer else puzzled[psid] % 2 + 1
    if "human" in text or puzzled[psid] == 2:
        reason = "Asks for a human" if "human" in text else "I did not understand twice"
        call(psid, "hand-over", reason=reason, summary=f"The last words were: {text[:500] or '(none)'}")
    else:  # the key is made of the message that I answer: if it comes twice, it is answered once
        call(psid, "messages", text=answer or GREETING, key=str(uuid5(NAMESPACE_URL, mid)))


class Webhook(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        given = self.headers.get("X-Hub-Signature-256") or self.headers.get("X-Handover-Signature-256", "")
        is_signed = hmac.compare_digest(given, "sha256=" + hmac.new(SECRET, body, "sha256").hexdigest()) or not SECRET
        self.send_response(204 if is_signed else 403)
        self.end_headers()  # this sends it: whoever calls does not wait for what I do now
        received = json.loads(body) if is_signed else {}
        for event in [event for entry in received.get("entry", []) for event in entry.get("messaging", [])]:
            said = event.get("message", {})
            if "mid" in said and not said.get("is_echo") and not said.get("is_deleted"):  # unsent: nothing to answer
                on_message(event["sender"]["id"], said.get("text", "").lower(), said["mid"])
        if received.get("event") == "holder" and received["cause"] == "handed-back":
            call(received["psid"], "messages", text="It is Robin again. What else can I do for you?")


HTTPServer((os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", 8002))), Webhook).serve_forever()
