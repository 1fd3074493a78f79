"""Pieces of the page that decides: what mistakes cost, what comes of it, and a cut-off to try."""

from .amounts import MOST_CLASSES, ask_costs, ask_matrix
from .board import money_board
from .slider import try_cut_off
from .taking import take_home

__all__ = ["MOST_CLASSES", "ask_costs", "ask_matrix", "money_board", "take_home", "try_cut_off"]
