"""Pieces that several pages are put together from: page frames, forms drawn from parameters, cards, the leaderboard."""

from dashboard.widgets.afterwards import afterwards
from dashboard.widgets.banners import at_work, title_of, who
from dashboard.widgets.cards import all_models, chosen_models, pick_models, recall_models
from dashboard.widgets.checks import show_checks
from dashboard.widgets.closer import look_closer
from dashboard.widgets.costs import costs
from dashboard.widgets.figures import card, show_chart
from dashboard.widgets.forecasts import forecasts
from dashboard.widgets.forms import pick_method, restore_fields, run_settings, settings_form
from dashboard.widgets.honest import against_honest, offer_both
from dashboard.widgets.leaderboard import leaderboard
from dashboard.widgets.line import watch_line
from dashboard.widgets.on_map import marked_rows, tell_marked
from dashboard.widgets.page import (
    empty,
    end,
    error_frame,
    header,
    none_finished,
    pick_run_models,
    provenance,
    ranking_metric,
    show_failure,
    state_badge,
    the_problem,
    the_run,
    the_table,
    waiting,
)
from dashboard.widgets.proof import proof
from dashboard.widgets.space import free_space, tell_freed

__all__ = [
    "afterwards",
    "against_honest",
    "all_models",
    "at_work",
    "card",
    "chosen_models",
    "costs",
    "empty",
    "end",
    "error_frame",
    "forecasts",
    "free_space",
    "header",
    "leaderboard",
    "look_closer",
    "marked_rows",
    "none_finished",
    "offer_both",
    "pick_method",
    "pick_models",
    "pick_run_models",
    "proof",
    "provenance",
    "ranking_metric",
    "recall_models",
    "restore_fields",
    "run_settings",
    "settings_form",
    "show_chart",
    "show_checks",
    "show_failure",
    "state_badge",
    "tell_freed",
    "tell_marked",
    "the_problem",
    "the_run",
    "the_table",
    "title_of",
    "waiting",
    "watch_line",
    "who",
]
