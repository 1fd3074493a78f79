"""The files beside the database: frames, predictions, fitted models. Each is written whole or not at all."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from core.records import Predictions

if TYPE_CHECKING:
    import pandas as pd


class Files:
    """The files of a store, by key.

    Parameters
    ----------
    home : Path
        The store's own folder, below the data folder.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        for name in ("data", "fits", "models", "logs"):
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
        """The out-of-fold predictions of a fit; None when the file is missing."""
        import numpy as np

        try:
            with np.load(self.predictions_path(key), allow_pickle=False) as stored:
                return Predictions(**{name: stored[name] for name in stored.files})
        except FileNotFoundError:
            return None

    def put_predictions(self, key: str, predictions: Predictions) -> None:
        """Write the out-of-fold predictions of a fit, whole or not at all."""
        import numpy as np

        arrays = {
            each.name: value
            for each in dataclasses.fields(predictions)
            if (value := getattr(predictions, each.name)) is not None
        }
        with _replacing(self.predictions_path(key)) as part, open(part, "wb") as file:
            np.savez(file, **arrays)

    def put_model(self, key: str, content: bytes) -> int:
        """Write a fitted model's file, whole or not at all; gives its size in bytes."""
        with _replacing(self.model_path(key)) as part:
            part.write_bytes(content)
        return len(content)

    def remove_fit(self, key: str) -> None:
        """Delete what a fit left behind."""
        self.predictions_path(key).unlink(missing_ok=True)
        self.model_path(key).unlink(missing_ok=True)


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """A temporary path that takes the place of `path` when the block ends well."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        yield part
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _plain(key: str) -> str:
    """A key as a file name; keys are hexadecimal hashes, and nothing else may become a path."""
    if not key.isalnum():
        raise ValueError(f"{key!r} is not a key of the store.")
    return key


def write_frame(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame as an uncompressed Arrow file, which can be memory-mapped."""
    import pyarrow as pa
    from pyarrow import feather

    feather.write_feather(pa.Table.from_pandas(frame, preserve_index=False), str(path), compression="uncompressed")


def read_frame(path: Path) -> pd.DataFrame:
    """Read a frame that `write_frame` wrote, mapped into memory."""
    from pyarrow import feather

    frame: pd.DataFrame = feather.read_table(str(path), memory_map=True).to_pandas(split_blocks=True)
    return frame
