"""Files in the format of MNIST (IDX): arrays of numbers, in which images and their labels stand in files of their own.

The format: two zeros, a byte for the kind of number, a byte for how many axes, the size of each axis as four bytes, and
the numbers, all with the highest byte first (http://yann.lecun.com/exdb/mnist). Which labels belong to which images is
told by the names of files, as nothing inside says it.
"""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from core.data.archives import DAMAGED, ZIP, beside, idx_files_of, is_part, opened
from core.data.containers import MAX_BYTES, unpacked
from core.data.content import is_idx
from core.data.errors import Unreadable
from core.data.pixels import LABEL, classes_of, frame_of_images, tell_unused
from core.data.report import Report
from core.wording import counted, listed, quoted

_TYPES = {8: "u1", 9: "i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}
# words of a file's name that say what it holds and not to which part it belongs
_WHAT = re.compile(r"images?|labels?|idx\d?|u?byte?s?|gz|bz2|xz|idx\dubyt")


def read_idx(data: bytes, report: Report) -> pd.DataFrame:
    """The table of an IDX file, or of an archive of images and labels."""
    if data.startswith(ZIP):
        images, labels = _of_archive(data, report)
    else:
        images, labels = array_of(data, "The IDX file"), None
    return _frame(images, labels, report)


def read_with_labels(data: bytes, report: Report, path: Path) -> pd.DataFrame:
    """As `read_idx`; the labels may lie in a file beside the one of the images, at `path`."""
    labels_file = labels_beside(path)
    if data.startswith(ZIP) or labels_file is None or data[3] == 1:
        return read_idx(data, report)
    images, name = array_of(data, "The IDX file"), quoted(labels_file.name)
    labels = None
    try:
        packed = unpacked(labels_file.read_bytes())[0]
        labels = array_of(packed, f"The labels file {name}") if is_idx(packed) else None
    except (OSError, Unreadable):
        pass
    if labels is None or labels.shape != images.shape[:1]:
        report.add("joined", f"{name}, which lies beside the file, does not hold a label for each image: not used.")
        return _frame(images, None, report)
    report.add("joined", f"The column `{LABEL}` comes from {name}, which lies beside the file.", LABEL, len(labels))
    return _frame(images, labels, report)


def labels_beside(path: Path) -> Path | None:
    """The file in the same folder that is called as the labels of these images are, such as
    ``train-labels-idx1-ubyte.gz`` beside ``train-images-idx3-ubyte``; None where there is none."""
    if "image" not in path.name.lower():
        return None
    own = _part_of(path.name)
    try:
        near = [each for each in path.parent.iterdir() if "label" in each.name.lower() and each.is_file()]
    except OSError:
        return None
    return min((each for each in near if _part_of(each.name) == own), default=None)


def array_of(data: bytes, what: str) -> np.ndarray:
    """The array of an IDX file.

    Raises
    ------
    Unreadable
        If there are more or fewer numbers than the file says; the text begins with `what` the file is.
    """
    begin = 4 + 4 * data[3]
    shape = tuple(int(size) for size in np.frombuffer(data[4:begin][: (len(data) - 4) // 4 * 4], ">u4"))
    dtype = np.dtype(_TYPES[data[2]])
    said, there = math.prod(shape) * dtype.itemsize, len(data) - begin
    if len(shape) < data[3] or said != there:
        raise Unreadable(
            f"{what} is damaged or was not fully copied: it says that it holds {said:,} bytes of numbers, and "
            f"there are {max(there, 0):,}. Copy it again."
        )
    if not math.prod(shape):
        raise Unreadable(f"{what} holds no numbers.")
    numbers = np.frombuffer(data, dtype, offset=begin).reshape(shape)
    return numbers.astype(dtype.newbyteorder("="), copy=False)


def _frame(images: np.ndarray, labels: np.ndarray | None, report: Report) -> pd.DataFrame:
    if images.ndim == 1:
        return pd.DataFrame({LABEL: classes_of(images)})
    return frame_of_images(images, None if labels is None else classes_of(labels), report)


def _part_of(name: str) -> tuple[str, ...]:
    """What tells a pair of files from another: ``("train",)`` of ``raw/train-images-idx3-ubyte.gz`` in ``raw/``."""
    words = re.split(r"[^a-z0-9]+", name.lower())
    return tuple(sorted({word for word in words if word and not _WHAT.fullmatch(word)}))


# ---- archives of images and labels


@dataclass(frozen=True, slots=True)
class _File:
    """A file of an archive; `part` is what its name says about which images it is about."""

    name: str
    part: tuple[str, ...]
    array: np.ndarray


def _of_archive(data: bytes, report: Report) -> tuple[np.ndarray, np.ndarray | None]:
    """The images of an archive with their labels; those for training first, then those for tests."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = _files(archive)
        pairs = _pairs(_by_part(files, images=True), _by_part(files, images=False))
        used = {each.name for pair in pairs for each in pair}
        spare = [each.name for each in files if each.name not in used]
        tell_unused(report, [*spare, *beside(archive, idx_files_of(archive))])
    if len(pairs) > 1:
        told = ", then ".join(f"{len(pair[0].array):,} of {quoted(pair[0].name)}" for pair in pairs)
        report.add("joined", f"The images of {len(pairs)} files are one table: {told}.")
    images = np.concatenate([pair[0].array for pair in pairs])
    return images, np.concatenate([pair[1].array for pair in pairs]) if len(pairs[0]) > 1 else None


def _by_part(files: Iterable[_File], images: bool) -> dict[tuple[str, ...], _File]:
    """The files with images, or those with labels, by the part that they are about; the same images only once."""
    found: dict[tuple[str, ...], _File] = {}
    for each in files:
        if (each.array.ndim > 1) != images:
            continue
        rivals = list(found.values()) if images else [found[each.part]] if each.part in found else []
        if any(np.array_equal(each.array, other.array) for other in rivals):
            continue
        if each.part in found:
            raise Unreadable(
                f"{quoted(found[each.part].name)} and {quoted(each.name)} in the ZIP archive are called alike but "
                "differ. Pack one of them."
            )
        found[each.part] = each
    return found


def _files(archive: zipfile.ZipFile) -> list[_File]:
    """All arrays of an archive, those for training first."""
    files, left = [], MAX_BYTES
    for member in idx_files_of(archive):
        what = f"The file {quoted(member.filename)} in the ZIP archive"
        try:
            with opened(archive, member) as stream:
                content = stream.read(left + 1)
        except DAMAGED as error:
            raise Unreadable(f"{what} is damaged or was not fully copied. Pack or copy it again.") from error
        left -= len(content)
        if left < 0:
            raise Unreadable(f"The ZIP archive holds more than {MAX_BYTES >> 20:,} MB. Pack a part of it.")
        files.append(_File(member.filename, _part_of(member.filename), array_of(content, what)))
    return sorted(files, key=lambda each: not any(word.startswith("train") for word in each.part))


def _pairs(images: dict[tuple[str, ...], _File], labels: dict[tuple[str, ...], _File]) -> list[tuple[_File, ...]]:
    """Images with their labels, each a file; images alone where there are no labels at all."""
    if not images:
        raise Unreadable("The ZIP archive holds labels but no images. Add the file with the images.")
    pairs: list[tuple[_File, ...]] = [(images[part], labels[part]) for part in images if part in labels]
    if not pairs and len(images) == len(labels) == 1:
        pairs = [(*images.values(), *labels.values())]
    if not pairs and labels:
        names = listed([each.name for each in (*images.values(), *labels.values())])
        raise Unreadable(
            f"The names of the files in the ZIP archive do not tell which labels belong to which images: {names}. "
            "Name them like train-images-idx3-ubyte and train-labels-idx1-ubyte."
        )
    pairs = pairs or [(each,) for each in images.values()]
    _check(pairs)
    return pairs


def _check(pairs: list[tuple[_File, ...]]) -> None:
    """Refuse what does not belong together."""
    for image, label in (pair for pair in pairs if len(pair) > 1):
        if len(image.array) != len(label.array):
            raise Unreadable(
                f"{quoted(image.name)} holds {counted(len(image.array), 'image')} and {quoted(label.name)} "
                f"{counted(len(label.array), 'label')}: they do not belong together. Pack those that do."
            )
    sets = {tuple(word for word in pair[0].part if not is_part(word)) for pair in pairs}
    if len(sets) > 1 or len({pair[0].array.shape[1:] for pair in pairs}) > 1:
        names = listed([pair[0].name for pair in pairs])
        raise Unreadable(f"The ZIP archive holds several sets of images: {names}. Pack one of them by itself.")
