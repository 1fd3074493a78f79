"""From an array of images to a frame: a number column per pixel, and the label.

Takes arrays and what they are labelled with, however they were read; knows no file. What is too large becomes a sample
that is drawn by a fixed seed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np
import pandas as pd

from core.data.errors import Unreadable
from core.data.report import Report
from core.data.sampling import MOST_CELLS
from core.records import Task
from core.wording import counted, listed

LABEL = "label"
_MAX_COLUMNS = 10_000
_MAX_CLASSES = 256
_SEED = 0
_LUMA = np.array([299, 587, 114], dtype=np.float32) / 1000  # what red, green and blue add to brightness; ITU-R BT.601


def frame_of_images(images: np.ndarray, labels: pd.Series | None, report: Report, found: int = 0) -> pd.DataFrame:
    """A frame of pixels and labels.

    Parameters
    ----------
    images : ndarray of shape (rows, height, width), (rows, values), or four axes
        Of four axes one may be of one or three colours, the second or the last; three become shades of grey.
    labels : Series of shape (rows,) or None
        What each image shows, where that is known.
    report : Report
        Hears the shape of the images, the target, and whether a sample was drawn.
    found : int
        How many images there were, where `images` are a sample of them; 0 where they are all.

    Returns
    -------
    DataFrame of shape (rows, pixels + 1)
        Pixels in the dtype of the array, named ``pixel_row_column`` from 0; behind them ``label``.

    Raises
    ------
    Unreadable
        If an image has no pixel or more than 10,000.
    """
    images = _grey(images, report)
    shape = images.shape[1:]
    pixels = math.prod(shape)
    if not 0 < pixels <= _MAX_COLUMNS:
        sizes = " by ".join(f"{size:,}" for size in shape)
        raise Unreadable(f"The images have {sizes} pixels, and there may be 1 to {_MAX_COLUMNS:,} in all.")
    most = most_rows(pixels)
    rows = found or len(images)
    if len(images) > most:
        kept = drawn(labels, len(images), most)
        images, labels = images[kept], None if labels is None else labels.iloc[kept]
    if len(images) < rows:
        report.add("sample", _sample_sentence(len(images), rows, labels is not None), count=rows - len(images))
    # each column lies in one piece, which everything that looks at columns one by one is quick with
    flat = np.asfortranarray(images.reshape(len(images), pixels))
    frame = pd.DataFrame(flat, columns=list(_names(shape)), copy=False)
    if len(shape) == 2:
        report.add("pixels", f"Read as {counted(len(frame), 'image')} of {shape[0]} by {shape[1]} pixels.")
        report.found(image_shape=shape)
    return frame if labels is None else _labelled(frame, labels, report)


def classes_of(labels: np.ndarray) -> pd.Series:
    """Labels as they come in a file: classes where they are whole numbers and not too many, else numbers."""
    if labels.dtype.kind not in "iu":
        return pd.Series(labels)
    different, codes = np.unique(labels, return_inverse=True)
    if len(different) > _MAX_CLASSES:
        return pd.Series(labels)
    return pd.Series(pd.Categorical.from_codes(codes, categories=different.astype(np.int64).tolist()))


def tell_unused(report: Report, names: Sequence[str]) -> None:
    """Note which files of an archive are not read."""
    if names:
        report.add("unused_file", f"Not read: {counted(len(names), 'other file')}, {listed(names)}.", count=len(names))


def most_rows(pixels: int) -> int:
    """How many rows of so many pixels and a label are still read."""
    return MOST_CELLS // (pixels + 1)


def drawn(labels: pd.Series | None, rows: int, most: int) -> np.ndarray:
    """Positions of `most` rows, ascending: every label by its share, drawn by a fixed seed."""
    codes = np.zeros(rows, dtype=np.int64) if labels is None else pd.factorize(labels)[0]
    order = np.lexsort((np.random.default_rng(_SEED).random(rows), codes))
    return np.sort(order[np.arange(most) * rows // most])


def _sample_sentence(rows: int, found: int, labelled: bool) -> str:
    how = "each class by its share" if labelled else "at random"
    return (
        f"A sample of {rows:,} of the {found:,} images was drawn, {how} (seed {_SEED}): "
        f"more than {MOST_CELLS:,} cells are too many to work with here."
    )


def _names(shape: tuple[int, ...]) -> Iterator[str]:
    word = "pixel" if len(shape) == 2 else "value"
    return ("_".join([word, *map(str, place)]) for place in product(*map(range, shape)))


def _labelled(frame: pd.DataFrame, labels: pd.Series, report: Report) -> pd.DataFrame:
    classes = isinstance(labels.dtype, pd.CategoricalDtype)
    report.found(target=LABEL, task=str(Task.CLASSIFICATION if classes else Task.REGRESSION))
    frame[LABEL] = labels.reset_index(drop=True)
    return frame


def _grey(images: np.ndarray, report: Report) -> np.ndarray:
    """Images without an axis of colours, which is the second one or the last."""
    if images.ndim != 4:
        return images
    axis = next((axis for axis in (3, 1) if images.shape[axis] in (1, 3)), 0)
    if not axis:
        return images
    colours = np.moveaxis(images, axis, 3)
    if colours.shape[3] == 1:
        return colours[..., 0]
    report.add("grey", f"Colours turned into shades of grey: {counted(len(images), 'image')}.", count=len(images))
    grey = sum(colours[..., place] * weight for place, weight in enumerate(_LUMA))
    whole = images.dtype.kind in "iu"
    return (np.rint(grey) if whole else np.asarray(grey)).astype(images.dtype)
