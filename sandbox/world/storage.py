"""The world in a JSON file, so that a restart loses nothing. Objects refer to each other by their ids."""

import base64
import json
from collections import OrderedDict
from pathlib import Path

from .media import Asset, File
from .models import App, Customer, Label, Message, Page, Persona
from .world import World

VERSION = 1  # of the file
PLAIN = ("recipients", "flagged_hosts", "has_placeholder_files", "message_limit", "token_states", "token_scopes")
OF_PAGES = {"personas": Persona, "labels": Label, "assets": Asset}


def save(world: World, path: Path):
    """Write the file completely or not at all: a crash in the middle leaves the previous file."""
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(_dump(world)))
    draft.replace(path)


def load(world: World, path: Path):
    """Fill a fresh world from the file.

    Its default app stays as it is: ports and secrets may have changed. Faults, rate limits and delivery settings are
    not stored.
    """
    stored = json.loads(path.read_text())
    if stored.get("version") != VERSION:
        raise SystemExit(f"{path} comes from another version of the sandbox. Delete it to start with an empty world.")
    world.clock.ahead_ms = stored["ahead_ms"]
    world.media.files.update((name, File(base64.b64decode(content), kind)) for name, content, kind in stored["media"])
    apps = [App(**row | {"fields": row["fields"] and set(row["fields"])}) for row in stored["apps"]]
    world.apps = {app.id: app for app in apps} | world.apps
    world.pages |= {row["id"]: Page(**row) for row in stored["pages"]}
    for name, kind in OF_PAGES.items():
        rows = [kind(**row | {"page": world.pages[row["page"]]}) for row in stored[name]]
        setattr(world, name, {row.id: row for row in rows})
    for asset in world.assets.values():
        world.media.pin(asset.url)
    world.customers = {row["psid"]: _customer(world, row) for row in stored["customers"]}
    vars(world).update({name: stored[name] for name in PLAIN})
    world.keep(world.message_limit)


def _dump(world: World) -> dict:
    return {
        "version": VERSION,
        "ahead_ms": world.clock.ahead_ms,
        "media": [
            [name, base64.b64encode(file.content).decode(), file.content_type]
            for name, file in world.media.files.items()
        ],
        "apps": [vars(app) | {"fields": app.fields and sorted(app.fields)} for app in world.apps.values()],
        "pages": [vars(page) for page in world.pages.values()],
        **{name: [vars(row) | {"page": row.page.id} for row in getattr(world, name).values()] for name in OF_PAGES},
        "customers": [_dump_customer(customer) for customer in world.customers.values()],
        **{name: getattr(world, name) for name in PLAIN},
    }


def _dump_customer(customer: Customer) -> dict:
    thread = [vars(message) | {"persona": _id(message.persona)} for message in customer.messages()]
    return vars(customer) | {"page": customer.page.id, "typing_persona": None, "typing_until": 0, "thread": thread}


def _id(persona: Persona | None) -> str | None:
    return persona and persona.id


def _customer(world: World, row: dict) -> Customer:
    thread = OrderedDict((message["mid"], _message(world, message)) for message in row["thread"])
    return Customer(**row | {"page": world.pages[row["page"]], "thread": thread})


def _message(world: World, row: dict) -> Message:
    return Message(**row | {"persona": world.personas.get(row["persona"] or "")})
