"""Access tokens: the access that each gives, the permissions it has, and how it ends.

Each app has its own token for a Page, so that Facebook can tell which app calls.
https://developers.facebook.com/docs/facebook-login/guides/access-tokens
"""

import time
from collections.abc import Iterator

from .. import errors
from .models import App, Grant, Page, User
from .world import World

SCOPES = ["pages_messaging", "pages_manage_metadata", "pages_show_list", "pages_read_engagement"]
STATES = {
    "expired": errors.TOKEN_EXPIRED,
    "password_changed": errors.PASSWORD_CHANGED,
    "app_removed": errors.APP_REMOVED,
    "checkpointed": errors.USER_CHECKPOINTED,
}
LONG = "LONG"  # suffix of user tokens that last two months
DATE = "%A, %d-%b-%y %H:%M:%S PST"


def token_for(world: World, app: App, owner: Page | User) -> str:
    """Return the app's token for a Page or for the user."""
    return owner.token if app is world.default_app else f"{owner.token}{app.id}"


def grant(world: World, token: str) -> Grant | None:
    return next((grant for known, grant in _grants(world) if known == token), None)


def scopes(world: World, token: str) -> list[str]:
    return world.token_scopes.get(token, SCOPES)


def problem(world: World, token: str) -> errors.GraphError | None:
    """Return the error of a known token that is no longer valid."""
    state, known = world.token_states.get(token), grant(world, token)
    if not state or not known:
        return None
    now = time.gmtime(world.clock.now() / 1000 - 8 * 3600)
    return STATES[state](app=known.app.id, now=time.strftime(DATE, now))


def secrets(world: World) -> list[str]:
    """Return all tokens and app secrets, longest first, to mask them in the request log."""
    app_secrets = {app.secret for app in world.apps.values()} - {""}
    return sorted({token for token, _ in _grants(world)} | app_secrets, key=len, reverse=True)


def _grants(world: World) -> Iterator[tuple[str, Grant]]:
    for app in world.apps.values():
        yield f"{app.id}|{app.secret}", Grant(app)
        for page in world.pages.values():
            yield token_for(world, app, page), Grant(app, page=page)
        if user := world.user:
            yield token_for(world, app, user), Grant(app, user=user)
            yield token_for(world, app, user) + LONG, Grant(app, user=user)
