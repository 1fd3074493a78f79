"""A chart that is drawn again and again, and changes in place: no flicker, and what somebody has zoomed stays so.

Streamlit's own takes a figure that has changed for another one and draws it from nothing. This one hands it to the same
Plotly, which the server has from the installed package; see `dashboard.server.Library`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import plotly
import streamlit as st

UNDRAWN = "The chart cannot be drawn just now. It is tried again when something moves; or load the page again."

_DRAW = """
export default function ({ data, parentElement, setStateValue }) {
  const { figure, config, library, undrawn, clicks } = data;
  const place = parentElement.querySelector(".bakeoff-moving");
  place.tell = (points) => setStateValue("points", points);
  place.setAttribute("aria-label", figure.layout.meta?.alt ?? "");
  place.style.height = `${figure.layout.height}px`;
  place.latest = figure; // while the library comes there may be a later one
  if (figure.layout.meta?.awaited && !window.Plotly) return say(place, figure.layout.meta.awaited);
  load(library)
    .then((Plotly) => {
      if (place.dataset.undrawn) place.replaceChildren();
      delete place.dataset.undrawn;
      return Plotly.react(place, marked(place), place.latest.layout, config);
    })
    .then(() => clicks && hear(place))
    .catch((error) => {
      console.error(error);
      window.Plotly?.purge(place);
      delete place.dataset.heard;
      say(place, undrawn);
    });
}

// Words in the place of a figure. Where there is nothing to see yet they are all: the library, which keeps a small
// machine busy for seconds, comes with the first point.
function say(place, words) {
  place.dataset.undrawn = "yes";
  place.textContent = words;
}

// What is clicked on stays marked when the figure changes, until it is clicked on again.
function hear(place) {
  if (place.dataset.heard) return;
  place.dataset.heard = "yes";
  place.on("plotly_click", ({ points: [{ curveNumber, pointNumber, customdata }] }) => {
    const again = place.chosen?.curveNumber === curveNumber && place.chosen.pointNumber === pointNumber;
    place.chosen = again ? undefined : { curveNumber, pointNumber };
    window.Plotly.react(place, marked(place), place.latest.layout);
    place.tell(again ? [] : [{ customdata, point_index: pointNumber }]);
  });
}

function marked({ latest, chosen }) {
  if (!chosen) return latest.data;
  const { curveNumber, pointNumber } = chosen;
  return latest.data.map((each, at) => (at === curveNumber ? { ...each, selectedpoints: [pointNumber] } : each));
}

// A server that is away for a moment costs no more than that: what did not come is asked for anew.
function load(library) {
  window.bakeoffPlotly ??= new Promise((done, failed) => {
    const script = document.createElement("script");
    const lost = () => {
      delete window.bakeoffPlotly;
      script.remove();
      failed(new Error(`${script.src} could not be loaded`));
    };
    script.src = new URL(library, document.baseURI);
    script.onload = () => (window.Plotly ? done(window.Plotly) : lost());
    script.onerror = lost;
    document.head.append(script);
  });
  return window.bakeoffPlotly;
}
"""

_LOOK = """
.bakeoff-moving[data-undrawn] {
  display: grid;
  place-items: center;
  opacity: 0.7;
}
"""

_chart = st.components.v2.component(
    "bakeoff_moving",
    html='<div class="bakeoff-moving" role="figure"></div>',
    css=_LOOK,
    js=_DRAW,
    isolate_styles=False,
)


def moving_chart(
    figure: Mapping[str, Any], key: str, config: dict[str, Any], *, clicks: bool = False
) -> list[dict[str, Any]]:
    """Draw a figure, as plain values, in the place of the one before it, as wide as its place.

    Parameters
    ----------
    clicks : bool
        Whether points can be marked by a click.

    Returns
    -------
    list of dict
        The point that is marked, with its ``customdata``, as Streamlit's own chart tells it; empty where none is.
    """
    library = f"bakeoff/plotly.js?{plotly.__version__}"
    given = {
        "figure": figure,
        "config": {**config, "responsive": True},
        "library": library,
        "undrawn": UNDRAWN,
        "clicks": clicks,
    }
    heard: dict[str, Any] = {"on_points_change": partial(_keep_points, key)} if clicks else {}
    with st.container(key=key):
        _chart(key=f"{key}-moving", data=given, height=figure["layout"]["height"], **heard)
    return list(st.session_state.get(key, {}).get("selection", {}).get("points", ())) if clicks else []


def _keep_points(key: str) -> None:
    """Keep what was clicked on as Streamlit's own chart would."""
    told = st.session_state[f"{key}-moving"]
    st.session_state[key] = {"selection": {"points": list(told.get("points") or ())}}
