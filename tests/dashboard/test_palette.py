"""The colours are those of the theme, and everybody can tell them apart."""

from __future__ import annotations

import itertools
import tomllib
from pathlib import Path

import numpy as np
import pytest

from core.catalogue import UnknownName
from dashboard.charts import Palette, palette
from dashboard.charts.palette import PALETTES

ROOT = Path(__file__).parents[2]


def test_palettes_are_those_of_the_theme() -> None:
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["theme"]
    for mode, colours in PALETTES.items():
        section = theme[mode]
        assert list(colours.series) == section["chartCategoricalColors"]
        assert list(colours.sequential) == section["chartSequentialColors"]
        assert (colours.text, colours.background, colours.grid) == tuple(
            section[key] for key in ("textColor", "backgroundColor", "borderColor")
        )


def test_fonts_of_the_theme_are_served_with_their_licences() -> None:
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["theme"]
    static = ROOT / "dashboard" / "static"
    for face in theme["fontFaces"]:
        assert (static / Path(face["url"]).name).read_bytes()[:4] == b"wOF2"
    assert len(list(static.glob("*LICENSE*"))) == len({face["family"] for face in theme["fontFaces"]})


def test_unknown_palette_is_named() -> None:
    assert palette(None).mode == "light"
    with pytest.raises(UnknownName, match="Did you mean 'dark'"):
        palette("darkk")


# Machado, Oliveira, Fernandes (2009), doi:10.1109/TVCG.2009.113: what is seen without the long, or the medium cones.
SIGHT = {
    "all": np.eye(3),
    "no red": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "no green": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}


def _linear(colour: str) -> np.ndarray:
    part = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    return np.asarray(np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4))


def _oklab(linear: np.ndarray) -> np.ndarray:
    """Ottosson's perceptual space (2020): distances are about as large as they look."""
    cones = np.array(
        [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
         [0.0883024619, 0.2817188376, 0.6299787005]]
    ) @ np.clip(linear, 0, 1)  # fmt: skip
    lightness_and_hue: np.ndarray = np.array(
        [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
         [0.0259040371, 0.7827717662, -0.8086757660]]
    ) @ np.cbrt(cones)  # fmt: skip
    return lightness_and_hue


def _contrast(first: str, second: str) -> float:
    low, high = sorted(float(_linear(each) @ [0.2126, 0.7152, 0.0722]) for each in (first, second))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("colours", PALETTES.values(), ids=PALETTES)
def test_series_stay_apart(colours: Palette, sight: str) -> None:
    seen = [_oklab(SIGHT[sight] @ _linear(each)) for each in colours.series]
    for first, second in itertools.combinations(range(len(seen)), 2):
        far = float(np.linalg.norm(seen[first] - seen[second]))
        assert far > (0.13 if second < 4 else 0.09), (colours.series[first], colours.series[second])


@pytest.mark.parametrize("colours", PALETTES.values(), ids=PALETTES)
def test_contrast_is_enough(colours: Palette) -> None:
    """WCAG 2.2: 3 for what is drawn, 4.5 for what is read."""
    assert all(_contrast(each, colours.background) >= 3 for each in colours.series)
    assert _contrast(colours.text, colours.background) >= 7
    assert _contrast(colours.muted, colours.background) >= 4.5
