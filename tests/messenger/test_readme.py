"""The examples of messenger/README.md run as they stand, against the sandbox."""

import re

import pytest
from django.conf import settings

from messenger import events, webhook_signature
from tests.conftest import ROOT, TOKEN

README = (ROOT / "messenger" / "README.md").read_text()
ANSWER, RECEIVE, ERROR = re.findall(r"```python\n(.*?)```", README, re.S)


@pytest.fixture
def run(sandbox, pictures, psid):
    """Run an example; return its names."""
    given = {"page_token": TOKEN, "app_secret": settings.FACEBOOK_APP_SECRET, "graph_url": sandbox.url, "psid": psid}
    names = given | {"picture_url": f"{pictures.url}/ana.png"}

    def run(example, **more):
        names.update(more)
        exec(example, names)  # noqa: S102
        return names

    return run


def webhook(text):
    raw = {"sender": {"id": "7001"}, "timestamp": 1790000000000, "message": {"mid": "m_1", "text": text}}
    return events.serialize_entries([events.make_entry("1", 1790000000000, raw)])


def test_the_readmes_first_example_answers_under_a_persona(run, sandbox, psid):
    names = run(ANSWER)
    assert names["mid"]
    assert sandbox.texts(psid) == ["Your tea is on its way."]
    assert names["client"].persona(names["persona_id"])["name"] == "Ana R."


def test_the_readmes_second_example_reads_a_signed_webhook(run):
    body = webhook("Hello?")
    headers = {"X-Hub-Signature-256": webhook_signature.sign(body, settings.FACEBOOK_APP_SECRET)}
    assert run(RECEIVE, body=body, headers=headers)["received"] == ["Hello?"]


def test_the_readmes_second_example_refuses_an_unsigned_webhook(run):
    with pytest.raises(PermissionError):
        run(RECEIVE, body=webhook("Hello?"), headers={})


def test_the_readmes_third_example_says_why_a_send_failed(run):
    run(ANSWER)
    assert run(ERROR)["outcome"] == "Facebook knows no such customer on this Page."
