"""Static files under names that contain a hash of their content, so that browsers may keep them for ever."""

import re
import shutil
import subprocess
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory

from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

STYLES, SCRIPTS = ("css/index.css", "css/on-demand.css"), "js/index.js"
IMPORT = re.compile(r'@import url\("([\w-]+\.css)"\) layer\((\w+)\);')
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
SPACES = re.compile(r'("[^"]*")|;?\s*(})\s*|\s*([{;,])\s*|(:)\s+|\s+')
FOREIGN = ("admin/", "ninja/")  # the files of pages that few people load
BUNDLE = ["esbuild", "--bundle", "--splitting", "--format=esm", "--minify", "--log-level=warning"]


class HashedFiles(CompressedManifestStaticFilesStorage):
    """Storage of hashed static files. Scripts import each other by the hashed names.

    The components of a stylesheet are one file, and so are the scripts of the desk where esbuild is installed: a
    browser would ask for each of them before it paints anything. A script that is imported on demand stays a file.
    """

    support_js_module_import_aggregation = True

    def url(self, name, force=False):
        """Return the address of a file, which is made once: every message of a thread shows several icons."""
        if name not in self._addresses:
            self._addresses[name] = super().url(name, force)
        return self._addresses[name]

    @cached_property
    def _addresses(self):
        return {}

    def post_process(self, paths, dry_run=False, **options):
        if not dry_run:
            paths = paths | {name: (self, name) for name in [*self._join_styles(paths), *self._bundle_scripts(paths)]}
        return super().post_process(paths, dry_run, **options)

    def compress_files(self, paths):
        """Compress all files by gzip, and our own by Brotli too, which takes a hundred times as long."""
        for self.is_foreign in (False, True):
            yield from super().compress_files([path for path in paths if path.startswith(FOREIGN) == self.is_foreign])

    def create_compressor(self, **options):
        return Compressor(use_brotli=not self.is_foreign, **options)

    def _join_styles(self, paths):
        for name in {*STYLES} & {*paths}:
            Path(self.path(name)).write_text(_joined(paths, name))
            yield name

    def _bundle_scripts(self, paths):
        if SCRIPTS not in paths or not shutil.which("esbuild"):
            return
        storage, path = paths[SCRIPTS]
        with TemporaryDirectory() as folder:
            subprocess.run([*BUNDLE, f"--outdir={folder}", storage.path(path)], check=True)  # noqa: S603
            for file in Path(folder).iterdir():
                name = f"js/{file.name}"
                shutil.copyfile(file, self.path(name))
                yield name


def _joined(paths, name):
    """Return the layers, each with all its components, without comments. paths: of collectstatic."""
    index = _read(paths, name)
    layers = groupby(IMPORT.findall(index), key=itemgetter(1))
    parts = [f"@layer {layer} {{{_together(paths, files)}}}" for layer, files in layers]
    return SPACES.sub(_without_spaces, COMMENT.sub("", "".join([IMPORT.sub("", index), *parts])))


def _together(paths, files):
    return "".join(_read(paths, f"css/{name}") for name, _layer in files)


def _without_spaces(found):
    return next(filter(None, found.groups()), " ")


def _read(paths, name):
    storage, path = paths[name]
    with storage.open(path) as file:
        return file.read().decode()
