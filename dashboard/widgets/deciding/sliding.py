"""A slider whose figures move with it while it is dragged: the browser has them for every place and asks nobody.

Streamlit's own tells of a new place once it is let go, and what follows from it comes a tenth of a second later. That
is how the rest of the page follows.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

# At a place: the name of the first figure, the figures, and what goes into the gaps of the small lines under them.
Place = tuple[int, tuple[str, ...], tuple[str, ...]]

_SLIDE = """
export default function ({ data, parentElement, setStateValue }) {
  const place = parentElement.querySelector(".bakeoff-sliding");
  const slider = place.querySelector("input");
  const { label, low, step, digits, at, about, places } = data;
  const show = (to) => {
    const shown = (low + to * step).toFixed(digits);
    place.querySelector("output").textContent = shown;
    slider.setAttribute("aria-valuetext", shown);
    slider.style.setProperty("--at", `${(100 * to) / slider.max}%`);
    const [called, figures, ends] = places[to];
    place.querySelectorAll(".figure").forEach((card, number) => {
      const [names, small] = about[number];
      card.children[0].textContent = names[Math.min(called, names.length - 1)];
      card.children[1].textContent = figures[number];
      card.children[2].textContent = small.replace(/{(\\d)}/g, (_, end) => ends[end]);
    });
  };
  place.querySelector(".name").textContent = label;
  slider.max = places.length - 1;
  // What somebody moves on while the page still follows is not taken back.
  const moving = place.dataset.told !== undefined && slider.value !== place.dataset.told;
  if (!moving) slider.value = at;
  place.dataset.told = slider.value;
  slider.oninput = () => show(Number(slider.value));
  slider.onchange = () => {
    place.dataset.told = slider.value;
    setStateValue("at", Number(slider.value));
  };
  show(Number(slider.value));
}
"""

_HTML = """
<div class="bakeoff-sliding">
  <label><span class="name"></span><output></output><input type="range" min="0" step="1"></label>
  <div class="figures" aria-live="polite">
    <div class="figure"><span></span><strong></strong><small></small></div>
    <div class="figure"><span></span><strong></strong><small></small></div>
    <div class="figure"><span></span><strong></strong><small></small></div>
  </div>
</div>
"""

_LOOK = """
.bakeoff-sliding { color: var(--st-text-color); font-family: var(--st-font); }
.bakeoff-sliding label { display: flex; flex-wrap: wrap; justify-content: space-between; font-size: 0.875rem; }
.bakeoff-sliding output { color: var(--st-primary-color); font-variant-numeric: tabular-nums; }
.bakeoff-sliding input {
  flex-basis: 100%; height: 4px; margin: 1rem 0 1.5rem; border-radius: 2px; appearance: none;
  background: linear-gradient(to right, var(--st-primary-color) var(--at), var(--st-border-color) var(--at));
}
.bakeoff-sliding input::-webkit-slider-thumb {
  width: 16px; height: 16px; border: 0; border-radius: 50%; appearance: none; background: var(--st-primary-color);
}
.bakeoff-sliding input::-moz-range-thumb {
  width: 16px; height: 16px; border: 0; border-radius: 50%; background: var(--st-primary-color);
}
.bakeoff-sliding .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(180px, 1fr)); gap: 1rem; }
.bakeoff-sliding .figure { display: grid; gap: 0.2rem; padding: 0.9rem 1rem; }
.bakeoff-sliding .figure { border: 1px solid var(--st-border-color); border-radius: var(--st-base-radius); }
.bakeoff-sliding .figure span { font-size: 0.875rem; }
.bakeoff-sliding .figure strong { font-size: 1.6rem; font-weight: 650; font-variant-numeric: tabular-nums; }
.bakeoff-sliding .figure small { opacity: 0.7; }
"""

_slider = st.components.v2.component("bakeoff_sliding", html=_HTML, css=_LOOK, js=_SLIDE, isolate_styles=False)


def slide(
    key: str,
    label: str,
    scale: tuple[float, float],
    about: Sequence[tuple[Sequence[str], str]],
    places: Sequence[Place],
) -> None:
    """Draw the slider and its three figures; where it stands is ``st.session_state[key]``, set before it is drawn.

    Parameters
    ----------
    scale : tuple of float
        The lowest place, and how far it is from one place to the next.
    about : sequence of tuple
        Of each figure the names that it may have, and the small line under it with gaps: ``"{0} found"``.
    places : sequence of tuple
        What stands at each place, the lowest first.
    """
    low, step = scale
    at = min(max(round((st.session_state[key] - low) / step), 0), len(places) - 1)
    given = {"label": label, "low": low, "step": step, "digits": 3, "at": at, "about": about, "places": places}
    _slider(key=f"{key}-slide", data=given, on_at_change=partial(_keep, key, low, step))


def _keep(key: str, low: float, step: float) -> None:
    """Keep where the slider was let go."""
    st.session_state[key] = low + st.session_state[f"{key}-slide"]["at"] * step
