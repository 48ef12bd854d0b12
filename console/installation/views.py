"""The manifest by which a browser installs the console, and its page for a device that is offline."""

from django.contrib.auth.decorators import login_not_required
from django.http import JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

ICONS = [  # bin/app-icons draws those in app-icons/
    ("icon.svg", "any", "image/svg+xml", "any"),
    ("app-icons/192.png", "192x192", "image/png", "any"),
    ("app-icons/512.png", "512x512", "image/png", "any"),
    ("app-icons/maskable-512.png", "512x512", "image/png", "maskable"),
]
THEME, GROUND = "#0f766e", "#f5f6f7"  # of static/css/tokens.css


@require_GET
@login_not_required
def manifest(request):
    """Describe the app. Browsers ask without cookies, and so in the language of the browser."""
    icons = [{"src": static(path), "sizes": sizes, "type": kind, "purpose": use} for path, sizes, kind, use in ICONS]
    found = {
        "id": "/",
        "name": _("Handover"),
        "short_name": _("Handover"),
        "description": _("Reply to Messenger customers under your own name."),
        "lang": get_language(),
        "dir": "rtl" if get_language_bidi() else "ltr",
        "start_url": reverse("conversations"),
        "scope": "/",
        "display": "standalone",
        "theme_color": THEME,
        "background_color": GROUND,
        "icons": icons,
    }
    return JsonResponse(found, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})


@require_GET
@login_not_required
def offline(request):
    """Show the page that the service worker keeps. It must not name the agent: another one may see it."""
    return render(request, "installation/offline.html", {"user": None})
