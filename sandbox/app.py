"""The application: its routes, and the world that it keeps."""

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

from .control.request_body import error_response
from .control.routes import ROUTES as CONTROL_ROUTES
from .graph import endpoint
from .pictures import avatar, sample, thumb
from .webhooks.delivery import WebhookDelivery
from .world import storage
from .world.clock import Clock
from .world.models import App, User
from .world.webhook_fields import USUAL_FIELDS
from .world.world import World

STATIC = Path(__file__).parent / "static"
POLICY = "default-src 'self'; img-src *; media-src *"

KEEP_ALIVE_S = 60
SAVE_EVERY_S = 5  # a killed process loses no more than this

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
    placeholder_files: bool = False,
) -> Starlette:
    """Return a sandbox that shares nothing with others in the same process.

    `callback_url` is the default app's webhook, empty for none yet; `public_url` is the origin of this sandbox's
    files, empty for the one to which each request came; the world is stored in `world_file`. `made_on_v27`: the
    default app was created after 4 November 2026. `placeholder_files`: see `file_downloads.py`.
    """
    default_app = App(app_id, app_secret, callback_url, verify_token, is_made_on_v27=made_on_v27)
    sandbox = Sandbox(default_app, public_url.rstrip("/"), world_file, placeholder_files)
    app = SandboxApp(routes=ROUTES, lifespan=lifespan, exception_handlers={HTTPException: error_response})
    app.state.sandbox = sandbox
    return app


def server_config(app: Starlette, grace_s: float) -> uvicorn.Config:
    """Keep connections as long as Facebook does. No access log: clients put tokens in the query."""
    return uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=grace_s,
    )


class SandboxApp(Starlette):
    async def __call__(self, scope, receive, send):
        """Keep the server's own `send`, which Starlette wraps: it knows the connection, which a fault may drop."""
        scope["server_send"] = send
        await super().__call__(scope, receive, send)


@dataclass
class Sandbox:
    default_app: App
    public_url: str
    world_file: Path | None = None
    placeholder_files: bool = False

    def __post_init__(self):
        self._start()
        if self.world_file and self.world_file.exists():
            storage.load(self.world, self.world_file)

    def save(self):
        if self.world_file:
            storage.save(self.world, self.world_file)

    async def keep_saving(self):
        while self.world_file:
            await asyncio.sleep(SAVE_EVERY_S)
            self.save()

    def reset(self):
        self.webhooks.close()
        self._start()

    def origin(self, request: Request) -> str:
        return self.public_url or str(request.base_url).rstrip("/")

    def _start(self):
        """Begin with a world that has one app, one Page and one user."""
        app, clock = replace(self.default_app), Clock()
        self.webhooks = WebhookDelivery(clock)
        self.world = World(app, clock, self.webhooks.deliver)
        self.world.has_placeholder_files = self.placeholder_files
        self.world.user = User(USER_ID, USER_NAME, USER_TOKEN)
        page = self.world.add_page(PAGE_ID, PAGE_NAME, PAGE_TOKEN)
        page.subscriptions[app.id] = list(USUAL_FIELDS)


@asynccontextmanager
async def lifespan(app: Starlette):
    saving = asyncio.create_task(app.state.sandbox.keep_saving())
    yield
    saving.cancel()
    app.state.sandbox.webhooks.close()
    app.state.sandbox.save()


async def phone(request: Request) -> Response:
    return FileResponse(STATIC / "phone.html", headers={"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"})


async def media(request: Request) -> Response:
    file = request.app.state.sandbox.world.media.get(request.path_params["name"])
    if not file:
        return Response(status_code=404)
    # An uploaded file never runs as a page of this origin.
    headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
    return Response(file.content, media_type=file.content_type, headers=headers)


async def profile_picture(request: Request) -> Response:
    """Draw the profile picture of a customer or a Page."""
    world = request.app.state.sandbox.world
    owner = world.customers.get(request.path_params["id"]) or world.pages.get(request.path_params["id"])
    return Response(avatar(owner.name), media_type="image/png") if owner else Response(status_code=404)


async def sample_picture(request: Request) -> Response:
    return Response(sample(), media_type="image/png")


async def sticker(request: Request) -> Response:
    return Response(thumb(), media_type="image/png")


async def root(request: Request) -> Response:
    """Show the phone, unless a program requests several objects at once (`?ids=`)."""
    return await (endpoint.answer(request) if "ids" in request.query_params else phone(request))


ROUTES = [
    Route("/", root),
    Mount(
        "/_sandbox",
        routes=[
            *CONTROL_ROUTES,
            Route("/media/{name}", media),
            Route("/profile_pictures/{id}.png", profile_picture),
            Route("/sample.png", sample_picture),
            Route("/sticker.png", sticker),
            Mount("/static", StaticFiles(directory=STATIC)),
        ],
    ),
    Route("/{path:path}", endpoint.answer, methods=["GET", "POST", "DELETE", "PUT", "PATCH"]),
]
