"""Messenger programs that others wrote for the real Facebook: unmodified, with the sandbox in Facebook's place."""

import fcntl
import hashlib
import io
import json
import mimetypes
import os
import shutil
import subprocess
import threading
import wave
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from personas import pictures
from tests.stand_in import eventually, free_port

HERE = Path(__file__).parent
INSTALLED = HERE.parent.parent / "var" / "clients"  # outlives a run: npm takes its time
INSTALL_TIMEOUT_S = 300
RUN_TIMEOUT_S = 60

OTHER_APP = "222333444555666"
VERIFY_TOKEN = "is it you?"
STARTS_WITHIN_S = 60  # Node reads some four hundred packages


@pytest.fixture(scope="session")
def node_modules(request):
    """Return the folder of the pinned npm packages, which the first run installs."""
    if not (shutil.which("node") and shutil.which("npm")):
        leave_out(request, "Node and npm are not there: messaging-api-messenger and Bottender were not run.")
    wanted = [HERE / "package.json", HERE / "package-lock.json"]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in wanted)).hexdigest()[:12]
    INSTALLED.mkdir(parents=True, exist_ok=True)
    with (INSTALLED / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder = INSTALLED / digest
        if not folder.exists() and (error := _install(wanted, folder)):
            leave_out(request, f"npm could not install messaging-api-messenger and Bottender: {error}")
    return folder / "node_modules"


def leave_out(request, sentence):
    """Skip, and say so where it is read: pytest's own summary shows warnings, but no reasons for skipping."""
    request.session.warn(pytest.PytestWarning(sentence))
    pytest.skip(sentence)


def _install(wanted, folder):
    """Install the packages; return the error, or an empty string."""
    half = folder.with_suffix(".half")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir()
    for path in wanted:
        shutil.copy(path, half)
    quietly = ["--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=1"]
    command = ["npm", "ci", "--ignore-scripts", "--prefer-offline", *quietly]
    try:
        done = subprocess.run(command, cwd=half, capture_output=True, text=True, timeout=INSTALL_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        return f"not done after {INSTALL_TIMEOUT_S} s"
    if done.returncode:
        return done.stderr.strip().partition("\n")[0] or f"npm ended with {done.returncode}"
    half.rename(folder)
    return ""


@pytest.fixture(scope="session")
def node(node_modules):
    """Runs a script of `node/` with a JSON argument; returns the JSON it writes."""

    def run(script, argument):
        command = ["node", HERE / "node" / script, json.dumps(argument)]
        done = subprocess.run(
            command, env=node_environment(node_modules), capture_output=True, text=True, timeout=RUN_TIMEOUT_S
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


def node_environment(node_modules):
    """Return the environment without proxies, which Node's clients would use even for this machine."""
    ours = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return ours | {"NODE_PATH": str(node_modules), "NO_UPDATE_NOTIFIER": "1"}


def bottender_at(world, node_modules, files, folder):
    """Starts Bottender's commands for this world."""
    environment = node_environment(node_modules) | {
        "FORCE_COLOR": "0",
        "MESSENGER_ORIGIN": world["origin"],
        "MESSENGER_PAGE_ID": world["page_id"],
        "MESSENGER_ACCESS_TOKEN": world["token"],
        "MESSENGER_APP_ID": world["app_id"],
        "MESSENGER_APP_SECRET": world["app_secret"],
        "MESSENGER_VERIFY_TOKEN": VERIFY_TOKEN,
        "FILES": files,
        "OTHER_APP": OTHER_APP,
    }

    def start(*arguments, stdin=None, **more):
        command = [node_modules / ".bin" / "bottender", *arguments]
        log = folder / f"{'-'.join(arguments[:2])}.log"
        return running(command, log, cwd=HERE / "bot", env=environment | more, stdin=stdin)

    start.world = world
    return start


@contextmanager
def running_bot(bottender):
    """The bot of `bot/`, which receives events at its `webhook`."""
    port = free_port()
    with bottender("start", "--port", str(port)) as child:
        eventually(lambda: "server is running" in child.said(), seconds=STARTS_WITHIN_S)
        child.webhook = f"http://127.0.0.1:{port}/webhooks/messenger"
        yield child


@pytest.fixture(scope="session")
def files():
    """The address of a web server that has a picture, a sound, a film and a document of every name."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Files)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def _sound():
    target = io.BytesIO()
    with wave.open(target, "wb") as sound:
        sound.setparams((1, 1, 8000, 800, "NONE", ""))
        sound.writeframes(bytes(800))
    return target.getvalue()


class _Files(BaseHTTPRequestHandler):
    contents = {
        ".png": pictures.initials("Ada Lovelace").read(),
        ".wav": _sound(),
        ".mp4": b"\0\0\0\x18ftypisom\0\0\0\0isommp42",
        ".pdf": b"%PDF-1.4\n%%EOF\n",
    }

    def do_GET(self):
        content = self.contents[Path(self.path).suffix]
        self.send_response(200)
        self.send_header("Content-Type", mimetypes.guess_type(self.path)[0])
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args):
        pass


@pytest.fixture
def facebook(sandbox):
    """The sandbox with one Page and two apps, of which ours is the default; no webhook is sent yet."""
    return prepared(sandbox)


def prepared(sandbox):
    sandbox.reset()
    world = sandbox.get("world")
    app, page = world["apps"][0], world["pages"][0]
    sandbox.post("apps", app_id=app["id"], secret=app["secret"])
    sandbox.post("apps", app_id=OTHER_APP, secret="the other app's")
    sandbox.post(f"pages/{page['id']}/default_app", app_id=app["id"])
    return sandbox


def facts(sandbox, files):
    """Return what a client must know about its world. Mona has written, so the Page may answer."""
    world = sandbox.get("world")
    app, page = world["apps"][0], world["pages"][0]
    psid = sandbox.customer("Mona Weber")
    sandbox.say(psid, text="Hello?")
    return {
        "origin": sandbox.url,
        "page_id": page["id"],
        "token": page["token"],
        "app_id": app["id"],
        "app_secret": app["secret"],
        "other_app_id": OTHER_APP,
        "psid": psid,
        "files": files,
    }


@contextmanager
def running(command, log, **options):
    """A program in a process of its own; `said()` is its output so far."""
    with log.open("w") as output:
        child = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, **options)
    child.said = log.read_text
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
