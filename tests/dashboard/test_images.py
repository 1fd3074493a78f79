"""Tables of images on the Data page: some of each class are shown."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image

from core.store import Store
from dashboard.charts import CHARTS, Subject, examples, palette
from tests.dashboard.pages import charts, page, said


def drawn(frame: pd.DataFrame) -> Any:
    return CHARTS["image_examples"].draw(frame, palette("light"), Subject())


def test_images_stand_beside_their_class_the_first_ones_first() -> None:
    table = pd.DataFrame({"p": np.arange(40) % 5, "q": 4.0, "class": list("ba") * 20})
    frame = examples(table, ["p", "q"], (1, 2), "class", ("a", "b"))
    assert frame["label"].tolist() == ["a"] * 8 + ["b"] * 8 and frame["row"].tolist()[:3] == [1, 3, 5]
    assert frame["image"][0] == [[64, 255]]  # 1 of at most 4
    [grid] = (figure := drawn(frame)).data
    assert grid.z.shape == (2 * 3, 8 * 4) and grid.z.dtype == np.uint8
    assert grid.z[1].tolist()[:8] == [0, 65, 255, 0, 0, 191, 255, 0]  # 0 is a gap, 1 is black
    assert figure.layout.yaxis.ticktext == ("a", "b")
    assert figure.layout.meta["alt"] == "Examples of images of the classes a, b."
    assert examples(table, ["p", "q"], (1, 2))["row"].tolist() == list(range(8))
    wide = examples(pd.DataFrame(np.eye(100)), range(100), (1, 100))
    assert np.shape(wide["image"].tolist()) == (8, 1, 25)
    many = examples(table.assign(c=range(40)), ["p", "q"], (1, 2), "c", tuple(range(40)))
    assert drawn(many).layout.title.subtitle.text == "12 of 40 classes"


def test_an_archive_of_images_is_shown_with_its_classes(store: Store) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for row in range(40):
            picture = io.BytesIO()
            Image.new("RGB", (5, 4), (row, 2 * row, 3)).save(picture, "PNG")
            archive.writestr(f"pets/{('cat', 'dog')[row % 2]}/{row}.png", picture.getvalue())
    (store.tables / "pets.zip").write_bytes(stream.getvalue())
    at = page("data", data="pets.zip")
    assert not at.exception and charts(at) == 3
    assert "Each picture is a row of the table" in said(at)
    assert "The folder right above an image is its class; there are 2: “cat” and “dog”." in said(at)
    shown = at.get("plotly_chart")[1].proto
    assert shown.alt == "Examples of images of the classes cat, dog."
