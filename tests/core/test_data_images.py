"""Images: MNIST's format with its labels, and archives of images in folders of classes; damaged and hostile ones."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.data import Unreadable, make_problem, pictures, pixels, propose_target, propose_task, read_table
from core.derived import source_stamp
from core.records import ColumnKind, Roles, Table, Task

CODES = {"u1": 8, "i1": 9, "i2": 11, "i4": 12, "f4": 13, "f8": 14}
RNG = np.random.default_rng(3)
IMAGES = RNG.integers(0, 256, (40, 6, 5)).astype("u1")
LABELS = (np.arange(40) % 4).astype("u1")


def idx(array: np.ndarray) -> bytes:
    """An array in MNIST's format, written by its description."""
    head = struct.pack(f">BBBB{array.ndim}I", 0, 0, CODES[array.dtype.str[1:]], array.ndim, *array.shape)
    return head + array.astype(array.dtype.newbyteorder(">")).tobytes()


def zipped(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def read(folder: Path, content: bytes, name: str = "table.xyz") -> Table:
    path = folder / name
    path.write_bytes(content)
    return read_table(path)


def picture(values: Any, form: str = "PNG", mode: str | None = None, **settings: Any) -> bytes:
    stream = io.BytesIO()
    image = values if isinstance(values, Image.Image) else Image.fromarray(np.asarray(values, dtype="u1"))
    (image.convert(mode) if mode else image).save(stream, form, **settings)
    return stream.getvalue()


def pixels_of(table: Table) -> np.ndarray:
    return table.frame.drop(columns="label", errors="ignore").to_numpy().reshape(-1, *table.image_shape)


def rules(table: Table) -> dict[str, int]:
    return {each.rule: each.count for each in table.report}


# ---- MNIST's format


@pytest.mark.parametrize("kind", CODES)
def test_every_kind_of_number_comes_out_as_it_went_in(kind: str, tmp_path: Path) -> None:
    array = (RNG.normal(0, 40, (12, 3, 2))).astype(kind)
    table = read(tmp_path, idx(array))
    assert table.image_shape == (3, 2) and not table.target and table.facts == {"format": "IDX"}
    assert list(table.frame)[:3] == ["pixel_0_0", "pixel_0_1", "pixel_1_0"]
    assert np.array_equal(pixels_of(table), array)
    assert {str(dtype) for dtype in table.frame.dtypes} == {"float64" if kind[0] == "f" else "int64"}
    assert {column.kind for column in table.columns} == {ColumnKind.IMAGE}


def test_labels_by_themselves_are_a_column(tmp_path: Path) -> None:
    table = read(tmp_path, gzip.compress(idx(LABELS)))
    assert list(table.frame) == ["label"] and table.frame["label"].tolist() == LABELS.tolist()


def test_other_axes_are_values_or_colours(tmp_path: Path) -> None:
    flat = read(tmp_path, idx(IMAGES.reshape(40, 30)))
    assert list(flat.frame)[:2] == ["value_0", "value_1"] and flat.image_shape == ()
    colours = np.stack([IMAGES, IMAGES, IMAGES], axis=3)
    for array in (colours, np.moveaxis(colours, 3, 1)):
        table = read(tmp_path, idx(array))
        assert np.array_equal(pixels_of(table), IMAGES) and rules(table)["grey"] == 40
    assert np.array_equal(pixels_of(read(tmp_path, idx(IMAGES[:, None]))), IMAGES)
    red = np.zeros((2, 4, 4, 3), dtype="u1")
    red[..., 0] = 255
    assert set(pixels_of(read(tmp_path, idx(red))).ravel()) == {76}  # 0.299 × 255


@pytest.mark.parametrize(
    ("images", "labels"),
    [
        ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
        ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"),
        ("t10k-images.idx3-ubyte", "t10k-labels.idx1-ubyte.gz"),
        ("train-images.idx3ubyt", "train-labels.idx1ubyt"),  # as an upload is called
    ],
)
def test_labels_beside_the_images_are_joined(images: str, labels: str, tmp_path: Path) -> None:
    def packed(name: str, array: np.ndarray) -> bytes:
        return gzip.compress(idx(array)) if name.endswith("gz") else idx(array)

    alone = read(tmp_path, packed(images, IMAGES), images)
    assert "label" not in alone.frame
    before = source_stamp(images, tmp_path)
    (tmp_path / "other-labels-idx1-ubyte").write_bytes(idx(LABELS[::-1]))
    assert source_stamp(images, tmp_path) == before
    (tmp_path / labels).write_bytes(packed(labels, LABELS))
    table = read_table(tmp_path / images)
    assert table.frame["label"].tolist() == LABELS.tolist() and np.array_equal(pixels_of(table), IMAGES)
    assert table.target == "label" and table.task == Task.CLASSIFICATION and table.image_shape == (6, 5)
    assert f"The column `label` comes from `{labels}`, which lies beside the file." in table.notes
    assert source_stamp(images, tmp_path) != before  # so a page reads it anew


def test_a_table_of_images_is_ready_to_be_learned(tmp_path: Path) -> None:
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(idx(LABELS))
    black = IMAGES.copy()
    black[:, 0, 0] = 0  # pixels that never differ stay pixels
    table = read(tmp_path, idx(black), "train-images-idx3-ubyte")
    assert propose_target(table).value == "label" and propose_task(table, "label").value == Task.CLASSIFICATION
    problem = make_problem(table, Roles("label"))
    assert problem.classes == (0, 1, 2, 3) and problem.image_shape == (6, 5) and len(problem.features) == 30


@pytest.mark.parametrize("content", [idx(LABELS[:-1]), idx(LABELS)[:-3], b"a,b\n1,2\n", b"", idx(IMAGES)])
def test_labels_that_do_not_fit_are_not_joined_and_told(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "images-labels").write_bytes(content)
    (tmp_path / "a-labels-idx1-ubyte").write_bytes(content)
    table = read(tmp_path, idx(IMAGES), "a-images-idx3-ubyte")
    assert "label" not in table.frame and not table.target
    assert table.notes[0].startswith("`a-labels-idx1-ubyte`, which lies beside the file, does not hold a label for")


def test_labels_that_are_numbers_on_a_scale(tmp_path: Path) -> None:
    (tmp_path / "labels").write_bytes(idx(np.linspace(0, 1, 40)))
    table = read(tmp_path, idx(IMAGES), "images")
    assert table.task == Task.REGRESSION and table.frame["label"].dtype == "float64"


MNIST = {
    "t10k-images-idx3-ubyte": idx(IMAGES[:10] // 2),
    "t10k-labels-idx1-ubyte": idx(LABELS[:10]),
    "train-images-idx3-ubyte": idx(IMAGES),
    "train-labels-idx1-ubyte": idx(LABELS),
}


@pytest.mark.parametrize("name", ["raw/{}", "{}/{}", "{}.gz"])
def test_an_archive_of_pairs_is_one_table(name: str, tmp_path: Path) -> None:
    members = {name.format(each, each): gzip.compress(data) for each, data in MNIST.items()}
    if "gz" not in name:  # with every file twice and something else, as such archives are found
        members |= {each.replace("-idx", ".idx"): data for each, data in MNIST.items()}
        members |= {"__MACOSX/x": b"", "README.md": b"#"}
    table = read(tmp_path, zipped(members))
    assert table.frame["label"].tolist() == [*LABELS, *LABELS[:10]]
    assert np.array_equal(pixels_of(table), np.concatenate([IMAGES, IMAGES[:10] // 2]))
    assert any(note.startswith("The images of 2 files are one table: 40 of") for note in table.notes)
    assert rules(table).get("unused_file", 0) == (0 if "gz" in name else 6)


def test_one_pair_may_be_called_anything(tmp_path: Path) -> None:
    assert read(tmp_path, zipped({"x": idx(IMAGES), "y": idx(LABELS)})).frame["label"].tolist() == LABELS.tolist()
    both = read(tmp_path, zipped({"x-test": idx(IMAGES), "x-train": idx(IMAGES // 2)}))
    assert "label" not in both.frame and len(both.frame) == 80
    assert len(read(tmp_path, zipped({"x": idx(IMAGES)})).frame) == 40


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        ({"images": idx(IMAGES), "labels": idx(LABELS[1:])}, "`images` holds 40 images and `labels` 39 labels"),
        ({"a-labels": idx(LABELS), "b-labels": idx(LABELS)}, "labels but no images"),
        ({"a-images": idx(IMAGES), "b-labels": idx(LABELS), "c-labels": idx(LABELS)}, "do not tell which labels"),
        ({"a-images": idx(IMAGES), "b-images": idx(IMAGES // 2)}, "several sets of images"),
        ({"a-train-images": idx(IMAGES), "a-test-images": idx(IMAGES[:, 1:])}, "several sets of images"),
        ({"images": idx(IMAGES), "images.gz": idx(IMAGES // 2)}, "called alike but differ"),
        ({"images": idx(IMAGES), "labels": idx(LABELS)[:-1]}, "`labels` in the ZIP archive is damaged"),
        ({"images": idx(IMAGES), "labels": gzip.compress(idx(LABELS))[:-9]}, "`labels` in the ZIP archive is damaged"),
    ],
)
def test_files_that_do_not_belong_together_are_refused(
    members: dict[str, bytes], sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(Unreadable, match=sentence):
        read(tmp_path, zipped(members))


@pytest.mark.parametrize(
    "content",
    [
        idx(IMAGES)[:-1],
        idx(IMAGES) + b"\0",
        idx(IMAGES)[:9],
        idx(IMAGES)[:4],
        b"\0\0\x08\x03" + b"\xff" * 12 + bytes(100),  # says that it holds 79 billion billion numbers
        b"\0\0\x08\x01" + bytes(4),
        b"\0\0\x08\x03" + struct.pack(">III", 5, 0, 28),
        b"\0\0\x08\x03" + struct.pack(">III", 0, 28, 28),
        b"\0\0\x08\x03" + struct.pack(">III", 2, 101, 100) + bytes(20_200),
    ],
)
def test_forged_and_cut_files_are_refused(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"damaged|holds no numbers|have 101 by 100 pixels"):
        read(tmp_path, content)


def test_too_many_cells_become_a_sample_of_every_class(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pixels, "MOST_CELLS", 31 * 20)
    labels = np.array([0] * 30 + [1] * 8 + [2] * 2, dtype="u1")
    content = zipped({"images": idx(IMAGES), "labels": idx(labels)})
    table = read(tmp_path, content)
    assert table.frame["label"].value_counts().to_dict() == {0: 15, 1: 4, 2: 1}
    rows = [int(np.flatnonzero((each == IMAGES).all(axis=(1, 2)))[0]) for each in pixels_of(table)]
    assert rows == sorted(rows) and table.frame["label"].tolist() == labels[rows].tolist()
    assert any(note.startswith("A sample of 20 of the 40 images was drawn, each class by") for note in table.notes)
    assert rules(table)["sample"] == 20
    assert read(tmp_path, content).fingerprint == table.fingerprint
    assert len(read(tmp_path, idx(IMAGES)).frame) == 20


# ---- images in folders


def test_the_folder_is_the_class(tmp_path: Path) -> None:
    grey = IMAGES[:12]
    members = {f"data/{['10', '9', 'cat'][n % 3]}/{n:02}.png": picture(each) for n, each in enumerate(grey)}
    members |= {
        "data/README.txt": b"x",
        "data/cat/.DS_Store": b"x",
        "__MACOSX/data/cat/._1.png": b"x",
        "data/dog/": b"",
    }
    table = read(tmp_path, zipped(members))
    assert np.array_equal(pixels_of(table), grey)
    assert table.frame["label"].tolist() == ["10", "9", "cat"] * 4
    assert list(table.frame["label"].cat.categories) == ["9", "10", "cat"]
    assert table.target == "label" and table.task == Task.CLASSIFICATION and table.image_shape == (6, 5)
    assert rules(table) == {"unused_file": 3, "folders": 0, "pixels": 0}


def test_parts_are_put_together_and_other_folders_told(tmp_path: Path) -> None:
    one = picture(IMAGES[0])
    places = ("train/cat/a", "train/dog/a", "Test/cat/b", "Test/dog/b", "Test/c", "d", "extra/indoor/cat/e")
    table = read(tmp_path, zipped({f"set\\{place}.png".replace("/", "\\"): one for place in places}))
    assert table.frame["label"].tolist() == ["cat", "dog", "cat", "dog", "cat"]
    assert "The images of `train` (2), `Test` (2), `extra` (1) are one table." in table.notes
    assert "Folders further above say nothing about the class here: `set` and `set/indoor`." in table.notes
    assert rules(table)["no_class"] == 2 and "d.png" in " ".join(table.notes)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF"])
def test_every_format_is_brought_to_one_size(form: str, tmp_path: Path) -> None:
    half = np.zeros((200, 100), dtype="u1")
    half[100:] = 255
    members = {f"{name}/{n}.{form.lower()}": picture(half, form) for name in "ab" for n in range(3)}
    table = read(tmp_path, zipped(members))
    assert table.image_shape == (32, 32) and rules(table)["resized"] == 6
    image = pixels_of(table)[0]
    assert image[:, :8].max() == 0 and image[:, 24:].max() == 0  # as narrow as it was
    assert image[:14, 10:22].max() < 20 and image[18:, 10:22].min() > 235


def test_small_images_of_different_sizes_are_made_one(tmp_path: Path) -> None:
    members = {"a/1.png": picture(np.full((8, 8), 200)), "b/1.png": picture(np.full((1, 60), 100))}
    table = read(tmp_path, zipped(members))
    assert pixels_of(table)[0].min() == 200 and pixels_of(table)[1].max() == 100
    assert any(note.endswith("their proportions kept, on black: they differ in size.") for note in table.notes)


def test_colours_depth_and_transparency(tmp_path: Path) -> None:
    empty = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    deep = Image.fromarray(np.full((8, 8), 0x8000, dtype="u2"))
    moving = picture(np.full((8, 8), 7), "GIF", save_all=True, append_images=[Image.new("L", (8, 8), 200)])
    table = read(tmp_path, zipped({
        "a/empty.png": picture(empty), "b/deep.png": picture(deep), "a/moving.gif": moving,
        "b/red.png": picture(Image.new("RGB", (8, 8), "red")), "a/on.png": picture(Image.new("1", (8, 8), 1)),
        "b/float.tif": picture(Image.new("F", (8, 8), 0.5), "TIFF"),
    }))  # fmt: skip
    assert [int(image.max()) for image in pixels_of(table)] == [255, 128, 7, 76, 255]
    assert rules(table) | {"grey": 0} == {
        "folders": 0, "grey": 0, "first_picture": 1, "unreadable_image": 1, "pixels": 0
    }  # fmt: skip
    notes = " ".join(table.notes)
    assert "turned into shades of grey: 2 (`a/moving.gif` and `b/red.png`)" in notes
    assert "taken as white: 1 (`a/empty.png`)" in notes and "left out: 1 (`b/float.tif`)" in notes


def test_a_photograph_taken_upright_is_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned to the right to be seen
    half = np.zeros((128, 128), dtype="u1")
    half[:64] = 255
    photo = picture(half, "JPEG", exif=exif)
    image = pixels_of(read(tmp_path, zipped({"a/1.jpg": photo, "b/1.jpg": photo})))[0]
    assert image[:, :14].max() < 20 and image[:, 18:].min() > 235


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        ({"1.png": b"", "2.png": b""}, "holds 2 images but no folder that tells a class"),
        ({"train/1.png": b"", "test/2.png": b""}, "holds 2 images but no folder that tells a class"),
        ({"all/1.png": b"", "all/2.png": b""}, "lie in one folder, `all`, so there is only one class"),
        (
            {"a/1.png": b"x", "b/2.jpg": picture(IMAGES[0])[:60]},
            "None of the 2 images in the ZIP archive can be opened",
        ),
        ({"a/1.png": b"x", "b/2.png": b"x", "m.pkl": b"x"}, "run programs when they are opened"),
    ],
)
def test_wrong_folders_and_no_images_are_refused(members: dict[str, bytes], sentence: str, tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=sentence):
        read(tmp_path, zipped(members))


def test_a_table_with_some_pictures_beside_it_is_a_table(tmp_path: Path) -> None:
    csv = b"a,b\n" + b"1,x\n2,y\n" * 6
    for folders in (("plots", "more"), ("images",) * 20):
        members = {f"{folder}/{n}.png": picture(IMAGES[0]) for n, folder in enumerate(folders)}
        assert list(read(tmp_path, zipped({"a.csv": csv, **members})).frame) == ["a", "b"]


def test_damaged_images_are_left_out_and_named(tmp_path: Path) -> None:
    whole = picture(IMAGES[0])
    members = {f"{'ab'[n % 2]}/{n}.png": whole for n in range(8)} | {"a/cut.png": whole[:60], "b/none.jpg": b"text"}
    members["b/drawing.png"] = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"  # would start another program
    table = read(tmp_path, zipped(members))
    assert len(table.frame) == 8 and rules(table)["unreadable_image"] == 3
    assert "left out: 3 (`a/cut.png`, `b/none.jpg` and `b/drawing.png`)." in " ".join(table.notes)


@pytest.mark.parametrize("make", [lambda: zipped({f"{n % 3}/{n}.png": picture(IMAGES[n]) for n in range(9)}),
                                  lambda: zipped({**MNIST}), lambda: idx(IMAGES)])  # fmt: skip
def test_damage_anywhere_ends_as_a_sentence(make: Callable[[], bytes], tmp_path: Path) -> None:
    content = make()
    for seed in range(150):
        rng = np.random.default_rng(seed)
        noise = np.frombuffer(content, dtype="u1").copy()
        noise[rng.integers(0, len(noise), rng.integers(1, 30))] ^= rng.integers(1, 256, dtype="u1")
        cut = rng.integers(1, len(noise)) if seed % 3 == 0 else len(noise)
        try:
            table = read(tmp_path, noise[:cut].tobytes())
        except Unreadable as error:
            assert str(error).endswith(".")
        else:
            assert len(table.frame) <= 50


# ---- bombs


def test_a_huge_image_is_left_out_unopened(tmp_path: Path) -> None:
    huge = picture(Image.new("1", (20_000, 20_000)))
    members = {"a/1.png": picture(IMAGES[0]), "b/1.png": picture(IMAGES[1]), "b/huge.png": huge}
    table = read(tmp_path, zipped(members))
    assert len(table.frame) == 2 and "Images of more than 50,000,000 pixels left out: 1 (`b/huge.png`)." in table.notes


def test_many_large_images_in_small_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "_MAX_PIXELS_IN_ALL", 10**6)
    bomb = picture(Image.new("1", (1_000, 600)))
    with pytest.raises(Unreadable, match="far more pixels than files of their size should"):
        read(tmp_path, zipped({"a/1.png": bomb, "b/1.png": bomb}))
    monkeypatch.setattr(pictures, "MAX_BYTES", 100)
    with pytest.raises(Unreadable, match="are the most that is opened here"):
        read(tmp_path, zipped({"a/1.png": bomb, "b/1.png": bomb}))


def test_too_many_images_are_drawn_before_they_are_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pixels, "MOST_CELLS", 31 * 10)
    members = {f"{n % 2}/{n:02}.png": picture(each) if n else b"x" for n, each in enumerate(IMAGES)}
    table = read(tmp_path, zipped(members))
    assert table.frame["label"].value_counts().tolist()[0] == 5 and len(table.frame) <= 10
    assert any(note.startswith(f"A sample of {len(table.frame)} of the ") for note in table.notes)


def test_an_archive_of_labels_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.data.idx.MAX_BYTES", 1 << 20)
    big = gzip.compress(idx(np.zeros((1000, 30, 30), dtype="u1")))
    with pytest.raises(Unreadable, match="holds more than 1 MB"):
        read(tmp_path, zipped({"train-images.gz": big, "test-images.gz": big}))
