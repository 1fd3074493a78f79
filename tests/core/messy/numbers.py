"""Numbers as people write them: with text among them, with signs, too large, not finite (C1, C5 to C7, C9)."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from tests.core.messy import stock
from tests.core.messy.truth import AS_TEXT, ID, NUMBER, WORDS, Case, Col, Sample
from tests.core.messy.writing import COMMA, GERMAN, SEMICOLON, TAB, Dialect, lines, sample, written
from tests.core.messy.writing import within as beside

Special = Callable[[Random, int], Col]
SIGN = ("sign", "decimal")


def measured(rng: Random, rows: int, digits: int = 1) -> tuple[float, ...]:
    """Numbers, nearly all of them different."""
    return tuple(round(rng.uniform(0.5, 480), digits) for _ in range(rows))


def sprinkled(rng: Random, rows: int, share: float, texts: tuple[str, ...]) -> dict[int, str]:
    """Rows that hold text instead: each text at least once, not in the first ten rows."""
    count = max(len(texts), round(share * rows)) if rows > 60 else 1
    places = rng.sample(range(10, rows), count)
    return {place: texts[number % len(texts)] for number, place in enumerate(places)}


def dotted(share: float, *texts: str, rules: tuple[str, ...] = ("not_a_number",)) -> Special:
    """A column of numbers in which a share of the cells is text."""

    def special(rng: Random, rows: int) -> Col:
        values = measured(rng, rows)
        words = sprinkled(rng, rows, share, texts)
        raw = tuple(words.get(row, f"{value:.1f}") for row, value in enumerate(values))
        known = tuple(None if row in words else value for row, value in enumerate(values))
        told = Col("weight", known, NUMBER, raw).told(*rules, count=len(words) if len(texts) == 1 else None)
        return told.or_verbatim()

    return special


def half_text(rng: Random, rows: int) -> Col:
    """A column of which a third is text: nothing but text will do."""
    values = measured(rng, rows)
    raw = tuple(f"{value:.1f}" if rng.random() < 0.66 else rng.choice(("low", "high", "none")) for value in values)
    return Col("level", raw, WORDS, raw).told(*AS_TEXT, "not_a_number")


def signed(
    form: Callable[[float], str], *rules: str, scale: float = 1.0, digits: int = 2, low: float = 1, high: float = 9_999
) -> Special:
    """Numbers in a form of writing, as numbers or, if that is told, as text."""

    def special(rng: Random, rows: int) -> Col:
        values = tuple(round(rng.uniform(low, high), digits) for _ in range(rows))
        made = Col("amount", values, NUMBER, tuple(map(form, values)), digits)
        made = made.told(*rules) if rules else made
        if scale != 1:
            made = made.or_as((value * scale for value in values), NUMBER, *rules)
        return made.or_verbatim(*AS_TEXT, *rules)

    return special


def _german(value: float) -> str:
    return f"{value:,.2f}".translate(str.maketrans(",.", ".,"))


def brackets(value: float) -> str:
    """Bookkeepers' way with what is below zero."""
    return f"({-value:,.2f})" if value < 0 else f"{value:,.2f}"


def behind(value: float) -> str:
    """A minus behind the number, as some bookkeeping programs print it."""
    return f"{-value:.2f}-" if value < 0 else f"{value:.2f}"


def plainly(form: Callable[[float], str], values: Callable[[Random], float]) -> Special:
    """Numbers in a form that any program reads: they have to come out."""

    def special(rng: Random, rows: int) -> Col:
        raw = tuple(form(values(rng)) for _ in range(rows))
        return Col("value", tuple(float(text) for text in raw), NUMBER, raw)

    return special


def half_written(rng: Random, rows: int) -> Col:
    """Decimals without a leading zero or without a digit behind the point."""
    raw = tuple(
        rng.choice((f".{rng.randint(1, 99)}", f"{rng.randint(1, 99)}.", f"{rng.randint(1, 99)}.5")) for _ in range(rows)
    )
    return Col("ratio", tuple(float(text) for text in raw), NUMBER, raw)


def infinite(*words: str) -> Special:
    """Numbers among which some have no end; in the table they are missing, and told."""

    def special(rng: Random, rows: int) -> Col:
        values = measured(rng, rows)
        places = sprinkled(rng, rows, 0.03, words)
        raw = tuple(places.get(row, f"{value:.1f}") for row, value in enumerate(values))
        known = tuple(None if row in places else value for row, value in enumerate(values))
        return Col("speed", known, NUMBER, raw).told("infinite", "not_a_number", count=len(places)).or_verbatim()

    return special


def currencies(rng: Random, rows: int) -> Col:
    """Two currencies in one column: no number alone says what it is."""
    raw = tuple(f"{rng.choice('€$')} {rng.uniform(1, 900):.2f}" for _ in range(rows))
    return Col("cost", raw, WORDS, raw)


# ---- codes that look like numbers ----------------------------------------------------------------------------------


def codes(name: str, draw: Callable[[Random], str], first: str = "") -> Special:
    """Texts of digits that are no numbers: each of them as it stands."""

    def special(rng: Random, rows: int) -> Col:
        raw = (first or draw(rng), *(draw(rng) for _ in range(rows - 1)))
        return Col(name, raw, WORDS, raw)

    return special


def late_zero(rng: Random) -> Sample:
    """Postcodes of which the first with a leading zero stands far down."""
    rows = 2_500
    raw = (
        *(f"{rng.randint(10_000, 99_999)}" for _ in range(rows - 20)),
        *(f"0{rng.randint(1_000, 9_999)}" for _ in range(20)),
    )
    columns = written([stock.many("city", rows, lambda: rng.choice(stock.CITIES), WORDS)])
    columns = [*columns, Col("postcode", raw, WORDS, raw)]
    return sample(columns, lines(columns))


def long_numbers(low: int, high: int) -> Special:
    """Whole numbers that a float cannot hold: each digit counts."""

    def special(rng: Random, rows: int) -> Col:
        values = tuple(rng.randint(low, high) | 1 for _ in range(rows))
        return Col("account", values, ID, tuple(map(str, values)))

    return special


def long_with_gaps(rng: Random, rows: int) -> Col:
    """Numbers beyond 2^53 with gaps, which would make floats of them."""
    values = tuple(None if row % 9 == 4 else rng.randint(2**55, 2**56) | 1 for row in range(rows))
    return Col("tweet", values, ID, tuple("" if value is None else str(value) for value in values))


def in_thousandths(rng: Random, rows: int) -> Col:
    """Three decimals each, 1.234: a point before decimals, as the other columns show."""
    values = tuple(round(rng.uniform(1, 9), 3) for _ in range(rows))
    return Col("mass", values, NUMBER, tuple(f"{value:.3f}" for value in values))


def _sequence(rng: Random) -> str:
    return f"{rng.randint(1, 99):02}{rng.choice('ABCEF')}{rng.randint(1, 9)}"


def _phone(rng: Random) -> str:
    return f"0{rng.randint(30, 999)}{rng.randint(10**5, 10**7)}"


def _version(rng: Random) -> str:
    return f"{rng.randint(1, 3)}.{rng.randint(0, 20)}" + f".{rng.randint(0, 9)}" * (rng.random() < 0.4)


def _host(rng: Random) -> str:
    return f"10.0.{rng.randint(0, 9)}.{rng.randint(1, 254)}"


def _gene(rng: Random) -> str:
    return f"{rng.choice(('MARCH', 'SEPT', 'DEC'))}{rng.randint(1, 9)}"


def units(rng: Random, rows: int) -> Col:
    """A unit behind every number: words, as nobody promised to take them off."""
    values = measured(rng, rows)
    made = Col("weight", values, NUMBER, tuple(f"{value:.1f} kg" for value in values)).told(*SIGN)
    return made.or_verbatim(free=True)


def units_everywhere(dialect: Dialect) -> Callable[[Random], Sample]:
    """A unit behind every number of every column, and in some of the names."""

    def make(rng: Random) -> Sample:
        rows = stock.rows_of(rng)
        columns = []
        for name, unit in (("Weight (kg)", " kg"), ("Height [cm]", "cm"), ("T", " °C"), ("speed", " km/h")):
            values = measured(rng, rows)
            made = Col(name, values, NUMBER, tuple(f"{value:.1f}{unit}" for value in values)).told(*SIGN)
            columns.append(made.or_verbatim(free=True))
        return sample(columns, lines(columns, dialect), dialect)

    return make


def lettered(rng: Random, rows: int, before: str = "") -> Col:
    """Thousands and millions with a letter for the naughts, smaller numbers without."""
    written_as = [
        (rng.randint(100, 999) / 10, *rng.choice((("K", 1_000), ("M", 1_000_000), ("", 1)))) for _ in range(rows)
    ]
    values = tuple(round(number * scale, 1) for number, _, scale in written_as)
    raw = tuple(f"{before}{number}{letter}" for number, letter, _ in written_as)
    return Col("worth", values, NUMBER, raw, 1).told("sign").or_verbatim(free=True)


def lettered_euros(rng: Random, rows: int) -> Col:
    """The same with the sign of a currency."""
    return lettered(rng, rows, "€")


def now_and_then(rng: Random, rows: int) -> Col:
    """Prices with a dollar before most of them."""
    values = measured(rng, rows, 2)
    raw = tuple(f"{'$' * (rng.random() < 0.7)}{value:.2f}" for value in values)
    return Col("price", values, NUMBER, raw).told("sign").or_verbatim(free=True)


def in_brackets(value: float) -> str:
    """Dollars as bookkeepers write them."""
    return f"(${-value:,.2f})" if value < 0 else f"${value:,.2f}"


def lakhs(value: float) -> str:
    """Groups of two digits above a thousand, as in India: 12,34,567."""
    whole = str(int(value))
    head, tail = whole[:-3], whole[-3:]
    groups = [head[max(0, end - 2) : end] for end in range(len(head), 0, -2)][::-1]
    return ",".join([*groups, tail])


def _small(rng: Random) -> float:
    return rng.uniform(-1, 1) * 10 ** rng.randint(-12, 12)


CASES = (
    Case("n/a among numbers", "C1", beside(dotted(0.04, "n/a", rules=("missing_mark", "not_a_number")))),
    Case("weights with a unit among numbers", "C1", beside(dotted(0.04, "12 kg"))),
    Case("several texts among numbers", "C1", beside(dotted(0.04, "broken", "see note", "12 kg"))),
    Case("values below what can be measured", "C1", beside(dotted(0.03, "<0.1", "<0.05"))),
    Case("guesses among numbers", "C1", beside(dotted(0.03, "ca. 12", "~7"))),
    Case("footnotes among numbers", "C1", beside(dotted(0.03, "12.4*", "8.1 (1)"))),
    Case("a third of the numbers are words", "C1", beside(half_text)),
    Case("units behind all numbers", "C9", beside(units)),
    Case("units in every cell, commas", "C9", units_everywhere(COMMA)),
    Case("units in every cell, semicolons", "C9", units_everywhere(SEMICOLON)),
    Case("units in every cell, tabs", "C9", units_everywhere(TAB)),
    Case("groups of two digits", "C9", beside(signed(lakhs, "decimal", digits=0, low=1_000, high=9_999_999))),
    Case("dollars in brackets below zero", "C9", beside(signed(in_brackets, *SIGN, low=-9_999))),
    Case("thousands and millions as letters", "C9", beside(lettered)),
    Case("thousands and millions of euros as letters", "C9", beside(lettered_euros)),
    Case("dollars before some of the numbers", "C9", beside(now_and_then)),
    Case("percent", "C9", beside(signed(lambda v: f"{v:.1f}%", *SIGN, scale=0.01, digits=1))),
    Case("percent behind a blank, decimal commas", "C9",
         beside(signed(lambda v: f"{v:.1f} %".replace(".", ","), *SIGN, scale=0.01, digits=1), SEMICOLON, GERMAN)),
    Case("dollars", "C9", beside(signed(lambda v: f"${v:,.2f}", *SIGN))),
    Case("dollars, minus before the sign", "C9",
         beside(signed(lambda v: f"{'-' * (v < 0)}${abs(v):,.2f}", *SIGN, low=-9_999))),
    Case("euros behind", "C9", beside(signed(lambda v: f"{_german(v)} €", *SIGN), SEMICOLON, GERMAN)),
    Case("euros before", "C9", beside(signed(lambda v: f"€ {v:.2f}", *SIGN), TAB)),
    Case("pounds", "C9", beside(signed(lambda v: f"£{v:,.2f}", *SIGN))),
    Case("names of a currency", "C9", beside(signed(lambda v: f"CHF {v:.2f}", *SIGN))),
    Case("two currencies", "C9", beside(currencies)),
    Case("brackets below zero", "C9", beside(signed(brackets, *SIGN, low=-9_999))),
    Case("minus behind", "C9", beside(signed(behind, *SIGN, low=-9_999))),
    Case("typographic minus", "C9", beside(signed(lambda v: f"{v:.2f}".replace("-", "−"), *SIGN, low=-9_999))),
    Case("minus and a blank", "C9", beside(signed(lambda v: f"{v:.2f}".replace("-", "- "), *SIGN, low=-9_999))),
    Case("plus signs", "C9", beside(plainly(lambda v: f"{v:+.2f}", lambda rng: rng.gauss(0, 5)))),
    Case("scientific", "C9", beside(plainly(lambda v: f"{v:.4e}", _small))),
    Case("scientific, capital E and decimal commas", "C9",
         beside(signed(lambda v: f"{v:.6E}".replace(".", ","), digits=2), SEMICOLON, GERMAN)),
    Case("numbers with half a point", "C9", beside(half_written)),
    Case("seventeen digits behind the point", "C9", beside(plainly(repr, lambda rng: rng.random()))),
    Case("three decimals each", "C9", beside(in_thousandths)),
    Case("infinite values", "C7", beside(infinite("inf", "-inf"))),
    Case("infinite values in words", "C7", beside(infinite("Infinity", "-Infinity"))),
    Case("infinite values as a sign", "C7", beside(infinite("∞"))),
    Case("very large numbers", "C7", beside(plainly(repr, lambda rng: rng.uniform(1, 9) * 1e307))),
    Case("numbers beyond any float", "C7", beside(infinite("1e400"))),
    Case("postcodes", "C5", beside(codes("postcode", lambda rng: f"{rng.randint(1, 99_999):05}", "01067"))),
    Case("postcodes, zeros late", "C5", late_zero),
    Case("telephone numbers", "C5", beside(codes("phone", _phone))),
    Case("telephone numbers with a plus", "C5",
         beside(codes("phone", lambda rng: f"+49 {rng.randint(30, 999)} {rng.randint(10**5, 10**7)}"))),
    Case("agents", "C5", beside(codes("agent", lambda rng: f"{rng.randint(1, 30):03}"))),
    Case("codes with letters E", "C5", beside(codes("part", _sequence))),
    Case("hexadecimal numbers", "C5", beside(codes("address", lambda rng: f"0x{rng.randrange(16**4):04X}"))),
    Case("versions", "C5", beside(codes("version", _version, "1.10.2"))),
    Case("addresses of computers", "C5", beside(codes("host", _host))),
    Case("names of genes", "C5", beside(codes("gene", _gene))),
    Case("results of matches", "C5", beside(codes("result", lambda rng: f"{rng.randint(0, 5)}-{rng.randint(0, 5)}"))),
    Case("accounts beyond 2^53", "C6", beside(long_numbers(2**54, 2**60))),
    Case("accounts beyond 2^63", "C6", beside(long_numbers(2**64, 2**70))),
    Case("accounts around 2^63", "C6", beside(long_numbers(2**62, 2**64))),
    Case("numbers beyond 2^53 with gaps", "C6", beside(long_with_gaps)),
)  # fmt: skip
