"""Plain objects of the Graph: the Page, a customer's profile, a token."""

from . import errors
from .call import Call
from .world import Customer, Page

SCOPES = ["pages_messaging", "pages_manage_metadata", "pages_show_list", "pages_read_engagement"]


async def page(call: Call, page: Page) -> dict:
    return _asked_for(call, {"id": page.id, "name": page.name})


async def customer(call: Call, customer: Customer) -> dict:
    """The profile a Page may see of somebody who wrote to it."""
    first, _, last = customer.name.partition(" ")
    profile = {
        "first_name": first,
        "last_name": last,
        "name": customer.name,
        "profile_pic": f"{call.origin}/_sandbox/faces/{customer.psid}.png",
        "id": customer.psid,
    }
    return _asked_for(call, profile)


async def debug_token(call: Call) -> dict:
    """What a token is worth. One that is worth nothing is an answer too, not an error."""
    token = call.get("input_token")
    if not token:
        raise errors.PARAM_MISSING(name="input_token")
    grant = call.world.grant(token)
    if not grant:
        problem = {"code": 190, "message": "Invalid OAuth access token."}
        return {"data": {"is_valid": False, "scopes": [], "error": problem}}
    facts = {"app_id": grant.app.id, "type": "APP", "application": "Sandbox", "is_valid": True, "scopes": []}
    if grant.page:
        facts |= {"type": "PAGE", "profile_id": grant.page.id, "scopes": SCOPES}
        facts |= {"expires_at": 0, "data_access_expires_at": 0}
    return {"data": facts}


def _asked_for(call: Call, facts: dict) -> dict:
    fields = call.words("fields")
    return {name: value for name, value in facts.items() if not fields or name in fields or name == "id"}
