"""Tokens: what each opens, how they end, and where apps get them.

https://developers.facebook.com/docs/facebook-login/guides/access-tokens
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import errors
from .cast import App, Page, User

if TYPE_CHECKING:
    from .call import Call
    from .world import World

SCOPES = ["pages_messaging", "pages_manage_metadata", "pages_show_list", "pages_read_engagement"]
STATES = {
    "expired": errors.TOKEN_EXPIRED,
    "password_changed": errors.PASSWORD_CHANGED,
    "app_removed": errors.APP_REMOVED,
    "checkpointed": errors.USER_CHECKPOINTED,
}
LONG = "LONG"  # ends the tokens of users that last two months
LONG_LASTS_S = 60 * 24 * 3600
SHORT_LASTS_S = 3600
DATE = "%A, %d-%b-%y %H:%M:%S PST"


@dataclass
class Grant:
    """What a token opens: an app, and one Page or the user, unless it is the app's own token."""

    app: App
    page: Page | None = None
    user: User | None = None


class Tokens:
    """Each app has its own token for a Page, so that Facebook can tell who speaks."""

    def __init__(self, world: World):
        self.world = world
        self.states: dict[str, str] = {}
        self.scopes_of: dict[str, list[str]] = {}
        self._known: dict[str, Grant] | None = None
        self._secrets: list[str] = []

    def forget(self):
        """Apps or Pages have changed."""
        self._known = None

    def grant(self, token: str) -> Grant | None:
        return self._all().get(token)

    def scopes(self, token: str) -> list[str]:
        return self.scopes_of.get(token, SCOPES)

    def problem(self, token: str) -> errors.Refused | None:
        """Why a token that once was good is so no longer."""
        state = self.states.get(token)
        if not state:
            return None
        now = time.gmtime(self.world.clock.now() / 1000 - 8 * 3600)
        return STATES[state](app=self.grant(token).app.id, now=time.strftime(DATE, now))

    def secrets(self) -> list[str]:
        """Whatever must not be readable in the journal, longest first."""
        self._all()
        return self._secrets

    def of(self, app: App, page: Page | User) -> str:
        return page.token if app is self.world.default_app else f"{page.token}{app.id}"

    def _all(self) -> dict[str, Grant]:
        if self._known is None:
            self._known = dict(self._listed())
            app_secrets = {app.secret for app in self.world.apps.values()} - {""}
            self._secrets = sorted({*self._known, *app_secrets}, key=len, reverse=True)
        return self._known

    def _listed(self):
        for app in self.world.apps.values():
            yield f"{app.id}|{app.secret}", Grant(app)
            for page in self.world.pages.values():
                yield self.of(app, page), Grant(app, page=page)
            if user := self.world.user:
                yield self.of(app, user), Grant(app, user=user)
                yield self.of(app, user) + LONG, Grant(app, user=user)


async def accounts(call: Call, user: User) -> dict:
    """The Pages of the user, with a token for each."""
    tokens = call.world.tokens
    rows = [
        {
            "access_token": tokens.of(call.grant.app, page),
            "category": "Business",
            "name": page.name,
            "id": page.id,
            "tasks": ["MODERATE", "MESSAGING", "MANAGE"],
        }
        for page in call.world.pages.values()
    ]
    return {"data": rows}


async def exchange(call: Call) -> dict:
    """A longer-lived token for a user's, or the app's own token. Nobody needs a token for it."""
    app = call.world.apps.get(str(call.get("client_id")))
    if not app:
        raise errors.APP_UNKNOWN()
    if call.get("client_secret") != app.secret:
        raise errors.SECRET_WRONG()
    if call.get("grant_type") == "client_credentials":
        return {"access_token": f"{app.id}|{app.secret}", "token_type": "bearer"}
    return _long_token(call, app)


def _long_token(call: Call, app: App) -> dict:
    """For a code that a login would have brought too: here any will do, and it is the user's."""
    tokens, user = call.world.tokens, call.world.user
    if not call.get("code"):
        old = str(call.get("fb_exchange_token", ""))
        grant = tokens.grant(old)
        if not grant:
            raise errors.TOKEN_UNKNOWN()
        if problem := tokens.problem(old):
            raise problem
        if grant.page:
            return {"access_token": old, "token_type": "bearer"}
    token = tokens.of(app, user) + LONG
    return {"access_token": token, "token_type": "bearer", "expires_in": LONG_LASTS_S}


async def debug(call: Call) -> dict:
    """What a token is worth. One that is worth nothing is an answer too, not an error."""
    token, tokens = call.need("input_token"), call.world.tokens
    grant = tokens.grant(token)
    if not grant:
        problem = {"code": 190, "message": "Invalid OAuth access token."}
        return {"data": {"is_valid": False, "scopes": [], "error": problem}}
    facts = {"app_id": grant.app.id, "type": "APP", "application": grant.app.name, "is_valid": True, "scopes": []}
    facts |= _facts(call, token, grant)
    if problem := tokens.problem(token):
        error = problem.body["error"]
        facts |= {"is_valid": False, "error": {key: error[key] for key in ("code", "message", "error_subcode")}}
        facts["error"]["subcode"] = facts["error"].pop("error_subcode")
    return {"data": facts}


def _facts(call: Call, token: str, grant: Grant) -> dict:
    scopes, user = call.world.tokens.scopes(token), call.world.user
    facts = {"scopes": scopes, "data_access_expires_at": 0, "expires_at": 0} | ({"user_id": user.id} if user else {})
    facts["granular_scopes"] = [{"scope": scope} for scope in scopes]
    if grant.page:
        return facts | {"type": "PAGE", "profile_id": grant.page.id}
    if grant.user:
        lasts_s = LONG_LASTS_S if token.endswith(LONG) else SHORT_LASTS_S
        return facts | {"type": "USER", "expires_at": call.world.clock.now() // 1000 + lasts_s}
    return {}
