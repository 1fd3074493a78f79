"""Programs in the clothes of data: pickles of every kind, models, arrays of objects, scripts."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import marshal
import pickle
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import torch

from tests.core.hostile import EITHER, PLAIN, Hostile, Traps
from tests.core.hostile.packed import CSV, zipped

BAIT = "tests.core.hostile.baits:{}"
RUNS = "run programs"


class Gadget:
    """An object whose pickle writes a file when it is opened."""

    def __init__(self, canary: Path) -> None:
        self.canary = str(canary)

    def __reduce__(self) -> Any:
        return Path.touch, (Path(self.canary),)


class Shell(Gadget):
    """The same by a shell."""

    def __reduce__(self) -> Any:
        import os

        return os.system, (f"touch '{self.canary}'",)


class Source(Gadget):
    """The same by a text of Python."""

    def __reduce__(self) -> Any:
        return eval, (f"open({self.canary!r}, 'w').close()",)


def gadget(traps: Traps, protocol: int = 4, kind: type[Gadget] = Shell) -> bytes:
    """A pickle that writes the canary when it is opened."""
    return pickle.dumps({"weights": [1.0, 2.0], "model": kind(traps.canary)}, protocol)


def bare(traps: Traps, protocol: int, kind: type[Gadget] = Shell) -> bytes:
    """The same with nothing around it."""
    return pickle.dumps(kind(traps.canary), protocol)


def of_joblib(traps: Traps, **settings: Any) -> bytes:
    stream = io.BytesIO()
    joblib.dump({"array": np.arange(500.0), "model": Shell(traps.canary)}, stream, **settings)
    return stream.getvalue()


def of_torch(traps: Traps, zipped: bool) -> bytes:
    stream = io.BytesIO()
    torch.save({"weights": torch.zeros(3), "model": Shell(traps.canary)}, stream, _use_new_zipfile_serialization=zipped)
    return stream.getvalue()


def of_numpy(traps: Traps, save: Callable[..., None]) -> bytes:
    stream = io.BytesIO()
    save(stream, np.array([Shell(traps.canary)], dtype=object))
    return stream.getvalue()


def of_skops(_: Traps) -> bytes:
    """A model whose description names a type that nobody trusts."""
    schema = (
        b'{"__class__": "system", "__module__": "os", "__loader__": "FunctionNode", '
        b'"content": {"module_path": "os", "function": "system"}, "protocol": 2, "_skops_version": "0.16"}'
    )
    return zipped(("schema.json", schema))


def skops_bomb(_: Traps) -> bytes:
    return zipped(("schema.json", b'{"content": [' + b'{"a": 1},' * 12_000_000 + b"{}]}"))


def compiled(traps: Traps) -> bytes:
    code = compile(f"open({str(traps.canary)!r}, 'w')", "x", "exec")
    return b"\xa7\r\r\n" + bytes(12) + marshal.dumps(code)


def in_zip(name: str, content: Callable[[Traps], bytes]) -> Callable[[Traps], bytes]:
    return lambda traps: zipped((name, content(traps)))


def keras(traps: Traps) -> bytes:
    """A network whose layer is a program."""
    layer = b'{"class_name": "Lambda", "config": {"function": ["' + bare(traps, 0).hex().encode() + b'"]}}'
    return zipped(("config.json", layer), ("metadata.json", b"{}"), ("model.weights.h5", b"\x89HDF\r\n\x1a\n"))


def pickled(protocol: int, kind: type[Gadget]) -> tuple[Hostile, Hostile]:
    name = f"pickle {protocol}: {kind.__name__.lower()}"
    return (
        Hostile(name, partial(gadget, protocol=protocol, kind=kind), said=RUNS, bait=BAIT.format("pickled")),
        Hostile(f"{name}, bare", partial(bare, protocol=protocol, kind=kind), said=RUNS, bait=BAIT.format("pickled")),
    )


def packed(name: str, pack: Callable[[bytes], bytes], bait: str) -> Hostile:
    return Hostile(f"pickle: in {name}", lambda traps: pack(gadget(traps)), said=RUNS, bait=BAIT.format(bait))


CASES = (
    *(case for protocol in range(6) for case in pickled(protocol, Shell)),
    *pickled(2, Gadget),
    *pickled(0, Source),
    packed("gz", gzip.compress, "gz"),
    packed("bz2", bz2.compress, "bz2_"),
    packed("xz", lzma.compress, "xz"),
    packed("zlib", zlib.compress, "zlib_"),
    Hostile("pickle: in zip as a table", in_zip("table.csv", gadget), said=RUNS, bait=BAIT.format("zipped")),
    Hostile("pickle: in zip by its name", in_zip("model.pkl", gadget), said=RUNS, bait=BAIT.format("zipped")),
    Hostile("joblib: plain", of_joblib, said=RUNS, bait="joblib:load"),
    *(
        Hostile(f"joblib: {way}", partial(of_joblib, compress=(way, 3)), bait="joblib:load")
        for way in ("zlib", "gzip", "bz2", "lzma", "xz")
    ),
    Hostile("torch: zip", partial(of_torch, zipped=True), said=RUNS, bait=BAIT.format("of_torch")),
    Hostile("torch: legacy", partial(of_torch, zipped=False), said=RUNS, bait=BAIT.format("of_torch")),
    Hostile("numpy: npy of objects", partial(of_numpy, save=np.save), said="NumPy", bait=BAIT.format("of_numpy")),
    Hostile("numpy: npz of objects", partial(of_numpy, save=np.savez), said="NumPy", bait=BAIT.format("of_numpy")),
    Hostile("skops: a type that nobody trusts", of_skops, said="program|model"),
    Hostile("skops: 100 MB of description", skops_bomb, said="program|model"),
    Hostile("keras: a layer that is a program", keras),
    Hostile("python: compiled", compiled, said="binary"),
    Hostile("elf", lambda _: b"\x7fELF" + bytes(400), said="program"),
    Hostile("windows program", lambda _: b"MZ\x90\0" + bytes(400), said="program"),
    Hostile("java class", lambda _: b"\xca\xfe\xba\xbe" + bytes(400), said="binary"),
    Hostile("web assembly", lambda _: b"\0asm\1\0\0\0" + bytes(400), said="binary"),
    Hostile(
        "formulas of spreadsheets",
        lambda traps: (
            b"name,a\n"
            + f'=cmd|\'/c calc\'!A0,1\n@SUM(1),2\n+1+1,3\n-2+3,4\n"=WEBSERVICE(""{traps.url}"")",5\n'.encode()
        ),
        PLAIN,
    ),
    Hostile(
        "a pickle behind a table",
        lambda traps: CSV + gadget(traps, 0),
        EITHER,
    ),
)
