"""The process that reads files for the trials: one after the other by itself, or each in a child of its own.

``python -m tests.core.hostile.child fork|stay FOLDER`` takes a JSON object per line with a ``path``, and tells how
reading it ended: ``table``, ``refused``, ``over``, ``error``, and, where each has a child, ``died`` and ``late``. It
has a network of its own where the system allows that, listens there, and tells who came.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import importlib
import json
import os
import resource
import signal
import socket
import struct
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.catalogue import resolve
from core.confined import allowance
from core.engines.limits import limited

SECONDS = 30
# Loaded beforehand: a trial is of a reading, not of the libraries' start.
LOADED = ("pyarrow.parquet", "pyarrow.feather", "pyreadstat", "python_calamine", "arff", "clevercsv", "core.store")
NEWUSER, NEWNET = 0x10000000, 0x40000000  # for unshare
REACHES = ("socket.connect", "socket.getaddrinfo", "socket.sendto", "socket.sendmsg", "socket.gethostbyname")
RUNS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "pty.spawn", "pickle.find_class")
CHANGES = ("os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink", "os.link", "os.truncate", "shutil.move")

seen: list[str] = []  # what a reading did that none may do
looking = False


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    """Python's own report of what its code does."""
    if not looking:
        return
    writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    if writes or event in CHANGES:
        writes = not harmless(arguments)
    if event in (*REACHES, *RUNS) or writes:
        seen.append(f"{event} {arguments!r}"[:200])


def harmless(arguments: tuple[Any, ...]) -> bool:
    """Whether what is written lies in the folder for what is temporary; that it goes again is looked at afterwards."""
    path, places = str(arguments[0]), [each for each in arguments[1:] if isinstance(each, int) and each > 2]
    if not os.path.isabs(path) and places:  # below an open folder
        with contextlib.suppress(OSError):
            path = os.path.join(os.readlink(f"/proc/self/fd/{places[-1]}"), path)
    return path == os.devnull or os.path.realpath(path).startswith(os.environ["TMPDIR"] + os.sep)


def own_network() -> bool:
    """Leave the machine's network, keeping a loopback of one's own; False where that is not allowed."""
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "unshare") or (libc.unshare(NEWNET) and libc.unshare(NEWUSER | NEWNET)):
        return False
    with socket.socket() as any_socket, contextlib.suppress(OSError):
        up = struct.pack("16sh14x", b"lo", 1)
        fcntl.ioctl(any_socket, 0x8914, up)  # SIOCSIFFLAGS
    return True


def callers(listener: socket.socket) -> int:
    """How many have come since the last time."""
    count = 0
    with contextlib.suppress(BlockingIOError):
        while True:
            listener.accept()[0].close()
            count += 1
    return count


def take(path: str, deed: Callable[[str], Any], folder: Path, memory: int) -> dict[str, Any]:
    """Read a file as a worker would and keep its table; tells how that ended."""
    global looking
    from core.data import Unreadable
    from core.store import table_info
    from core.store.frames import write_frame

    seen.clear()
    began, busy, text, told = time.monotonic(), time.process_time(), "", {}
    try:
        with limited(memory):
            looking = True
            table = deed(path)
            looking = False
            if hasattr(table, "frame"):
                json.dumps(table_info(table))
                write_frame(table.frame, folder / "frame.arrow")
                told = {"rows": len(table.frame), "columns": list(table.frame)[:20], "notes": table.notes[:20]}
                cells = {name: [str(each)[:500] for each in values] for name, values in table.frame.head(20).items()}
                told["cells"] = str(cells)[:5_000]
        end = "table"
    except Unreadable as error:
        end, text = "refused", str(error)
    except MemoryError:
        end = "over"
    except BaseException:  # also a panic of a library in Rust
        end, text = "error", traceback.format_exc()[-3_000:]
    looking = False
    took = {"seconds": time.monotonic() - began, "busy": time.process_time() - busy}
    return {"end": end, "text": text, "seen": seen[:20], **took, **told}


def peak() -> int:
    """The most bytes of memory that this process has had since it was asked to forget."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def stay(asked: dict[str, Any], deed: Callable[[str], Any], folder: Path) -> dict[str, Any]:
    """Read in this very process."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")  # forget the peak
    return take(asked["path"], deed, folder, asked["memory"]) | {"peak": peak()}


def fork(asked: dict[str, Any], deed: Callable[[str], Any], folder: Path) -> dict[str, Any]:
    """Read in a child that is ended after its time, or by whatever ends it."""
    read, write = os.pipe()
    began, child = time.monotonic(), os.fork()
    if not child:
        os.setsid()
        signal.alarm(asked.get("seconds", SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        with os.fdopen(write, "w") as pipe:
            pipe.write(json.dumps(take(asked["path"], deed, folder, asked["memory"])))
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        said = pipe.read()
    _, status, usage = os.wait4(child, 0)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    told = {"end": "died", "text": f"signal {os.WTERMSIG(status)}", "seconds": time.monotonic() - began, "seen": []}
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGALRM:
        told["end"] = "late"
    took = {"peak": usage.ru_maxrss * 1024, "busy": usage.ru_utime + usage.ru_stime}
    return (json.loads(said) if said else told) | took


def main() -> None:
    """Read what is named on the input until it ends."""
    way, folder = {"fork": fork, "stay": stay}[sys.argv[1]], Path(sys.argv[2])
    alone = own_network()
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    listener.setblocking(False)
    for name in (
        "pyarrow.parquet",
        "pyarrow.feather",
        "pyreadstat",
        "python_calamine",
        "arff",
        "core.data",
        "core.store",
    ):
        importlib.import_module(name)
    sys.addaudithook(watch)
    answers, sys.stdout = sys.stdout, sys.stderr
    print(json.dumps({"port": listener.getsockname()[1], "alone": alone, "base": peak()}), file=answers, flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        asked.setdefault("memory", allowance(asked["path"]))
        told = way(asked, resolve(asked.get("deed", "core.confined:read")), folder)
        print(json.dumps(told | {"callers": callers(listener)}), file=answers, flush=True)


if __name__ == "__main__":
    main()
