"""The browser's line to the server: a page whose line was cut comes back by itself, as it was.

What the server had sent when the line was cut is lost. A field whose message is lost is forgotten by the browser, and
drawn again as if nobody had touched it; and now and then what Streamlit sends next does not fit what the page has: then
its script gives up and leaves it blank. The run goes on all the same, and the address names it.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

# One watch for the window, which outlives this element: what it is to notice takes the element away.
_WATCH = """
const LOOK = 500, BLANK = 4, AGAIN = 20_000; // milliseconds between looks; looks; milliseconds between two loads
const CALM = 400; // milliseconds: what was sent over the lost line is sent again, and drawn first
const STATES = ["data-test-connection-state", "data-test-script-state"];

export default function ({ setTriggerValue }) {
  window.bakeoffLine ??= begin();
  window.bakeoffLine.tell = () => setTriggerValue("back", true);
}

function begin() {
  const line = { timer: setInterval(look, LOOK) };
  let blank = 0, lost = false, calm;

  function look() {
    blank = page() ? 0 : blank + 1;
    const last = Number(sessionStorage.getItem("bakeoff-loaded"));
    if (blank < BLANK || Date.now() - last < AGAIN) return;
    sessionStorage.setItem("bakeoff-loaded", String(Date.now()));
    location.reload();
  }

  function tell() {
    lost = false;
    line.tell();
  }

  new MutationObserver(() => {
    const [connection, script] = STATES.map((state) => page()?.getAttribute(state));
    lost ||= connection !== "CONNECTED";
    clearTimeout(calm);
    if (lost && connection === "CONNECTED" && script === "notRunning") calm = setTimeout(tell, CALM);
  }).observe(document.body, { subtree: true, attributeFilter: STATES });
  return line;
}

function page() {
  return document.querySelector('[data-testid="stApp"]');
}
"""

_watch = st.components.v2.component(
    "bakeoff_line", js=_WATCH, css=":has(> .st-key-line) { display: none; }", isolate_styles=False
)


def watch_line(back: Callable[[], None]) -> None:
    """Have the browser tell of a line that is back, and load a page that is left blank again; shows nothing.

    Parameters
    ----------
    back : callable
        Called before the page is drawn anew after its line was cut.
    """
    with st.container(key="line"):
        _watch(key="line_watch", on_back_change=back)
