"""A full disk and wrong clocks, as the console's programs see them. Files in the folder CHAOS_HARDWARE switch them on.

These are no mutations of the console, and part of every run. tests/chaos/infrastructure.py writes the files.
"""

import errno
import os
from datetime import timedelta
from pathlib import Path

FOLDER = Path(os.environ.get("CHAOS_HARDWARE", "/nonexistent"))
PROGRAM = os.environ.get("CHAOS_PROGRAM", "")


def full_disk(storage):
    """Refuse to store files; stored ones can be read."""
    save = storage.FileSystemStorage._save

    def save_if_there_is_room(self, name, content):
        if (FOLDER / "disk").exists():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), name)
        return save(self, name, content)

    storage.FileSystemStorage._save = save_if_there_is_room


def jumping_clock(timezone):
    """Move the program's clock. Monotonic clocks do not jump."""
    now = timezone.now
    timezone.now = lambda: now() + timedelta(seconds=_offset())


def _offset():
    try:
        return float((FOLDER / f"clock-{PROGRAM}").read_text())
    except OSError:
        return 0.0


CHANGES = {
    "django.core.files.storage.filesystem": full_disk,
    "django.utils.timezone": jumping_clock,
}
