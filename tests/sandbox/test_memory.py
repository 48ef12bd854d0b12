"""A sandbox that is started again with the same world file knows everything it knew."""

import pytest

from sandbox import create_app


@pytest.fixture
def start(tmp_path, running_sandbox):
    return lambda: running_sandbox(create_app(world_file=tmp_path / "world.json"))


def test_a_restart_loses_nothing(start):
    with start() as box:
        mona = box.customer("Mona Grün")
        mona.say("Grüße 👋")
        persona = box.persona("Ana R.")
        mona.is_sent(message={"text": "Hi Mona"}, persona_id=persona)
        mona.do("react", mid=mona.messages()[-1]["mid"], emoji="❤")
        box.tell("/clock", advance_s=3600)
        before = mona.messages()
    with start() as again:
        after = again.control("GET", f"/customers/{mona.psid}/thread").json()["messages"]
        pictures = [said["persona"] and said["persona"].pop("picture") for said in [*before, *after]]
        assert after == before
        assert again.session.get(again.url + "/" + pictures[-1].split("/", 3)[3]).ok
        assert again.world()["ahead_s"] == 3600
        mona.box = again
        assert mona.is_sent(message={"text": "Still Ana"}, persona_id=persona).ok


def test_a_reset_is_kept_too(start):
    with start() as box:
        box.customer("Mona")
        box.tell("/reset")
    with start() as again:
        assert again.control("GET", "/customers").json()["customers"] == []
