"""Objects of the Graph: the Page, a customer's profile, the user, an app."""

from .. import errors
from ..world import tokens
from ..world.models import App, Customer, Page, User
from .call import Call
from .field_selection import requested_fields, select_fields

# How much of a customer's profile the Page may see; “phone” and “forbidden” are errors.
PROFILES = ("full", "partial", "empty", "phone", "forbidden")
FEATURES = ("subscription_messaging", "human_agent", "business_asset_user_profile_access")


async def page(call: Call, page: Page) -> dict:
    facts = {
        "id": page.id,
        "name": page.name,
        "category": "Business",
        "link": f"https://www.facebook.com/{page.id}",
        "username": "",
        "access_token": tokens.token_for(call.world, call.grant.app, page),
        "picture": {"data": {"url": f"{call.origin}/_sandbox/profile_pictures/{page.id}.png", "is_silhouette": False}},
        "messaging_feature_status": {
            "hop_v2": bool(page.default_app_id),
            "msgr_multi_app": len(page.subscriptions) > 1,
            "ig_multi_app": False,
        },
    }
    return select_fields(facts, requested_fields(call), ("id", "name"))


async def user(call: Call, user: User) -> dict:
    return select_fields({"id": user.id, "name": user.name}, requested_fields(call))


async def app(call: Call, app: App) -> dict:
    return select_fields({"category": "Business", "link": "", "name": app.name, "id": app.id}, requested_fields(call))


async def feature_review(call: Call, page: Page) -> dict:
    return {"data": [{"feature": feature, "status": "approved"} for feature in FEATURES]}


async def customer(call: Call, customer: Customer) -> dict:
    """Return the profile that the Page may see."""
    match customer.profile:
        case "phone":
            raise errors.NO_PROFILE()
        case "forbidden":
            raise errors.PROFILE_NOT_PERMITTED()
        case "empty":
            return {}
    first, _, last = customer.name.partition(" ")
    profile = {
        "first_name": first,
        "last_name": last,
        "name": customer.name,
        "profile_pic": f"{call.origin}/_sandbox/profile_pictures/{customer.psid}.png",
        "id": customer.psid,
    }
    if customer.locale:
        profile |= {"locale": customer.locale, "timezone": customer.timezone}
    if customer.profile == "partial":
        profile = {"first_name": first, "id": customer.psid}
    return select_fields(profile, requested_fields(call))
