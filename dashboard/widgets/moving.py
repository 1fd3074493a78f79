"""A chart that is drawn again and again, and changes in place: no flicker, and what somebody has zoomed stays so.

Streamlit's own takes a figure that has changed for another one and draws it from nothing. This one hands it to the same
Plotly, which the server has from the installed package; see `dashboard.server.Library`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import plotly
import streamlit as st

UNDRAWN = "The chart cannot be drawn just now. It is tried again when something moves; or load the page again."

_DRAW = """
export default function ({ data, parentElement }) {
  const { figure, config, library, undrawn } = data;
  const place = parentElement.querySelector(".bakeoff-moving");
  place.setAttribute("aria-label", figure.layout.meta?.alt ?? "");
  place.style.height = `${figure.layout.height}px`;
  place.latest = figure; // while the library comes there may be a later one
  load(library)
    .then((Plotly) => {
      if (place.dataset.undrawn) place.replaceChildren();
      delete place.dataset.undrawn;
      return Plotly.react(place, place.latest.data, place.latest.layout, config);
    })
    .catch((error) => {
      console.error(error);
      window.Plotly?.purge(place);
      place.dataset.undrawn = "yes";
      place.textContent = undrawn;
    });
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

_chart = st.components.v2.component(
    "bakeoff_moving", html='<div class="bakeoff-moving" role="figure"></div>', js=_DRAW, isolate_styles=False
)


def moving_chart(figure: Mapping[str, Any], key: str, config: dict[str, Any]) -> None:
    """Draw a figure, as plain values, in the place of the one before it, as wide as its place."""
    library = f"bakeoff/plotly.js?{plotly.__version__}"
    given = {
        "figure": figure,
        "config": {**config, "responsive": True},
        "library": library,
        "undrawn": UNDRAWN,
    }
    with st.container(key=key):
        _chart(key=f"{key}-moving", data=given, height=figure["layout"]["height"])
