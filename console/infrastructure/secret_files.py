"""Settings from the environment, or from files: where NAME_FILE is set, NAME is what that file holds.

Compose, Swarm and Kubernetes mount secrets as files, which show in no list of processes and no `docker inspect`.
"""

import sys

import environ
from environ.fileaware_mapping import FileAwareMapping


class _Mapping(FileAwareMapping):
    def __getitem__(self, key):
        """Return the value without the end of its last line. A file that cannot be read ends the program."""
        try:
            value = super().__getitem__(key)
        except (OSError, UnicodeDecodeError) as error:
            sys.exit(f"The console does not start. {key}_FILE cannot be read: {error}")
        return value.rstrip("\r\n") if isinstance(value, str) else value


class Environment(environ.Env):
    ENVIRON = _Mapping()
