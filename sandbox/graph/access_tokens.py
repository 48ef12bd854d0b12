"""Access tokens over the Graph API: list a user's Pages, exchange a token, debug a token.

https://developers.facebook.com/docs/facebook-login/guides/access-tokens
"""

from .. import errors
from ..world import tokens
from ..world.models import App, Grant, User
from .call import Call

LONG_LASTS_S = 60 * 24 * 3600
SHORT_LASTS_S = 3600


async def accounts(call: Call, user: User) -> dict:
    """List the user's Pages with a token for each."""
    rows = [
        {
            "access_token": tokens.token_for(call.world, call.grant.app, page),
            "category": "Business",
            "name": page.name,
            "id": page.id,
            "tasks": ["MODERATE", "MESSAGING", "MANAGE"],
        }
        for page in call.world.pages.values()
    ]
    return {"data": rows}


async def exchange(call: Call) -> dict:
    """Return a longer-lived token for a user's token, or the app's own token. The call itself needs no token."""
    app = call.world.apps.get(str(call.get("client_id")))
    if not app:
        raise errors.APP_UNKNOWN()
    if call.get("client_secret") != app.secret:
        raise errors.SECRET_WRONG()
    if call.get("grant_type") == "client_credentials":
        return {"access_token": f"{app.id}|{app.secret}", "token_type": "bearer"}
    return _long_token(call, app)


def _long_token(call: Call, app: App) -> dict:
    """Exchange a user's token, or a login's code: any code is accepted and gives the user's token."""
    world, user = call.world, call.world.user
    if not call.get("code"):
        old = str(call.get("fb_exchange_token", ""))
        grant = tokens.grant(world, old)
        if not grant:
            raise errors.TOKEN_UNKNOWN()
        if problem := tokens.problem(world, old):
            raise problem
        if grant.page:
            return {"access_token": old, "token_type": "bearer"}
    token = tokens.token_for(world, app, user) + tokens.LONG
    return {"access_token": token, "token_type": "bearer", "expires_in": LONG_LASTS_S}


async def debug(call: Call) -> dict:
    """Describe a token. An invalid token is an answer too, not an error."""
    token, world = call.need("input_token"), call.world
    grant = tokens.grant(world, token)
    if not grant:
        problem = {"code": 190, "message": "Invalid OAuth access token."}
        return {"data": {"is_valid": False, "scopes": [], "error": problem}}
    facts = {"app_id": grant.app.id, "type": "APP", "application": grant.app.name, "is_valid": True, "scopes": []}
    facts |= _facts(call, token, grant)
    if problem := tokens.problem(world, token):
        error = problem.body["error"]
        facts |= {"is_valid": False, "error": {key: error[key] for key in ("code", "message", "error_subcode")}}
        facts["error"]["subcode"] = facts["error"].pop("error_subcode")
    return {"data": facts}


def _facts(call: Call, token: str, grant: Grant) -> dict:
    scopes, user = tokens.scopes(call.world, token), call.world.user
    facts = {"scopes": scopes, "data_access_expires_at": 0, "expires_at": 0} | ({"user_id": user.id} if user else {})
    facts["granular_scopes"] = [{"scope": scope} for scope in scopes]
    if grant.page:
        return facts | {"type": "PAGE", "profile_id": grant.page.id}
    if grant.user:
        lasts_s = LONG_LASTS_S if token.endswith(tokens.LONG) else SHORT_LASTS_S
        return facts | {"type": "USER", "expires_at": call.world.clock.now() // 1000 + lasts_s}
    return {}
