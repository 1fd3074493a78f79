"""The charts there are, in the order of the screen: those of models, then those of tables."""

from __future__ import annotations

from . import of_models, of_tables

ENTRIES = (*of_models.ENTRIES, *of_tables.ENTRIES)
