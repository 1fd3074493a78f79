"""Proof: does what a model promises hold? Sealed rows, more rows, other divisions of the rows, and luck."""

from __future__ import annotations

from core import jobs
from dashboard import session, widgets

# ---- selection

run = widgets.the_run("Proof", "Does it hold?", "fact_check", "to put its models to the proof")

# ---- reading

result = session.comparison(run)
metric = widgets.ranking_metric(run, result)
widgets.header("Proof", widgets.provenance(run, result))

# ---- nothing to show yet

if not jobs.ended(run):
    widgets.empty(
        "hourglass_top", "The comparison goes on", "What a model promises can be put to the proof once all are through."
    ).page_link("views/compare.py", label="To the leaderboard", icon=":material/leaderboard:")
    widgets.end()

# ---- showing

widgets.proof(run, result, metric)
