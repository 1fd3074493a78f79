"""What can be wrong with a source or with what is to be learned from it: one sentence each, for a person."""

from __future__ import annotations


class Unreadable(ValueError):  # noqa: N818, read as a sentence: "raises Unreadable"
    """A source that is no table; the text says what it looks like and what to do."""


class Unusable(ValueError):  # noqa: N818
    """A table, roles or a split that nothing can be learned from; the text says why and what to do."""
