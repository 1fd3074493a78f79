"""A PostgreSQL server of the test's own, where PostgreSQL is installed: made, started and stopped within a block."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

USER, PASSWORD = "ann", "s3cr:t@word"
SOMEBODY = "nobody"  # the server refuses to run as root


def program(name: str) -> str:
    """Where a program of the server is; empty where it is not installed."""
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(places[-1]) if places else "")


@contextmanager
def server() -> Iterator[int]:
    """The port of a server at this machine, whose user ANN needs the password."""
    if not all(map(program, ("initdb", "pg_ctl", "postgres"))):
        pytest.skip("PostgreSQL is not installed here: initdb, pg_ctl and postgres are needed")
    pytest.importorskip("psycopg", reason="the driver of PostgreSQL is not installed: pip install 'bakeoff[postgres]'")
    if os.getuid() == 0 and shutil.which("setpriv") is None:
        pytest.skip("the tests run as root, PostgreSQL does not, and there is no setpriv to become somebody else")
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        home, port = Path(folder), _free_port()
        (home / "password").write_text(PASSWORD)
        if os.getuid() == 0:
            for each in (home, home / "password"):
                shutil.chown(each, SOMEBODY)
        data = str(home / "data")
        _run("initdb", "-D", data, "-U", USER, "-A", "scram-sha-256", f"--pwfile={home / 'password'}", "-E", "UTF8")
        settings = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        _run("pg_ctl", "-D", data, "-w", "-t", "60", "-l", str(home / "log"), "-o", settings, "start")
        try:
            yield port
        finally:
            _run("pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _run(name: str, *arguments: str) -> None:
    as_somebody = ["setpriv", "--reuid", SOMEBODY, "--regid", "nogroup", "--clear-groups"] if os.getuid() == 0 else []
    command = [*as_somebody, program(name), *arguments]
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "TZ": "UTC"}
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", env=environment, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stdout + done.stderr
