"""The checks of a device in words: a sentence for each outcome, with what to do about it in the agent's browser.

The page itself makes the checks (static/js/device-checks.js). A # stands for the number that it finds.
"""

from typing import NamedTuple

from django.utils.translation import gettext as _

from console.infrastructure.devices import browser_of, system_of


class Check(NamedTuple):
    """One check. outcomes: its sentences; `fine` is the one good outcome."""

    name: str
    title: str
    outcomes: dict


def checks(user_agent, is_push_offered):
    """Return all checks in the words for this browser."""
    browser, system = browser_of(user_agent), system_of(user_agent)
    return [
        _sound(browser, system),
        _permission(browser, system),
        _worker(),
        _push(system, is_push_offered),
        _live(),
        _clock(system),
        _storage(browser),
    ]


def _sound(browser, system):
    unheard = _("Turn up the volume of the device, and look which loudspeaker or headset it uses.")
    silent = _("You have chosen to hear no sound: change it under Sounds and notifications.")
    return Check(
        "sound",
        _("Sound"),
        {
            "ask": _("The console plays the sound of a call: press the button, then say whether you heard it."),
            "fine": _("You hear it when the console calls you."),
            "silent": silent,
            "unheard": _together(unheard, _on_silent(system), _of_sound(browser)),
            "unable": _("This browser plays no sound. Use a current version of it, or another one."),
        },
    )


def _on_silent(system):
    is_phone = system in ("iPhone", "iPad", "Android")
    return _("Switch the silent mode of the phone off.") if is_phone else ""


def _of_sound(browser):
    return {
        "Firefox": _("In Firefox, press the icon before the address, and allow this site to play sound (Autoplay)."),
        "Safari": _("In Safari, open Settings for this website in the menu Safari, and allow auto-play with sound."),
    }.get(browser) or _("If the tab shows a muted loudspeaker, right-click the tab and choose Unmute site.")


def _permission(browser, system):
    return Check(
        "permission",
        _("Permission to notify"),
        {
            "fine": _("This browser may show notifications of the console."),
            "ask": _("The browser has not asked you yet: press the button, and allow it."),
            "denied": _of_permission(browser),
            "unable": _unable(system),
        },
    )


def _of_permission(browser):
    return {
        "Firefox": _("Firefox blocks notifications: press the icon before the address, and remove the block."),
        "Safari": _("Safari blocks notifications: open Settings, Websites, Notifications, and allow this address."),
        "Edge": _("Edge blocks notifications: press the lock before the address, and allow them for this site."),
    }.get(browser) or _(
        "The browser blocks notifications: press the icon before the address, open Site settings, and allow them."
    )


def _unable(system):
    if system in ("iPhone", "iPad"):
        return _("On an iPhone or iPad, add the console to the home screen first, and open it from there.")
    return _("This browser shows no notifications of pages. Use a current version of it, or another one.")


def _worker():
    return Check(
        "worker",
        _("Service worker"),
        {
            "fine": _("The part of the console that works while no page is open is there."),
            "insecure": _("The address of the console does not begin with https: ask an admin to change that."),
            "unable": _("The browser has none in a private window: use a normal one, or another browser."),
            "failed": _("The browser does not start it. Leave the private window, or allow this site to store data."),
        },
    )


def _push(system, is_offered):
    unsubscribed = _(
        "This device does not call you while no desk is open: subscribe it under Sounds and notifications."
    )
    unset = _("The console is not set up for this: an admin finds how in its README, under Calls.")
    return Check(
        "push",
        _("Notifications while no desk is open"),
        {
            "fine": _together(_("A test notification was here after # s. If you did not see it:"), _of_system(system)),
            "unsubscribed": unsubscribed if is_offered else unset,
            "unknown": _(
                "The console no longer knows this device: unsubscribe and subscribe it under Sounds and notifications."
            ),
            "lost": _(
                "No test notification arrived within # s. A firewall or VPN may block the push service of the browser: "
                "try another network. If it fails there too, subscribe the device again under Sounds and notifications."
            ),
            "failed": _("The console did not answer. Try again in a minute."),
            "unable": _unable(system),
        },
    )


def _of_system(system):
    return {
        "Windows": _("look at Settings, System, Notifications in Windows, and switch Do not disturb off."),
        "macOS": _("look at System Settings, Notifications on the Mac, and switch Focus off."),
        "Android": _("look at Settings, Apps, and the notifications of the browser there; switch Do not disturb off."),
        "iPhone": _("look at Settings, Notifications, and switch Focus off."),
        "iPad": _("look at Settings, Notifications, and switch Focus off."),
    }.get(system) or _("allow the browser to notify in the settings of the computer, and switch Do not disturb off.")


def _live():
    return Check(
        "live",
        _("Live connection"),
        {
            "fine": _("News comes to the desk at once: the connection was there after # s."),
            "lost": _(
                "No live connection within # s, so the desk shows news late. A proxy, VPN or virus scanner may hold it "
                "back: try another network, and tell an admin if only this one fails."
            ),
        },
    )


def _clock(system):
    where = {
        "Windows": _("Switch “Set time automatically” on in the settings of Windows."),
        "macOS": _("Switch “Set time automatically” on in the System Settings of the Mac."),
    }.get(system) or _("Have the device set its time automatically, in its settings.")
    return Check(
        "clock",
        _("Clock"),
        {
            "fine": _("The clock of this device is right, to # s."),
            "behind": _together(_("The clock of this device is # s slow, so times left are shown wrongly."), where),
            "ahead": _together(_("The clock of this device is # s fast, so times left are shown wrongly."), where),
            "failed": _("The console did not answer. Try again in a minute."),
        },
    )


def _storage(browser):
    private = _("Leave the private window, and allow this site to store data.")
    firefox = _("In Firefox, switch “Delete cookies and site data when Firefox is closed” off, or except this site.")
    where = firefox if browser == "Firefox" else ""
    return Check(
        "storage",
        _("Storage for replies"),
        {
            "fine": _(
                "Replies are kept on this device until the console has them, unless the browser clears its data. "
                "There is room for # MB."
            ),
            "memory": _together(_("This browser keeps no reply that has not been sent."), private, where),
            "full": _("There is room for # MB only, so files may not be kept until they are sent. Free some space."),
        },
    )


def _together(*sentences):
    return " ".join(filter(None, sentences))
