"""The colours of the charts, for the light and the dark theme.

The values are those of `.streamlit/config.toml` (a test compares them). Knows nothing but colours.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.catalogue import UnknownName, did_you_mean


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours one theme draws with.

    Attributes
    ----------
    mode : str
        ``"light"`` or ``"dark"``.
    text, muted, grid, background : str
        Ink, quieter ink for axes and captions, lines behind the data, and what the charts stand on.
    series : tuple of str
        Eight colours that stay apart, in any pair, for people who do not see red or green.
    sequential : tuple of str
        Ten colours from little to much.
    """

    mode: str
    text: str
    muted: str
    grid: str
    background: str
    series: tuple[str, ...]
    sequential: tuple[str, ...]

    @property
    def accent(self) -> str:
        """The colour of a chart that needs only one."""
        return self.series[0]

    @property
    def scale(self) -> list[list[float | str]]:
        """The sequential colours as a Plotly colour scale."""
        last = len(self.sequential) - 1
        return [[place / last, colour] for place, colour in enumerate(self.sequential)]

    def colour(self, place: int) -> str:
        """The colour of the series at `place`; they begin again after the eighth."""
        return self.series[place % len(self.series)]


LIGHT = Palette(
    mode="light",
    text="#1B1F2A",
    muted="#5B6274",
    grid="#E3E6EE",
    background="#FFFFFF",
    series=("#4338CA", "#2BA492", "#AB5C1B", "#A21165", "#2972E5", "#687792", "#B080D6", "#76A109"),
    sequential=(
        "#F1F0FF",
        "#E0DEFD",
        "#C9C5FA",
        "#AEA8F5",
        "#928BEE",
        "#776EE4",
        "#5D53D6",
        "#4A3FC4",
        "#3A30A3",
        "#2A237B",
    ),
)
DARK = Palette(
    mode="dark",
    text="#E8EAF0",
    muted="#A3AABB",
    grid="#2A2E3A",
    background="#0F1117",
    series=("#8E86FF", "#1FCDB6", "#E09125", "#D54F6C", "#9DDEFB", "#9C8CAF", "#D39EFC", "#A5D36D"),
    sequential=(
        "#211D4F",
        "#2A2567",
        "#352F82",
        "#433B9F",
        "#5349BC",
        "#655BD6",
        "#7B72E8",
        "#958DF3",
        "#B2ACF9",
        "#D2CEFD",
    ),
)
PALETTES = {each.mode: each for each in (LIGHT, DARK)}


def palette(mode: str | None) -> Palette:
    """The palette of a theme.

    Parameters
    ----------
    mode : str or None
        ``"light"``, ``"dark"``, or None for what is not known yet, which takes the light one.

    Raises
    ------
    UnknownName
        For any other mode.
    """
    try:
        return PALETTES[mode or LIGHT.mode]
    except KeyError:
        raise UnknownName(did_you_mean("palette", mode, PALETTES)) from None
