"""The version stands in one place, console/__init__.py, and is shown where people look for it."""

import re

import pytest

from console import __version__
from tests.house import ROOT


def test_the_changelog_begins_with_the_version_of_the_code():
    assert re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)[1] == __version__


def test_the_api_documentation_shows_the_version(client):
    assert client.get("/api/openapi.json").json()["info"]["version"] == __version__


@pytest.mark.django_db
def test_each_page_of_the_administration_shows_the_version(client, ada):
    client.force_login(ada)
    assert f"Handover {__version__}" in client.get("/admin/").text
