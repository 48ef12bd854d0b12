"""The name of a device in words, by which its agent knows it."""

import re

BROWSERS = [("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari")]
SYSTEMS = [
    *[("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("CrOS", "ChromeOS")],
    *[("Macintosh", "macOS"), ("Linux", "Linux")],
]


def device_name(user_agent):
    """Return a name such as "Chrome, Android" for a browser, by which agents know their devices, or ""."""
    return ", ".join(filter(None, [browser_of(user_agent), system_of(user_agent)]))


def browser_of(user_agent):
    return _first(BROWSERS, user_agent)


def system_of(user_agent):
    return _first(SYSTEMS, user_agent)


def _first(names, user_agent):
    return next((name for mark, name in names if re.search(rf"\b{mark}\b", user_agent)), "")
