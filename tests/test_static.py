"""What production serves: files under names with their hash, and scripts that import each other by those names."""

import json
import re

from django.core.management import call_command


def test_scripts_find_each_other_under_their_hashed_names(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "console.storage.HashedFiles"}}
    call_command("collectstatic", interactive=False, verbosity=0)
    names = json.loads((tmp_path / "staticfiles.json").read_text())["paths"]
    for name in ("js/message-composer.js", "js/outbox.js", "js/message-list.js"):
        for imported in re.findall(r'from "\./([^"]+)"', (tmp_path / names[name]).read_text()):
            assert f"js/{imported}" in names.values()
