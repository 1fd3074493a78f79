"""The files beside the database: frames, predictions, models, checkpoints. Each is written whole or not at all."""

from __future__ import annotations

import dataclasses
import os
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from core.records import Predictions
from core.store.errors import DiskFull, StoreError, is_full
from core.store.frames import read_frame, write_frame

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

# What reading a torn or altered file of arrays ends in.
TORN = (OSError, ValueError, TypeError, KeyError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error)


class Files:
    """The files of a store, by key.

    Parameters
    ----------
    home : Path
        The store's own folder, below the data folder.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        for name in ("data", "fits", "models", "checkpoints", "logs"):
            (home / name).mkdir(parents=True, exist_ok=True)

    def frame_path(self, fingerprint: str) -> Path:
        """Where the frame of a table lies."""
        return self.home / "data" / f"{_plain(fingerprint)}.arrow"

    def put_frame(self, fingerprint: str, frame: pd.DataFrame) -> None:
        """Write a table's frame, unless it is there."""
        path = self.frame_path(fingerprint)
        if not path.exists():
            with _replacing(path) as part:
                write_frame(frame, part)

    def frame(self, fingerprint: str) -> pd.DataFrame:
        """A table's frame, mapped into memory."""
        return read_frame(self.frame_path(fingerprint))

    def predictions_path(self, key: str) -> Path:
        """Where the out-of-fold predictions of a fit lie."""
        return self.home / "fits" / f"{_plain(key)}.npz"

    def model_path(self, key: str) -> Path:
        """Where the fitted model of a fit lies."""
        return self.home / "models" / f"{_plain(key)}.skops"

    def predictions(self, key: str) -> Predictions | None:
        """The out-of-fold predictions of a fit; None when the file is missing or cannot be read."""
        path = self.predictions_path(key)
        try:
            return Predictions(**_arrays(path))
        except TORN:
            return None

    def put_predictions(self, key: str, predictions: Predictions) -> None:
        """Write the out-of-fold predictions of a fit, whole or not at all."""
        fields = ((each.name, getattr(predictions, each.name)) for each in dataclasses.fields(predictions))
        _put_arrays(self.predictions_path(key), {name: value for name, value in fields if value is not None})

    def put_model(self, key: str, content: bytes) -> int:
        """Write a fitted model's file, whole or not at all; gives its size in bytes."""
        with _replacing(self.model_path(key)) as part:
            part.write_bytes(content)
        return len(content)

    def has_model(self, key: str) -> bool:
        """Whether the fitted model of a fit is kept; it may have been cleaned away."""
        return self.model_path(key).exists()

    def checkpoint_path(self, key: str) -> Path:
        """Where the state of a fit that is under way lies."""
        return self.home / "checkpoints" / f"{_plain(key)}.npz"

    def put_checkpoint(self, key: str, arrays: Mapping[str, np.ndarray]) -> None:
        """Write how far a fit has come, in the place of what was there."""
        _put_arrays(self.checkpoint_path(key), arrays)

    def checkpoint(self, key: str) -> dict[str, np.ndarray] | None:
        """How far a fit had come; None when there is nothing, or nothing that can be read."""
        path = self.checkpoint_path(key)
        try:
            return _arrays(path)
        except TORN:
            return None

    def remove_checkpoint(self, key: str) -> None:
        """Delete the state of a fit that is over."""
        _delete(self.checkpoint_path(key))

    def remove_fit(self, key: str) -> None:
        """Delete what a fit left behind."""
        for path in (self.predictions_path(key), self.model_path(key), self.checkpoint_path(key)):
            _delete(path)


def _delete(path: Path) -> None:
    """Delete a file if that is possible; otherwise it is a leftover, and collected later."""
    with suppress(OSError):
        path.unlink()


def _arrays(path: Path) -> dict[str, np.ndarray]:
    """The arrays of a file; never objects, which could run as code."""
    import numpy as np

    with open(path, "rb") as file, np.load(file, allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


def _put_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    import numpy as np

    with _replacing(path) as part, open(part, "wb") as file:
        np.savez(file, allow_pickle=False, **arrays)


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """A temporary path that takes the place of `path`, with all of it on the disk, when the block ends well.

    Raises
    ------
    DiskFull, StoreError
        If there is no room for it, or it cannot be written for another reason; what was there before stays.
    """
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        yield part
        with open(part, "rb+") as file:  # without it a power cut could leave the name and lose the content
            os.fsync(file.fileno())
        os.replace(part, path)
    except OSError as error:
        if is_full(error):
            raise DiskFull from error
        what = f"{path.parent.name}/{path.name}"
        raise StoreError(f"{what} in the data folder could not be written: {error.strerror or error}.") from error
    finally:
        _delete(part)


def _plain(key: str) -> str:
    """A key as a file name; keys are hexadecimal hashes, and nothing else may become a path."""
    if not key.isalnum():
        raise ValueError(f"{key!r} is not a key of the store.")
    return key
