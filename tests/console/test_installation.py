"""The console as an app: the manifest, its icons, and a page for a device that is offline."""

import pytest
from django.conf import settings
from PIL import Image

from tests.conftest import ROOT

pytestmark = pytest.mark.django_db
ICONS = ROOT / "static" / "app-icons"


def test_the_manifest_has_what_browsers_ask_of_an_app_and_needs_no_log_in(client):
    answer = client.get("/manifest.webmanifest", headers={"Accept-Language": "de"})
    manifest = answer.json()
    assert answer.headers["Content-Type"] == "application/manifest+json"
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/", "/", "standalone")
    assert (manifest["lang"], manifest["dir"]) == ("de", "ltr")
    assert manifest["name"] and manifest["theme_color"] and manifest["background_color"]


def test_the_icons_of_the_manifest_have_the_sizes_that_it_says(client):
    icons = [icon for icon in client.get("/manifest.webmanifest").json()["icons"] if icon["type"] == "image/png"]
    for icon in icons:
        with Image.open(ROOT / icon["src"].lstrip("/")) as image:
            assert "x".join(map(str, image.size)) == icon["sizes"]
    assert {(icon["sizes"], icon["purpose"]) for icon in icons} >= {
        ("192x192", "any"),
        ("512x512", "any"),
        ("512x512", "maskable"),
    }


@pytest.mark.parametrize("name", ["maskable-512", "apple-180"])
def test_an_icon_that_a_system_cuts_to_its_own_shape_fills_its_corners(name):
    with Image.open(ICONS / f"{name}.png") as image:
        assert image.convert("RGBA").getpixel((0, 0)) == (0x0F, 0x76, 0x6E, 255)
    with Image.open(ICONS / "512.png") as image:
        assert image.convert("RGBA").getpixel((0, 0))[3] == 0


def test_each_page_names_the_manifest_and_the_policy_allows_it_and_the_worker(client):
    answer = client.get("/login/")
    assert '<link rel="manifest" href="/manifest.webmanifest">' in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "manifest-src" not in policy and "worker-src" not in policy


def test_the_page_for_a_device_that_is_offline_names_no_agent(anas_browser, ana):
    page = anas_browser.get("/offline/").text
    assert "The console cannot be reached" in page
    assert "data-agent" not in page and str(ana) not in page


def test_the_service_worker_keeps_that_page_and_its_files_and_no_other(client):
    script = client.get("/service-worker.js").text
    kept = script.partition("const KEPT = [")[2].partition("]")[0]
    assert "OFFLINE" in kept and kept.count(f'"/{settings.STATIC_URL.strip("/")}/') == 6
