"""Static files under names that contain a hash of their content, so that browsers may keep them for ever."""

import re
from pathlib import Path

from whitenoise.storage import CompressedManifestStaticFilesStorage

INDEX = "css/index.css"
IMPORT = re.compile(r'@import url\("([\w-]+\.css)"\) layer\((\w+)\);')


class HashedFiles(CompressedManifestStaticFilesStorage):
    """Storage of hashed static files. Scripts import each other by the hashed names.

    The stylesheet of all components is one file: a browser would ask for each of them before it paints anything.
    """

    support_js_module_import_aggregation = True

    def post_process(self, paths, dry_run=False, **options):
        if INDEX in paths and not dry_run:
            Path(self.path(INDEX)).write_text(_joined(paths))
            paths = paths | {INDEX: (self, INDEX)}
        return super().post_process(paths, dry_run, **options)


def _joined(paths):
    """Return the index with each component in place of its import. paths: of collectstatic."""

    def component(found):
        return f"@layer {found[2]} {{\n{_read(paths, f'css/{found[1]}')}\n}}"

    return IMPORT.sub(component, _read(paths, INDEX))


def _read(paths, name):
    storage, path = paths[name]
    with storage.open(path) as file:
        return file.read().decode()
