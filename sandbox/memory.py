"""A world in a file, so that a restart loses nothing: JSON, objects named by their ids."""

import base64
import json
from collections import OrderedDict
from pathlib import Path

from .cast import App, Customer, Label, Message, Page, Persona
from .media import Asset, File
from .world import World

PLAIN = ("reached", "flagged_hosts", "is_any_address_a_picture", "kept")  # what JSON can tell as it is
OF_PAGES = {"personas": Persona, "labels": Label, "assets": Asset}


def save(world: World, path: Path):
    """Whole or not at all: a crash in the middle leaves the file of before."""
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(_told(world)))
    draft.replace(path)


def load(world: World, path: Path):
    """Fill a fresh world. Its default app stays as it is: ports and secrets may have changed since. Switches that
    make Facebook misbehave (faults, limits, manners of delivery) are not kept."""
    told = json.loads(path.read_text())
    world.clock.ahead_ms = told["ahead_ms"]
    world.media.files.update((name, File(base64.b64decode(content), kind)) for name, content, kind in told["media"])
    apps = [App(**row | {"fields": row["fields"] and set(row["fields"])}) for row in told["apps"]]
    world.apps = {app.id: app for app in apps} | world.apps
    world.pages |= {row["id"]: Page(**row) for row in told["pages"]}
    for name, kind in OF_PAGES.items():
        rows = [kind(**row | {"page": world.pages[row["page"]]}) for row in told.get(name, [])]
        setattr(world, name, {row.id: row for row in rows})
    for asset in world.assets.values():
        world.media.pin(asset.url)
    world.customers = {row["psid"]: _customer(world, row) for row in told["customers"]}
    vars(world).update({name: told[name] for name in PLAIN if name in told})
    world.tokens.states, world.tokens.scopes_of = told.get("token_states", {}), told.get("token_scopes", {})
    world.tokens.forget()
    world.keep(world.kept)


def _told(world: World) -> dict:
    return {
        "ahead_ms": world.clock.ahead_ms,
        "media": [
            [name, base64.b64encode(file.content).decode(), file.content_type]
            for name, file in world.media.files.items()
        ],
        "apps": [vars(app) | {"fields": app.fields and sorted(app.fields)} for app in world.apps.values()],
        "pages": [vars(page) for page in world.pages.values()],
        **{name: [vars(row) | {"page": row.page.id} for row in getattr(world, name).values()] for name in OF_PAGES},
        "customers": [_told_of(customer) for customer in world.customers.values()],
        **{name: getattr(world, name) for name in PLAIN},
        "token_states": world.tokens.states,
        "token_scopes": world.tokens.scopes_of,
    }


def _told_of(customer: Customer) -> dict:
    thread = [vars(message) | {"persona": _id(message.persona)} for message in customer.messages()]
    return vars(customer) | {"page": customer.page.id, "typing_persona": None, "typing_until": 0, "thread": thread}


def _id(persona: Persona | None) -> str | None:
    return persona and persona.id


def _customer(world: World, row: dict) -> Customer:
    thread = OrderedDict((said["mid"], _message(world, said)) for said in row["thread"])
    return Customer(**row | {"page": world.pages[row["page"]], "thread": thread})


def _message(world: World, said: dict) -> Message:
    said["app_id"] = said.pop("app", said.get("app_id"))  # files of before call it so
    return Message(**said | {"persona": world.personas.get(said["persona"] or "")})
