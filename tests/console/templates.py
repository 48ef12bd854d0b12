"""Templates for tests, and the form that describes one."""

BUY = {"type": "postback", "title": "Buy", "payload": "Buy"}
SHOP = {"type": "web_url", "title": "Shop", "url": "https://shop.example/tea"}
CALL = {"type": "phone_number", "title": "Call us", "payload": "+4930123456"}
BUTTONS = {"template_type": "button", "text": "Green or black?", "buttons": [BUY, SHOP, CALL]}
CARDS = {
    "template_type": "generic",
    "elements": [
        {"title": "Glass", "subtitle": "0.3 l", "default_action": {"type": "web_url", "url": "https://shop.example/1"}},
        {"title": "Iron", "image_url": "https://cdn.example.test/iron.png", "buttons": [BUY]},
    ],
}
MEDIA = {"template_type": "media", "elements": [{"media_type": "image", "buttons": [SHOP]}]}


def fields_of(template):
    """Return the form of a template, as a browser sends it."""
    parts = template.get("elements") or [template]
    buttons = [(part.get("buttons", []) + [{}] * 3)[:3] for part in parts]
    rows = [button for row in buttons for button in row]
    return {
        "kind": template["template_type"],
        "text": template.get("text", ""),
        **{name: [part.get(name, "") for part in parts] for name in ("title", "subtitle", "image_url")},
        "address": [part.get("default_action", {}).get("url", "") for part in parts],
        "button_type": [button.get("type", "web_url") for button in rows],
        "button_title": [button.get("title", "") for button in rows],
        "button_value": [button.get("url") or button.get("payload") or "" for button in rows],
    }
