"""An archive of images in folders, one folder for each class, as a table of grey pixels.

Takes the bytes of a ZIP archive, gives a frame. Images are opened one after the other from the memory; how large one
is, and what all add up to, is looked at before it is unpacked.
"""

from __future__ import annotations

import io
import warnings
import zipfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from core.data.archives import beside, class_of, is_part, parts_of, pictures_of
from core.data.containers import MAX_BYTES
from core.data.errors import Unreadable
from core.data.pixels import drawn, frame_of_images, most_rows, tell_unused
from core.data.report import Report
from core.wording import counted, listed, quoted

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFile import ImageFile

SIDE = 32  # what images are brought to where they differ in size or are large
_LARGEST_SIDE = 64  # larger ones have more pixels than models here can learn from
_FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF")  # none that starts another program
_MAX_IMAGES = 200_000
_MAX_PIXELS = 50_000_000  # of one image
# of all together: as many as are unpacked within seconds, and more where the files are of an honest size
_MAX_PIXELS_IN_ALL, _PIXELS_PER_BYTE = 200_000_000, 20
_TRIED = 100
_WRONG_FOLDERS = "Put the images of each class into a folder that is named after the class, and pack these folders."


def read_pictures(data: bytes, report: Report) -> pd.DataFrame:
    """The table of an archive of images: a column per pixel and the column ``label``."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = pictures_of(archive)
        _refuse_too_much(members)
        tell_unused(report, beside(archive, members))
        members = _with_classes(members, report)
        labels = pd.Series([class_of(each) for each in members])
        most = most_rows(_likely_pixels(archive, members))
        chosen = drawn(labels, len(members), most) if len(members) > most else np.arange(len(members))
        images, kept = _opened(archive, [members[place] for place in chosen], report)
    found = len(members) - (len(chosen) - len(kept))
    classes = sorted(set(labels), key=_by_number)
    values = pd.Series(pd.Categorical(labels.iloc[chosen[kept]], categories=classes))
    return frame_of_images(images, values.cat.remove_unused_categories(), report, found)


def _by_number(name: str) -> tuple[bool, int, str]:
    """Numbers first and by their size, however many digits they have; then words."""
    bare = name.lstrip("0") if name.isdecimal() else ""
    return not name.isdecimal(), len(bare), bare or name


def _refuse_too_much(members: Sequence[zipfile.ZipInfo]) -> None:
    size = sum(each.file_size for each in members)
    if any(each.flag_bits & 1 for each in members):
        raise Unreadable("The ZIP archive is protected by a password. Pack the images without one.")
    if len(members) > _MAX_IMAGES or size > MAX_BYTES:
        raise Unreadable(
            f"The ZIP archive holds {len(members):,} images of {size >> 20:,} MB in all; {_MAX_IMAGES:,} images and "
            f"{MAX_BYTES >> 20:,} MB are the most that is opened here. Pack a part of them."
        )


# ---- which image is of which class


def _with_classes(members: Sequence[zipfile.ZipInfo], report: Report) -> list[zipfile.ZipInfo]:
    """The images that lie in a folder of a class; what the folders say is noted."""
    # a folder that has several folders of images in it is none of a class; what else lies there is astray
    folders = {_folder(each) for each in members}
    inside = Counter(folder[:depth] for folder in folders for depth in range(len(folder)))
    known = [each for each in members if class_of(each) and inside[_folder(each)] < 2]
    counts = Counter(map(class_of, known))
    if not counts:
        raise Unreadable(
            f"The ZIP archive holds {counted(len(members), 'image')} but no folder that tells a class. {_WRONG_FOLDERS}"
        )
    if len(counts) == 1:
        raise Unreadable(
            f"All images of the ZIP archive lie in one folder, {quoted(*counts)}, so there is only one class. "
            f"{_WRONG_FOLDERS}"
        )
    report.add(
        "folders", f"The folder right above an image is its class; there are {len(counts):,}: {listed(list(counts))}."
    )
    _tell_upper_folders(known, report)
    taken = {each.filename for each in known}
    lost = [each.filename for each in members if each.filename not in taken]
    if lost:
        told = f"Images in no folder of a class left out: {len(lost):,} ({listed(lost)})."
        report.add("no_class", told, count=len(lost))
    return known


def _folder(member: zipfile.ZipInfo) -> tuple[str, ...]:
    return tuple(parts_of(member)[:-1])


def _tell_upper_folders(members: Sequence[zipfile.ZipInfo], report: Report) -> None:
    """Say what becomes of the folders above those of the classes, where there are several."""
    above = [_folder(each)[:-1] for each in members]
    parts = Counter(folder for folders in above for folder in folders if is_part(folder))
    if len(parts) > 1:
        told = ", ".join(f"{quoted(part)} ({count:,})" for part, count in parts.items())
        report.add("joined", f"The images of {told} are one table.", count=sum(parts.values()))
    others = {tuple(folder for folder in folders if not is_part(folder)) for folders in above}
    if len(others) > 1:
        names = sorted({"/".join(each) for each in others if each})
        report.add("folders", f"Folders further above say nothing about the class here: {listed(names)}.")


# ---- opening


def _likely_pixels(archive: zipfile.ZipFile, members: Sequence[zipfile.ZipInfo]) -> int:
    """How many pixels an image will have, as far as the first one that can be opened tells."""
    for member in members[:_TRIED]:
        with suppress(Exception), warnings.catch_warnings():  # said when it is really opened
            warnings.simplefilter("ignore")
            with _open(archive, member) as image:
                return image.width * image.height if max(image.size) <= _LARGEST_SIDE else SIDE * SIDE
    return SIDE * SIDE


_SHRUNK = "shrunk"
# what is true of some images, and how it is said
_SAID = {
    "damaged": ("unreadable_image", "Images that cannot be opened left out"),
    "large": ("unreadable_image", f"Images of more than {_MAX_PIXELS:,} pixels left out"),
    "colours": ("grey", "Colour images turned into shades of grey"),
    "transparent": ("grey", "Transparent places of images taken as white"),
    "several": ("first_picture", "Only the first picture taken of images that move or have several pages"),
}


def _opened(
    archive: zipfile.ZipFile, members: Sequence[zipfile.ZipInfo], report: Report
) -> tuple[np.ndarray, np.ndarray]:
    """Images of one size, shape (images, height, width), and the positions of the members that they are of."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = _MAX_PIXELS
    left = max(_MAX_PIXELS_IN_ALL, _PIXELS_PER_BYTE * sum(each.file_size for each in members))
    images: dict[int, Image.Image] = {}
    seen: dict[str, list[str]] = defaultdict(list)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about pictures that are odd but can be seen
        for place, member in enumerate(members):
            try:
                with _open(archive, member) as image:
                    left -= image.width * image.height
                    if left < 0:
                        break
                    images[place], marks = _small(image)
            except MemoryError:
                raise
            except Image.DecompressionBombError:
                marks = ["large"]
            except Exception:  # damaged pictures make decoders fail in every way there is
                marks = ["damaged"]
            for mark in marks:
                seen[mark].append(member.filename)
    _refuse_none(left, len(images), len(members))
    large = bool(seen.pop(_SHRUNK, None))
    for mark, names in seen.items():
        rule, sentence = _SAID[mark]
        report.add(rule, f"{sentence}: {len(names):,} ({listed(names)}).", count=len(names))
    return _of_one_size(list(images.values()), large, report), np.array(list(images))


def _open(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> ImageFile:
    """An image of which no more than its head was looked at."""
    from PIL import Image

    image = Image.open(io.BytesIO(archive.read(member)), formats=_FORMATS)
    if image.width * image.height > _MAX_PIXELS:
        raise Image.DecompressionBombError
    return image


def _refuse_none(left: int, opened: int, members: int) -> None:
    if left < 0:
        raise Unreadable(
            "The images in the ZIP archive unpack to far more pixels than files of their size should. "
            "Make them smaller and pack them again."
        )
    if not opened:
        raise Unreadable(f"None of the {counted(members, 'image')} in the ZIP archive can be opened. Pack them again.")


def _small(image: ImageFile) -> tuple[Image, list[str]]:
    """An image upright, in grey, and made smaller where it is large, with what else is true of it."""
    from PIL import ImageOps

    marks = ["several"] if getattr(image, "is_animated", False) else []
    if image.has_transparency_data:
        marks.append("transparent")
    elif image.mode not in ("1", "L", "I;16", "I;16B", "I;16L"):
        marks.append("colours")
    large = max(image.size) > _LARGEST_SIDE
    plain = _plain(image)
    if large:
        plain.thumbnail((2 * SIDE, 2 * SIDE))  # which unpacks a JPEG at a part of its size
    if "exif" in image.info or image.format == "TIFF":
        ImageOps.exif_transpose(plain, in_place=True)
    grey = _grey(plain)
    return (_fitted(grey), [*marks, _SHRUNK]) if large else (grey, marks)


def _plain(image: Image) -> Image:
    """An image whose numbers are brightness, so that those of neighbours can be averaged."""
    import PIL.Image

    if image.mode in ("I", "F"):
        raise ValueError("nobody can tell which number is white")
    if image.mode.startswith("I;16"):
        return PIL.Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.mode == "1":
        return image.convert("L")
    if image.mode in ("P", "PA") or "transparency" in image.info:
        return image.convert("RGBA" if image.has_transparency_data else "RGB")
    return image


def _grey(image: Image) -> Image:
    """Shades of grey; what is transparent shows white paper."""
    import PIL.Image

    if not image.has_transparency_data:
        return image.convert("L")
    paper = PIL.Image.new("RGBA", image.size, "white")
    paper.alpha_composite(image.convert("RGBA"))
    return paper.convert("L")


def _fitted(image: Image) -> Image:
    """An image in a square of `SIDE` pixels: as large as it can be there, its proportions kept, on black."""
    import PIL.Image

    scale = SIDE / max(image.size)
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    square = PIL.Image.new("L", (SIDE, SIDE))
    inside = image.resize(size, PIL.Image.Resampling.BICUBIC)  # smooths where it makes smaller
    square.paste(inside, ((SIDE - size[0]) // 2, (SIDE - size[1]) // 2))
    return square


def _of_one_size(images: list[Image], large: bool, report: Report) -> np.ndarray:
    """Images as an array; brought to one size unless they have one, and a small one."""
    if large or len({image.size for image in images}) > 1:
        why = f"they are larger than {_LARGEST_SIDE} by {_LARGEST_SIDE}" if large else "they differ in size"
        report.add(
            "resized",
            f"Images brought to {SIDE} by {SIDE} pixels, their proportions kept, on black: {why}.",
            count=len(images),
        )
        images = [_fitted(image) for image in images]
    return np.stack([np.asarray(image) for image in images])
