"""What a row is called: sentences about rows, told of customers, patients or days.

Takes plain text, gives plain text. Knows no store.
"""

from __future__ import annotations

import re

ROW = "row"
LONGEST = 40  # letters of a noun
_NAMES = re.compile(r"(“[^”]*”|`[^`]*`)")  # names of columns, classes and files stay as they are
_ROW = re.compile(r"\b([Rr])ow(s?)\b")
_ODD = {"woman": "women", "man": "men", "child": "children", "person": "people"}
_SIBILANT = re.compile(r"(s|x|z|ch|sh)$")


def plural(noun: str) -> str:
    """Several of what is named by one: ``customers``, ``companies``; ``child/children`` names both."""
    one, _, many = noun.partition("/")
    if many.strip():
        return many.strip()
    if one.lower() in _ODD:
        return one[0] + _ODD[one.lower()][1:]
    if re.search(r"[^aeiou]y$", one):
        return f"{one[:-1]}ies"
    return f"{one}es" if _SIBILANT.search(one) else f"{one}s"


def renamed(text: str, noun: str) -> str:
    """A sentence with its rows called by the noun; names between quotes stay as they are.

    Parameters
    ----------
    text : str
    noun : str
        What one row is, e.g. ``customer`` or ``child/children``; empty for a row.
    """
    noun = " ".join(noun.split())[:LONGEST]
    if not noun or noun == ROW:
        return text
    one, many = noun.partition("/")[0].strip(), plural(noun)

    def turned(match: re.Match[str]) -> str:
        found = many if match[2] else one
        return found[:1].upper() + found[1:] if match[1] == "R" else found

    parts = _NAMES.split(text)
    return "".join(part if place % 2 else _ROW.sub(turned, part) for place, part in enumerate(parts))
