"""The phone's files, and the start of the sandbox."""

import re
import socket
import subprocess
import sys


def test_the_phone_loads_files_from_the_sandbox_only(box):
    page = box.session.get(box.url)

    assert page.headers["Content-Security-Policy"] == "default-src 'self'; img-src *; media-src *"
    paths = re.findall(r'(?:src|href)="([^"#]+)"', page.text)
    assert paths and all(path.startswith("/_sandbox/static/") for path in paths)
    for path in paths:
        assert box.session.get(box.url + path).status_code == 200
    assert " style=" not in page.text and "onclick" not in page.text


def test_an_uploaded_file_never_runs_as_a_page_of_the_sandbox(box, mona):
    attachment = {"type": "file", "payload": {"url": f"{box.url}/"}}
    mona.receives(attachment=attachment)

    kept = box.session.get(mona.messages()[-1]["attachments"][0]["url"])

    assert kept.headers["Content-Security-Policy"] == "sandbox"


def test_starting_on_a_port_in_use_fails_with_one_sentence():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "sandbox", "--port", port]
        started = subprocess.run(command, check=False, capture_output=True, text=True, timeout=10)

    assert started.returncode == 1
    assert started.stderr.count("\n") == 1
    assert port in started.stderr
