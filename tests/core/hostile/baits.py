"""What falls for a file that means harm: the controls have it open the same files, and must see the canary."""

from __future__ import annotations

import bz2
import ctypes
import gzip
import lzma
import pickle
import socket
import time
import urllib.request
import zipfile
import zlib
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import numpy as np


def pickled(path: str) -> Any:
    return pickle.loads(Path(path).read_bytes())


def gz(path: str) -> Any:
    return pickle.loads(gzip.decompress(Path(path).read_bytes()))


def bz2_(path: str) -> Any:
    return pickle.loads(bz2.decompress(Path(path).read_bytes()))


def xz(path: str) -> Any:
    return pickle.loads(lzma.decompress(Path(path).read_bytes()))


def zlib_(path: str) -> Any:
    return pickle.loads(zlib.decompress(Path(path).read_bytes()))


def zipped(path: str) -> Any:
    with zipfile.ZipFile(path) as archive:
        return pickle.loads(archive.read(archive.namelist()[0]))


def of_torch(path: str) -> Any:
    import torch

    return torch.load(path, weights_only=False)


def of_numpy(path: str) -> Any:
    arrays: Any = np.load(path, allow_pickle=True)
    return arrays if isinstance(arrays, np.ndarray) else arrays["arr_0"]


def fetches(path: str) -> None:
    """Opens the address that the file holds."""
    urllib.request.urlopen(Path(path).read_text(), timeout=0.2)


def reaches(path: str) -> None:
    """The same below Python, where no hook hears of it."""
    port = urlparse(Path(path).read_text()).port or 0
    place = socket.AF_INET.to_bytes(2, "little") + port.to_bytes(2, "big") + bytes([127, 0, 0, 1]) + bytes(8)
    libc = ctypes.CDLL(None)
    libc.connect(libc.socket(int(socket.AF_INET), int(socket.SOCK_STREAM), 0), place, len(place))


def grows(path: str) -> None:
    """Takes 1.2 GiB and more."""
    kept = [bytearray(2**20) for _ in range(1_300)]
    assert kept


def lingers(path: str) -> None:
    time.sleep(600)


def works(path: str) -> None:
    """Keeps the processor busy for a second."""
    end = time.process_time() + 1
    while time.process_time() < end:
        pass


def crashes(path: str) -> None:
    ctypes.string_at(0)


def litters(path: str) -> None:
    Path("left behind.txt").write_text("by the reading")
