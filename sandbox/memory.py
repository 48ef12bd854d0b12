"""A world in a file, so that a restart loses nothing: JSON, objects named by their ids."""

import base64
import json
from pathlib import Path

from .media import File
from .world import App, Customer, Message, Page, Persona, World


def save(world: World, path: Path):
    """Whole or not at all: a crash in the middle leaves the file of before."""
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(_told(world)))
    draft.replace(path)


def load(world: World, path: Path):
    """Fill a fresh world. Its default app stays as it is: ports and secrets may have changed since."""
    told = json.loads(path.read_text())
    world.clock.ahead_ms = told["ahead_ms"]
    world.media.files.update((name, File(base64.b64decode(content), kind)) for name, content, kind in told["media"])
    apps = [App(**row | {"fields": row["fields"] and set(row["fields"])}) for row in told["apps"]]
    world.apps = {app.id: app for app in apps} | world.apps
    world.pages |= {row["id"]: Page(**row) for row in told["pages"]}
    world.personas = {row["id"]: Persona(**row | {"page": world.pages[row["page"]]}) for row in told["personas"]}
    world.customers = {row["psid"]: _customer(world, row) for row in told["customers"]}


def _told(world: World) -> dict:
    return {
        "ahead_ms": world.clock.ahead_ms,
        "media": [
            [name, base64.b64encode(file.content).decode(), file.content_type]
            for name, file in world.media.files.items()
        ],
        "apps": [vars(app) | {"fields": app.fields and sorted(app.fields)} for app in world.apps.values()],
        "pages": [vars(page) for page in world.pages.values()],
        "personas": [vars(persona) | {"page": persona.page.id} for persona in world.personas.values()],
        "customers": [_told_of(customer) for customer in world.customers.values()],
    }


def _told_of(customer: Customer) -> dict:
    thread = [vars(message) | {"persona": _id(message.persona), "app": _id(message.app)} for message in customer.thread]
    return vars(customer) | {"page": customer.page.id, "typing_persona": None, "typing_until": 0, "thread": thread}


def _id(thing: Persona | App | None) -> str | None:
    return thing and thing.id


def _customer(world: World, row: dict) -> Customer:
    thread = [
        Message(
            **said | {"persona": world.personas.get(said["persona"] or ""), "app": world.apps.get(said["app"] or "")}
        )
        for said in row["thread"]
    ]
    return Customer(**row | {"page": world.pages[row["page"]], "thread": thread})
