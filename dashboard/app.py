"""VIEWS: the sitemap, and what all views share. Started by ``streamlit run dashboard/app.py``.

One file for two readers: the server finds `app` in it, and Streamlit runs it again as the script of every page.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from dashboard import naming, session, widgets
from dashboard.server import lifespan, middleware

STATIC = Path(__file__).parent / "static"


@dataclass(frozen=True)
class View:
    """A page: a file in ``views/``, how it is called in the navigation, and under which heading it stands there."""

    file: str
    title: str
    icon: str
    about: str
    section: str = ""

    def page(self, *, default: bool) -> st.Page:
        """The page as Streamlit wants it."""
        return st.Page(
            f"views/{self.file}.py", title=self.title, icon=f":material/{self.icon}:", help=self.about, default=default
        )


TRUE, WHERE, ACT, MORE = "Is it true?", "Why and where", "What to do", "More"

VIEWS = (
    View("data", "Data", "table_chart", "Choose or upload a table, and say what is to be predicted."),
    View("compare", "Compare", "leaderboard", "Choose models, train them on the same folds, see which one is best."),
    View("better", "Is it better?", "balance", "Whether a model is better than another, or only lucky.", TRUE),
    View("proof", "Proof", "fact_check", "Does it hold: sealed rows, more rows, other divisions, luck.", TRUE),
    View("look_closer", "Look closer", "troubleshoot", "Where a model errs, what it relies on, how it learned.", WHERE),
    View("for_whom", "For whom", "diversity_3", "How well it does for whom, and where it errs most.", WHERE),
    View("map", "Map", "scatter_plot", "All rows on one picture: what is alike lies close together.", WHERE),
    View("decide", "Decide", "payments", "What mistakes cost, and from which cut-off on to act.", ACT),
    View("how_sure", "How sure", "rule", "Sets and intervals that hold the truth as often as you ask for.", ACT),
    View("invented", "Invented data", "science", "Rows that a network invents, and what models learn from them.", MORE),
    View("runs", "Runs", "history", "Earlier comparisons: open, repeat or delete them.", MORE),
)


def sitemap() -> dict[str, list[st.Page]]:
    """The pages under their headings, those without one first."""
    pages: dict[str, list[st.Page]] = {}
    for view in VIEWS:
        pages.setdefault(view.section, []).append(view.page(default=view is VIEWS[0]))
    return pages


def show() -> None:
    """Draw the page that the address names, within the one frame for errors."""
    st.set_page_config(page_title="Bakeoff", page_icon=str(STATIC / "favicon.png"), layout="wide")
    st.logo(str(STATIC / "favicon.png"), size="large")
    page = st.navigation(sitemap(), position="top")
    with widgets.error_frame():
        session.keep_address()
        naming.take_over()
        widgets.who()
        widgets.watch_line(widgets.restore_fields)
        widgets.at_work(page.title)
        page.run()


if st.runtime.exists():
    show()
else:
    app = st.App(__file__, lifespan=lifespan, middleware=middleware, on_script_error=widgets.show_failure)
