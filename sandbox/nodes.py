"""Plain objects of the Graph: the Page, a customer's profile, the user, an app."""

from . import asked, errors
from .call import Call
from .cast import App, Customer, Page, User

# What a profile may look like: names alone, nothing at all, or an error instead
PROFILES = ("full", "partial", "empty", "phone", "forbidden")
FEATURES = ("subscription_messaging", "human_agent", "business_asset_user_profile_access")


async def page(call: Call, page: Page) -> dict:
    facts = {
        "id": page.id,
        "name": page.name,
        "category": "Business",
        "link": f"https://www.facebook.com/{page.id}",
        "username": "",
        "access_token": call.world.tokens.of(call.grant.app, page),
        "picture": {"data": {"url": f"{call.origin}/_sandbox/faces/{page.id}.png", "is_silhouette": False}},
        "messaging_feature_status": {
            "hop_v2": bool(page.default_app_id),
            "msgr_multi_app": len(page.subscriptions) > 1,
            "ig_multi_app": False,
        },
    }
    return asked.only(facts, asked.fields(call), ("id", "name"))


async def user(call: Call, user: User) -> dict:
    return asked.only({"id": user.id, "name": user.name}, asked.fields(call))


async def app(call: Call, app: App) -> dict:
    return asked.only({"category": "Business", "link": "", "name": app.name, "id": app.id}, asked.fields(call))


async def feature_review(call: Call, page: Page) -> dict:
    return {"data": [{"feature": feature, "status": "approved"} for feature in FEATURES]}


async def customer(call: Call, customer: Customer) -> dict:
    """The profile a Page may see of somebody who wrote to it."""
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
        "profile_pic": f"{call.origin}/_sandbox/faces/{customer.psid}.png",
        "id": customer.psid,
    }
    if customer.profile == "partial":
        profile = {"first_name": first, "id": customer.psid}
    return asked.only(profile, asked.fields(call))
