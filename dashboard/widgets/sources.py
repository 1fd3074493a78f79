"""Where a table comes from: the catalogue, the folder of tables, or a file that is handed over."""

from __future__ import annotations

import streamlit as st

from core import jobs
from core.data import DATASETS, FORMATS, PLACES, Format
from core.data.databases import is_server
from core.records import Table
from dashboard import offered, receiving, session, uploads, words
from dashboard.widgets.forms import changed, settings_form

_PATIENCE = 10.0  # seconds after which the page goes on with the rows that it has


def pick() -> None:
    """Draw the choice among everything there is, and the settings of a generated table."""
    known = offered.sources()
    source = session.source()
    plain = source.partition("?")[0]  # how a file is to be read is chosen further down
    name = source if source in known else plain if plain in known else source.partition(":")[0]
    if name not in known:
        known[source] = (source, "")
        name = source
    st.session_state["data_set"] = name
    st.selectbox("Data set", list(known), format_func=lambda each: known[each][0], key="data_set", on_change=_picked)
    st.caption(words.sentence(known[name][1]))
    if not offered.strange(source) and is_server(source, session.store().tables):
        st.button("Read again", key="read_anew", on_click=_read_again, help="The table may have changed since.")
    if name in DATASETS and DATASETS[name].params:
        with st.expander("Settings of this table", icon=":material/tune:"), st.form("generated", border=False):
            settings_form(DATASETS[name].params, f"make-{name}")
            st.form_submit_button("Make this table", on_click=_made, args=(name,))
    places = [f"{each.title}: `{each.example}`" for each in PLACES.values()]
    st.text_input(
        "From elsewhere, by name",
        key="elsewhere",
        placeholder=" or ".join(each.example for each in PLACES.values()),
        help=f"{', '.join(places)}. Fetched once, then kept in the data folder.",
        on_change=_named,
    )


def _named() -> None:
    name = st.session_state["elsewhere"].strip()
    if name:
        session.choose_source(name)
    st.session_state["elsewhere"] = ""


def _picked() -> None:
    session.choose_source(st.session_state["data_set"])


def _read_again() -> None:
    """Have the chosen table read anew: nobody here sees that of a server change."""
    asked = jobs.request_table(session.store(), session.source(), again=True)
    if not isinstance(asked, Table):
        jobs.wait_for(session.store(), asked.key, _PATIENCE)


def _made(name: str) -> None:
    given = ",".join(f"{key}={value!r}" for key, value in changed(DATASETS[name].params, f"make-{name}").items())
    session.choose_source(f"{name}:{given}" if given else name)


def upload() -> None:
    """Draw the place where a file is handed over. It is kept on disk at once and not in the session."""
    count = st.session_state.get("uploads", 0)
    st.file_uploader(
        "Your table",
        key=f"upload-{count}",
        on_change=_uploaded,
        args=(count,),
        help="\n".join(f"- {_suffixes(each)}: {words.escape(each.about)}" for each in FORMATS.values()),
    )
    kinds = list(dict.fromkeys(each.title for each in FORMATS.values()))
    st.caption(f"{', '.join(kinds[:-1])} or {kinds[-1]}, also packed (gz, bz2, xz, ZIP). It stays on this machine.")
    trouble = st.session_state.pop("upload_trouble", "")
    if trouble:
        st.error(words.escape(trouble), icon=":material/error:", title="The file could not be kept")


def _suffixes(kind: Format) -> str:
    return ", ".join(f"`.{each}`" for each in kind.suffixes)


def _uploaded(count: int) -> None:
    """Take in what the uploader of this number has; called once more where a run of the page is cut short meanwhile."""
    file = st.session_state.get(f"upload-{count}")
    if file is None or st.session_state.get("uploads", 0) > count:
        return
    st.session_state["uploads"] = count + 1  # a new uploader lets go of the old file
    folder = session.store().tables
    try:
        if came := receiving.arrived(file.getvalue(), folder):
            session.choose_source(uploads.keep(folder, file.name, came))
    except OSError as error:
        told = f"{file.name} could not be written to the data folder: {error.strerror}"
        st.session_state["upload_trouble"] = f"{told.rstrip('.')}."
