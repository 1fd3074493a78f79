"""Words that stand in an order which everybody knows: sizes, grades of agreement, days, months.

Takes the different texts of a column, gives them in their order.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

# lowest first; words between bars mean the same place
_SCALES = tuple(
    {word: place for place, meant in enumerate(scale.split(",")) for word in meant.strip().split("|")}
    for scale in (
        "none|no, very low|lowest|minimal, low|slight|minor, medium|moderate|mid|middle|normal|average, high|major,"
        " very high|highest|severe, extreme|critical",
        "xxs, xs, s, m, l, xl, xxl|2xl, xxxl|3xl",
        "tiny, small, medium|mid, large|big, very large|huge|extra large",
        "very bad|very poor|terrible|awful, bad|poor, fair|ok|okay|average|neutral|acceptable|passable,"
        " good|ideal, very good, excellent|best|outstanding",
        "fair, good, very good, premium, ideal",
        "never, rarely|seldom, sometimes|occasionally, often|frequently, always",
        "strongly disagree, disagree, neither agree nor disagree|neutral|undecided, agree, strongly agree",
        "very dissatisfied|very unsatisfied, dissatisfied|unsatisfied, neutral, satisfied, very satisfied",
        "very unlikely, unlikely, neutral|possible, likely, very likely",
        "low, middle|medium, high",
        "first, second, third, fourth, fifth, sixth",
        "beginner|novice, intermediate, advanced, expert",
        "junior, mid|middle, senior, lead|principal",
        "bronze, silver, gold, platinum, diamond",
        "young, middle-aged|middle aged|adult, old|senior|elderly",
        "monday|mon, tuesday|tue|tues, wednesday|wed, thursday|thu|thur|thurs, friday|fri, saturday|sat, sunday|sun",
        "montag|mo, dienstag|di, mittwoch|mi, donnerstag|do, freitag|fr, samstag|sonnabend|sa, sonntag|so",
        "lundi, mardi, mercredi, jeudi, vendredi, samedi, dimanche",
        "january|jan, february|feb, march|mar, april|apr, may, june|jun, july|jul, august|aug, september|sep|sept,"
        " october|oct, november|nov, december|dec",
        "januar|jan, februar|feb, märz|mär|mrz, april|apr, mai, juni|jun, juli|jul, august|aug, september|sep,"
        " oktober|okt, november|nov, dezember|dez",
        "sehr gering|sehr niedrig, gering|niedrig, mittel, hoch, sehr hoch",
        "klein, mittel, groß, sehr groß",
        "nie, selten, manchmal, oft|häufig, immer",
        "sehr schlecht, schlecht, mittel|mäßig, gut, sehr gut",
        "très faible, faible, moyen|moyenne, élevé|élevée|fort|forte, très élevé|très fort",
        "jamais, rarement, parfois, souvent, toujours",
    )
)
_RANGE = re.compile(r"[<>≤≥]?\s*(?P<number>\d{1,15})(\s*(-|–|to|bis|à)\s*\d+|\s*\+)?\D{0,8}")
_ANSWER = re.compile(r"(?P<number>\d{1,2})\s*[-–:.)=]\s*\D.*")
_SIDES = {"<": -0.5, "≤": -0.25, "≥": 0.25, ">": 0.5}
_LONGEST = 40  # letters of a word of a scale
_FEWEST = 3  # two words of a scale are two categories


def in_order(texts: Sequence[str]) -> list[str] | None:
    """Texts from the lowest to the highest; None where they stand in no order that is known.

    Texts that begin with different numbers, as in ``"1 - poor"`` or ``"18-25"``, stand in the order of these.
    """
    if max(map(len, texts), default=0) > _LONGEST:
        return None
    words = [" ".join(re.split(r"[\s_]+", text.strip().lower())) for text in texts]
    if len(set(words)) < max(_FEWEST, len(words)):
        return None
    for places in _SCALES:
        found = [places.get(word, -1) for word in words]
        if min(found) >= 0 and len(set(found)) == len(found):
            return [text for _, text in sorted(zip(found, texts, strict=True))]
    return _numbered(texts, words)


def _numbered(texts: Sequence[str], words: Sequence[str]) -> list[str] | None:
    """Ranges such as ``18-25``, ``<18`` and ``65+``, or numbered answers such as ``1 - poor``, by their numbers."""
    for pattern in (_RANGE, _ANSWER):
        found = [match for match in map(pattern.fullmatch, words) if match]
        plain = any(match.group() == match.group("number") for match in found)
        places = [int(match.group("number")) + _SIDES.get(match.group()[0], 0.0) for match in found]
        if len(found) == len(words) == len(set(places)) and not plain:
            return [text for _, text in sorted(zip(places, texts, strict=True))]
    return None
