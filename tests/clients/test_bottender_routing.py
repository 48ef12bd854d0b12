"""The same bot as a Facebook app of its own: it passes the thread to the console, and gets it back."""

import uuid

import pytest

from console.models import Conversation, HandoverRules, Holder
from tests.stand_in import eventually, free_port

from .conftest import HERE, OTHER_APP, node_environment, running

VERIFY_TOKEN, SECRET = "is it you?", "the bot's own"
TIMEOUT_S = 60  # Node reads some four hundred packages


@pytest.fixture
def robin(stack, bluebird, node_modules, files, tmp_path):
    """The bot's app is the Page's default one; its program runs."""
    port = free_port()
    ours = stack.get("world")["apps"][0]
    stack.post("apps", app_id=OTHER_APP, secret=SECRET)
    token = next(app for app in stack.get("world")["apps"] if app["id"] == OTHER_APP)["tokens"][bluebird.page_id]
    environment = node_environment(node_modules) | {
        "FORCE_COLOR": "0",
        "MESSENGER_ORIGIN": stack.url,
        "MESSENGER_PAGE_ID": bluebird.page_id,
        "MESSENGER_ACCESS_TOKEN": token,
        "MESSENGER_APP_ID": OTHER_APP,
        "MESSENGER_APP_SECRET": SECRET,
        "MESSENGER_VERIFY_TOKEN": VERIFY_TOKEN,
        "FILES": files,
        "OTHER_APP": ours["id"],  # to which it passes whoever wants a person
    }
    command = [node_modules / ".bin" / "bottender", "start", "--port", str(port)]
    with running(command, tmp_path / "bot.log", cwd=HERE / "bot", env=environment) as bot:
        eventually(lambda: "server is running" in bot.said(), seconds=TIMEOUT_S)
        webhook = f"http://127.0.0.1:{port}/webhooks/messenger"
        stack.post("apps", app_id=OTHER_APP, secret=SECRET, callback_url=webhook, verify_token=VERIFY_TOKEN)
        stack.post(f"pages/{bluebird.page_id}/default_app", app_id=OTHER_APP)
        yield bot
    assert "rror" not in bot.said(), bot.said()


def test_a_bottender_bot_passes_thread_control_to_the_console_and_gets_it_back(robin, stack, bluebird, ana):
    HandoverRules.objects.create(page=bluebird, bot_app_id=OTHER_APP)
    psid = stack.customer("Mona Weber")

    def says(*faces):
        """Wait until the Page's messages have these personas; return the last text."""
        wanted = list(faces)
        eventually(lambda: [(m["persona"] or {}).get("name") for m in stack.said(psid)] == wanted)
        return stack.texts(psid)[-1]

    def conversation(holder):
        return eventually(lambda: Conversation.objects.filter(customer__psid=psid, holder=holder).first())

    stack.say(psid, text="Hi!")
    assert says("Robin") == "Hello Mona! Which tea?"
    with_bot = conversation(Holder.BOT)
    eventually(lambda: with_bot.messages.filter(is_by_bot=True, text="Hello Mona! Which tea?").exists())

    stack.say(psid, text="I want a person")
    waiting = conversation(Holder.QUEUE)
    [line] = waiting.handovers.all()
    assert (str(line), line.note) == ("bot → queue", "wants a person")

    waiting.take(ana)
    stack.say(psid, text="Are you there?")
    waiting.send(author=ana, text="I am Ana.", idempotency_key=uuid.uuid4())
    assert says("Robin", "Robin", "Ana R.") == "I am Ana."

    waiting.hand_back(ana, "She only wanted to know who is there.")
    eventually(lambda: stack.thread(psid)["owner_app_id"] == OTHER_APP)
    stack.say(psid, text="Hi again")
    assert says("Robin", "Robin", "Ana R.", "Robin") == "Hello Mona! Which tea?"
    conversation(Holder.BOT)
    assert [call for call in stack.requests("POST", "/messages") if call["status"] != 200] == []
