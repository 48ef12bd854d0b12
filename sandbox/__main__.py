"""Run the sandbox on a port of its own: `python -m sandbox`."""

import argparse
import os
import socket
import sys
from contextlib import suppress
from pathlib import Path

import uvicorn

from .app import APP_ID, APP_SECRET, VERIFY_TOKEN, create_app, server_config

GRACE_S = 3


def main():
    options = _options()
    listener = _listen(options.host, options.port)
    app = create_app(
        app_id=options.app_id,
        app_secret=options.app_secret,
        verify_token=options.verify_token,
        callback_url=options.callback_url,
        public_url=options.public_url,
        world_file=options.world,
        made_on_v27=options.made_on_v27,
        placeholder_files=options.placeholder_files,
    )
    print(f"Sandbox ready: http://{options.host}:{options.port}", flush=True)
    with suppress(KeyboardInterrupt):
        uvicorn.Server(server_config(app, GRACE_S)).run(sockets=[listener])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="A local stand-in for graph.facebook.com.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=_env("SANDBOX_PORT", "8001"))
    parser.add_argument("--app-id", default=_env("FACEBOOK_APP_ID", APP_ID), help="the default app")
    parser.add_argument("--app-secret", default=_env("FACEBOOK_APP_SECRET", APP_SECRET))
    parser.add_argument("--verify-token", default=_env("WEBHOOK_VERIFY_TOKEN", VERIFY_TOKEN))
    parser.add_argument("--callback-url", default=_env("SANDBOX_CALLBACK_URL", ""), help="where webhooks go")
    parser.add_argument("--public-url", default="", help="the origin of the sandbox's own files, if not the caller's")
    parser.add_argument("--world", type=Path, help="a file that stores the world over restarts")
    parser.add_argument("--made-on-v27", action="store_true", help="the default app was created after 4 November 2026")
    parser.add_argument("--placeholder-files", action="store_true", help="make up files that cannot be downloaded")
    return parser.parse_args()


def _env(name: str, default: str) -> str:
    """Return the variable, or the default if it is unset or empty."""
    return os.environ.get(name) or default


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()  # SO_REUSEADDR lets two bind the same port; only one may listen
    except OSError as error:
        sys.exit(f"The sandbox cannot listen on {host}:{port}: {error.strerror}. Set SANDBOX_PORT to another port.")
    return listener


if __name__ == "__main__":
    main()
