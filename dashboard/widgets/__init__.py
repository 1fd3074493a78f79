"""Pieces that several pages are put together from: page frames, forms drawn from parameters, cards, the leaderboard."""

from dashboard.widgets.cards import chosen_models, pick_models, rough_time
from dashboard.widgets.figures import card, show_chart
from dashboard.widgets.forms import pick_method, run_settings, settings_form
from dashboard.widgets.leaderboard import leaderboard
from dashboard.widgets.page import (
    at_work,
    empty,
    error_frame,
    header,
    pick_run_models,
    provenance,
    show_failure,
    state_badge,
    the_problem,
    the_table,
    waiting,
)

__all__ = [
    "at_work",
    "card",
    "chosen_models",
    "empty",
    "error_frame",
    "header",
    "leaderboard",
    "pick_method",
    "pick_models",
    "pick_run_models",
    "provenance",
    "rough_time",
    "run_settings",
    "settings_form",
    "show_chart",
    "show_failure",
    "state_badge",
    "the_problem",
    "the_table",
    "waiting",
]
