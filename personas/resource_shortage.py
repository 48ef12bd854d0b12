"""Recognise that our own machine has run out of disk, memory, open files, threads or connections, or file storage.

A shortage is temporary, and the failed work is not to blame: do it again later.
"""

import errno

from django.db import InterfaceError, OperationalError


class StorageUnavailable(OSError):
    """The storage of the files does not answer, or refuses a call."""


ERRORS = (MemoryError, OperationalError, InterfaceError, StorageUnavailable)
NUMBERS = {
    *(errno.ENOSPC, errno.EDQUOT, errno.EROFS),  # a disk that is full, or was found broken
    *(errno.EMFILE, errno.ENFILE),
    *(errno.ENOMEM, errno.ENOBUFS),
}
NO_THREAD = "can't start new thread"


def is_resource_shortage(error):
    """Return whether this error, or one of its causes, is a shortage of a resource."""
    return any(map(_is_one, _with_causes(error)))


def _is_one(error):
    if isinstance(error, OSError) and error.errno in NUMBERS:
        return True
    return isinstance(error, ERRORS) or (isinstance(error, RuntimeError) and NO_THREAD in str(error))


def _with_causes(error):
    """Return the error and all its causes. requests and urllib3 keep the cause in `args` or `reason` too."""
    waiting, seen = [error], []
    while waiting:
        error = waiting.pop()
        if isinstance(error, BaseException) and error not in seen:
            seen.append(error)
            waiting += [error.__cause__, error.__context__, getattr(error, "reason", None), *error.args]
    return seen
