"""The browser's line to the server: a page that broke when its line was cut comes back by itself.

What the server had sent when the line was cut is lost, and now and then what Streamlit sends after it does not fit what
the page has: then its script gives up and leaves it blank. The run goes on all the same, and the address names it.
"""

from __future__ import annotations

import streamlit as st

# One watch for the window, which outlives this element: what it is to notice takes the element away.
_WATCH = """
const LOOK = 500, BLANK = 4, AGAIN = 20_000; // milliseconds between looks; looks; milliseconds between two loads

export default function () {
  window.bakeoffLine ??= begin();
}

function begin() {
  let blank = 0;
  return setInterval(() => {
    blank = document.querySelector('[data-testid="stApp"]') ? 0 : blank + 1;
    const last = Number(sessionStorage.getItem("bakeoff-loaded"));
    if (blank < BLANK || Date.now() - last < AGAIN) return;
    sessionStorage.setItem("bakeoff-loaded", String(Date.now()));
    location.reload();
  }, LOOK);
}
"""

_watch = st.components.v2.component(
    "bakeoff_line", js=_WATCH, css=":has(> .st-key-line) { display: none; }", isolate_styles=False
)


def watch_line() -> None:
    """Have the browser load the page again where it is left blank; shows nothing."""
    with st.container(key="line"):
        _watch(key="line_watch")
