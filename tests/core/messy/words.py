"""Words: yes and no in several languages, blanks, letters of all kinds, prose, cells that are no table (C10 to C17)."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from random import Random

from tests.core.messy import stock
from tests.core.messy.truth import AS_TEXT, CONSTANT, FLAG, NUMBER, WORDS, YES_NO, Case, Col, Sample
from tests.core.messy.writing import (
    SEMICOLON,
    TAB,
    lines,
    sample,
    within,
    written,
)

Special = Callable[[Random, int], Col]
PROSE = frozenset({"text"})


def answers(yes: tuple[str, ...], no: tuple[str, ...], kinds: frozenset[str] = YES_NO, gap: float = 0.0) -> Special:
    """Yes and no in these words; several words for one of them fall together only where that is told."""

    def special(rng: Random, rows: int) -> Col:
        known = tuple(None if rng.random() < gap else rng.random() < 0.6 for _ in range(rows))
        known = (*((True,) * len(yes)), *((False,) * len(no)), *known[len(yes) + len(no) :])
        raw = [rng.choice(yes) if value else rng.choice(no) if value is not None else "" for value in known]
        raw[: len(yes) + len(no)] = [*yes, *no]
        made = Col("member", known, kinds, tuple(raw))
        if len(yes) + len(no) == 2:
            return made if kinds == YES_NO else made.or_verbatim(free=True)
        return made.told("spelling").or_verbatim("spelling", *AS_TEXT)

    return special


def words(name: str, *choices: str, kinds: frozenset[str] = WORDS) -> Special:
    """Words that have to stay as they are."""

    def special(rng: Random, rows: int) -> Col:
        raw = (*choices, *(rng.choice(choices) for _ in range(rows - len(choices))))
        return Col(name, raw, kinds, raw)

    return special


def ticked(rng: Random, rows: int) -> Col:
    """A cross where something is so, and nothing where it is not."""
    raw = tuple(rng.choice(("x", "")) for _ in range(rows))
    kinds = WORDS | CONSTANT | YES_NO
    return Col("present", tuple(text or None for text in raw), kinds, raw).or_as(map(bool, raw), YES_NO, "spelling")


def padded(rng: Random, rows: int) -> Col:
    """Words with blanks around them."""
    values = tuple(rng.choice(stock.CITIES) for _ in range(rows))
    raw = tuple(rng.choice(("{}", " {}", "{}  ", "\u00a0{}")).format(value) for value in values)
    return Col("city", values, WORDS, raw).or_as(raw, WORDS, free=True)


def padded_numbers(rng: Random, rows: int) -> Col:
    """Numbers with blanks around them."""
    values = tuple(rng.randint(1, 900) for _ in range(rows))
    raw = tuple(rng.choice(("{}", " {}", "{} ", "   {}")).format(value) for value in values)
    return Col("sold", values, NUMBER, raw)


def spelled(name: str, *choices: str) -> Special:
    """Different spellings of the same: as they stand, since nobody knows that they mean the same."""
    return words(name, *choices)


def two_forms(rng: Random, rows: int) -> Col:
    """The same letters, composed and decomposed."""
    forms = ("NFC", "NFD")
    raw = tuple(
        unicodedata.normalize(rng.choice(forms), rng.choice(("Köln", "Zürich", "Besançon"))) for _ in range(rows)
    )
    return Col("city", raw, WORDS, raw)


def prose(rng: Random, rows: int) -> Col:
    """Sentences, a different one in each row."""
    parts = ("The delivery came late", "I would buy it again", "the box was broken", "nobody answered the phone")
    raw = tuple(", ".join(rng.sample(parts, 3)) + f" (call {row}, {rng.randrange(9_999)})." for row in range(rows))
    return Col("comment", raw, PROSE, raw)


def names_of_rows(rng: Random, rows: int) -> Col:
    """A different name in each row."""
    raw = tuple(f"{stock.person(rng)} {rng.randrange(10**6):06}-{row}" for row in range(rows))
    return Col("member", raw, frozenset({"identifier", "text"}), raw)


def uuids(rng: Random, rows: int) -> Col:
    """A long hexadecimal number in each row."""
    raw = tuple(f"{rng.getrandbits(32):08x}-{rng.getrandbits(16):04x}-4{rng.getrandbits(12):03x}" for _ in range(rows))
    return Col("uuid", raw, frozenset({"identifier"}), raw)


def doubled_rows(rng: Random) -> Sample:
    """Every fifth row stands twice: both stay."""
    columns = written(stock.patients(rng))
    rows = [row for row in range(len(columns[0].values)) for _ in range(2 if row % 5 == 0 else 1)]
    columns = [replace(c, values=tuple(c.values[r] for r in rows), raw=tuple(c.raw[r] for r in rows)) for c in columns]
    return sample(columns, lines(columns))


def blanks_behind_commas(rng: Random) -> Sample:
    """A blank behind every comma, also before quotes."""
    columns = written(stock.any_of(rng))
    notes = tuple(rng.choice(("late, again", "fine", "one, two")) for _ in columns[0].values)
    columns = [*columns, Col("note", notes, WORDS, notes)]
    shown = [", ".join(f'"{text}"' if "," in text else text for text in row)
             for row in [[c.name for c in columns], *zip(*(c.raw for c in columns), strict=True)]]  # fmt: skip
    return sample(columns, shown)


def many_words(rng: Random) -> Sample:
    """Twenty thousand different words."""
    rows = 20_000
    raw = tuple(f"product {rng.randrange(10**9)}" for _ in range(rows))
    columns = [Col("product", raw, WORDS, raw), stock.many("sold", rows, lambda: rng.randint(1, 90))]
    columns = written(columns)
    return sample(columns, lines(columns))


CASES = (
    Case("yes, no", "C10", within(answers(("yes",), ("no",)))),
    Case("Yes, No with gaps", "C10", within(answers(("Yes",), ("No",), gap=0.1))),
    Case("TRUE, FALSE", "C10", within(answers(("TRUE",), ("FALSE",)))),
    Case("True, False with gaps", "C10", within(answers(("True",), ("False",), gap=0.1))),
    Case("Y, N", "C10", within(answers(("Y",), ("N",)))),
    Case("T, F", "C10", within(answers(("T",), ("F",)))),
    Case("1, 0", "C10", within(answers(("1",), ("0",), FLAG))),
    Case("1, 0 with gaps", "C10", within(answers(("1",), ("0",), FLAG, gap=0.1))),
    Case("ja, nein", "C10", within(answers(("ja",), ("nein",)), SEMICOLON)),
    Case("J, N", "C10", within(answers(("J",), ("N",)), SEMICOLON)),
    Case("wahr, falsch", "C10", within(answers(("WAHR",), ("FALSCH",)), SEMICOLON)),
    Case("oui, non", "C10", within(answers(("oui",), ("non",)), SEMICOLON)),
    Case("vrai, faux", "C10", within(answers(("vrai",), ("faux",)), SEMICOLON)),
    Case("sí, no", "C10", within(answers(("sí",), ("no",)))),
    Case("sim, não", "C10", within(answers(("sim",), ("não",)))),
    Case("tak, nie", "C10", within(answers(("tak",), ("nie",), YES_NO | WORDS))),
    Case("yes and no in several spellings", "C10", within(answers(("yes", "Yes", "Y"), ("no", "No", "N")))),
    Case("TRUE, true, 1", "C10", within(answers(("TRUE", "true", "1"), ("FALSE", "false", "0")))),
    Case("yes, TRUE, 1", "C10", within(answers(("yes", "TRUE", "1"), ("no", "FALSE", "0")))),
    Case("ja, Ja, JA", "C10", within(answers(("ja", "Ja", "JA"), ("nein", "Nein", "NEIN")), SEMICOLON)),
    Case("ja, nein, unbekannt", "C10", within(words("married", "ja", "nein", "unbekannt"), SEMICOLON)),
    Case("yes, no, maybe", "C10", within(words("answer", "yes", "no", "maybe"))),
    Case("a cross or nothing", "C10", within(ticked)),
    Case("M, F", "C10", within(words("sex", "M", "F"))),
    Case("blanks around words", "C12", within(padded)),
    Case("blanks around numbers", "C12", within(padded_numbers)),
    Case("blanks behind commas", "C12", blanks_behind_commas),
    Case("capitals and small letters", "C12", within(spelled("city", "Köln", "köln", "KÖLN", "Ulm", "ulm"))),
    Case("with and without accents", "C12", within(spelled("city", "Zürich", "Zurich", "Zuerich", "Genève", "Geneve"))),
    Case("two blanks within words", "C12", within(words("city", "New York", "New  York", "Los Angeles"))),
    Case("marks of markup", "C12", within(words("label", "<b>bold</b>", "a &amp; b", "$x^2$", "[link](x)"))),
    Case("formulas", "C12", within(words("entry", "=1+1", "@SUM(A1)", "+cmd", "-2+3"))),
    Case("addresses of the web", "C14", within(words("page", "https://a.org/x?y=1&z=2", "http://b.de/#c", "a.org"))),
    Case("JSON in cells", "C14", within(words("extra", '{"a": 1}', '{"a": 2, "b": [1, 2]}', "{}"), TAB)),
    Case("lists in cells", "C14", within(words("tags", "[1, 2]", "['a', 'b']", "[]"))),
    Case("prose", "C14", within(prose)),
    Case("a different name in each row", "C13", within(names_of_rows)),
    Case("a different code in each row", "C13", within(uuids)),
    Case("twenty thousand words", "C13", many_words),
    Case("rows that stand twice", "C15", doubled_rows),
    Case("emoji", "C17", within(words("mood", "😀", "😢", "👩‍🔬", "👍🏽", "🇩🇪"))),
    Case("letters from right to left", "C17", within(words("city", "القاهرة", "تل أبيب", "חיפה", "Ulm"))),
    Case("Chinese, Thai and Devanagari", "C17", within(words("city", "北京", "กรุงเทพ", "दिल्ली", "서울"))),
    Case("composed and decomposed letters", "C17", within(two_forms)),
    Case("letters without width", "C17", within(words("code", "a\u200bb", "ab", "a\u00adb"))),
)
