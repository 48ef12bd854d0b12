"""The application: what is answered where, and the world it keeps."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from . import bodies, control, graph, memory
from .cast import App, User
from .drawings import avatar, sample, thumb
from .fields import USUAL_FIELDS
from .world import World

STATIC = Path(__file__).parent / "static"
POLICY = "default-src 'self'; img-src *; media-src *"

KEEP_ALIVE_S = 60
SAVE_EVERY_S = 5  # a kill loses no more than this

PAGE_ID = "102030405060708"
PAGE_NAME = "Bluebird Tea"
PAGE_TOKEN = "EAASANDBOXPAGETOKEN"  # noqa: S105
USER_ID = "10158000000000001"
USER_NAME = "Ada Lindt"
USER_TOKEN = "EAASANDBOXUSERTOKEN"  # noqa: S105
APP_ID = "1517776481860111"
APP_SECRET = "sandbox-app-secret"  # noqa: S105
VERIFY_TOKEN = "sandbox-verify-token"  # noqa: S105


def create_app(
    *,
    app_id: str = APP_ID,
    app_secret: str = APP_SECRET,
    verify_token: str = VERIFY_TOKEN,
    callback_url: str = "",
    public_url: str = "",
    world_file: Path | None = None,
    made_on_v27: bool = False,
    any_address_is_a_picture: bool = False,
) -> Starlette:
    """A sandbox of its own: it shares nothing with others in the same process.

    `callback_url` is the default app's webhook, empty for none yet; `public_url` the origin under which this
    sandbox's files are reached, empty for the one each request came to. `world_file` is where the world is kept.
    `made_on_v27`: the default app is one made after 4 November 2026. `any_address_is_a_picture`: see `foreign.py`.
    """
    default_app = App(app_id, app_secret, callback_url, verify_token, is_made_on_v27=made_on_v27)
    sandbox = Sandbox(default_app, public_url.rstrip("/"), world_file, any_address_is_a_picture)
    app = SandboxApp(routes=ROUTES, lifespan=lifespan, exception_handlers={HTTPException: bodies.answer_refused})
    app.state.sandbox = sandbox
    return app


def server_config(app: Starlette, grace_s: float) -> uvicorn.Config:
    """A server that keeps connections as long as Facebook's does. No access log: clients put tokens in the query."""
    return uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=grace_s,
    )


class SandboxApp(Starlette):
    async def __call__(self, scope, receive, send):
        """Starlette wraps `send`; the server's own is kept, because it knows the connection that a fault may cut."""
        scope["wire"] = send
        await super().__call__(scope, receive, send)


@dataclass
class Sandbox:
    default_app: App
    public_url: str
    world_file: Path | None = None
    any_address_is_a_picture: bool = False

    def __post_init__(self):
        self.world = self._new_world()
        if self.world_file and self.world_file.exists():
            memory.load(self.world, self.world_file)

    def save(self):
        if self.world_file:
            memory.save(self.world, self.world_file)

    async def keep_saving(self):
        while self.world_file:
            await asyncio.sleep(SAVE_EVERY_S)
            self.save()

    def reset(self):
        self.world.courier.close()
        self.world = self._new_world()

    def origin(self, request: Request) -> str:
        return self.public_url or str(request.base_url).rstrip("/")

    def _new_world(self) -> World:
        app = replace(self.default_app)
        world = World(app)
        world.is_any_address_a_picture = self.any_address_is_a_picture
        world.user = User(USER_ID, USER_NAME, USER_TOKEN)
        page = world.add_page(PAGE_ID, PAGE_NAME, PAGE_TOKEN)
        page.subscriptions[app.id] = list(USUAL_FIELDS)
        return world


@asynccontextmanager
async def lifespan(app: Starlette):
    saving = asyncio.create_task(app.state.sandbox.keep_saving())
    yield
    saving.cancel()
    app.state.sandbox.world.courier.close()
    app.state.sandbox.save()


async def phone(request: Request) -> Response:
    return FileResponse(STATIC / "phone.html", headers={"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"})


async def kept_file(request: Request) -> Response:
    file = request.app.state.sandbox.world.media.get(request.path_params["name"])
    if not file:
        return Response(status_code=404)
    # What somebody uploaded is never run as a page of ours.
    headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
    return Response(file.content, media_type=file.content_type, headers=headers)


async def face(request: Request) -> Response:
    """The profile picture of a customer or a Page."""
    world = request.app.state.sandbox.world
    owner = world.customers.get(request.path_params["id"]) or world.pages.get(request.path_params["id"])
    return Response(avatar(owner.name), media_type="image/png") if owner else Response(status_code=404)


async def sample_picture(request: Request) -> Response:
    return Response(sample(), media_type="image/png")


async def sticker(request: Request) -> Response:
    return Response(thumb(), media_type="image/png")


async def front(request: Request) -> Response:
    """The customer's phone, unless it is a program that asks for several objects at once."""
    return await (graph.answer(request) if "ids" in request.query_params else phone(request))


ROUTES = [
    Route("/", front),
    Mount(
        "/_sandbox",
        routes=[
            *control.ROUTES,
            Route("/media/{name}", kept_file),
            Route("/faces/{id}.png", face),
            Route("/sample.png", sample_picture),
            Route("/sticker.png", sticker),
            Mount("/static", StaticFiles(directory=STATIC)),
        ],
    ),
    Route("/{path:path}", graph.answer, methods=["GET", "POST", "DELETE", "PUT", "PATCH"]),
]
