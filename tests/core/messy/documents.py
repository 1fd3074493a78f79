"""JSON in its shapes (D12, D13)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from tests.core.messy import stock
from tests.core.messy.truth import DATE, ID, NUMBER, WORDS, Case, Col, Sample, right

Record = dict[str, Any]
Write = Callable[[list[Record], Random], str]


def records(columns: list[Col]) -> list[Record]:
    """A record per row, days as text."""
    names = [column.name for column in columns]
    rows = zip(*(column.values for column in columns), strict=True)
    return [dict(zip(names, map(_plain, row), strict=True)) for row in rows]


def _plain(value: Any) -> Any:
    return f"{value:%Y-%m-%d}" if isinstance(value, datetime) else value


def dumped(value: Any) -> str:
    """JSON as it is written for people of all languages."""
    return json.dumps(value, ensure_ascii=False)


def written(write: Write, encoding: str = "utf-8", *rules: str) -> Callable[[Random], Sample]:
    """A table from the stock in a shape of JSON."""

    def make(rng: Random) -> Sample:
        columns = stock.any_of(rng)
        return Sample(write(records(columns), rng).encode(encoding), (right(columns, *rules),))

    return make


def _columns(rows: list[Record]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in rows[0]}


def _split(rows: list[Record], _: Random) -> str:
    return dumped({"columns": list(rows[0]), "index": list(range(len(rows))), "data": [list(r.values()) for r in rows]})


def _features(rows: list[Record], _: Random) -> str:
    """Places of a map: the table stands within the properties."""
    return dumped([{"properties": row} for row in rows])


def without_keys(rng: Random) -> Sample:
    """Records that leave out what they do not know, with null elsewhere."""
    columns = stock.flats(rng)
    gone = {(row, place): rng.random() < 0.1 for row in range(1, len(columns[0].values)) for place in range(1, 5)}
    columns = [
        replace(column, values=tuple(None if gone.get((row, place)) else v for row, v in enumerate(column.values)))
        for place, column in enumerate(columns)
    ]
    rows = [{n: v for n, v in row.items() if v is not None or rng.random() < 0.5} for row in records(columns)]
    return Sample(dumped(rows).encode(), (right(columns),))


def nested(rng: Random) -> Sample:
    """Objects within the records become columns of their own."""
    columns = stock.orders(rng)
    rows = [
        {**{n: v for n, v in row.items() if n not in ("customer", "city")},
         "buyer": {"name": row["customer"], "place": {"city": row["city"]}}}
        for row in records(columns)
    ]  # fmt: skip
    rest = [column for column in columns if column.name not in ("customer", "city")]
    buyer, city = columns[2], columns[3]
    found = [*rest, buyer.named("buyer.name", "buyer_name"), city.named("buyer.place.city", "buyer_place_city")]
    return Sample(dumped(rows).encode(), (right(found),))


def with_lists(rng: Random) -> Sample:
    """Lists within the records: no cell of a table; left out or kept as text, and told."""
    columns = stock.patients(rng)
    rows = [{**row, "visits": [rng.randint(1, 9) for _ in range(3)]} for row in records(columns)]
    texts = Col("visits", tuple(json.dumps(row["visits"]) for row in rows), WORDS)
    return Sample(dumped(rows).encode(), (right(columns, "nested"), right([*columns, texts], "nested")))


def doubled_keys(rng: Random) -> Sample:
    """A name twice in each record: the last one counts, or the file is refused."""
    rows = stock.rows_of(rng)
    first, second = ([rng.randint(1, 99) for _ in range(rows)] for _ in range(2))
    text = ",".join(f'{{"a": {a}, "b": "x{b}", "a": {b}}}' for a, b in zip(first, second, strict=True))
    found = [Col("a", tuple(second), NUMBER), Col("b", tuple(f"x{b}" for b in second), WORDS)]
    other = [Col("a", tuple(first), NUMBER), found[1]]
    return Sample(f"[{text}]".encode(), (right(found, "same_key"), right(other, "same_key")), refusable=True)


def special_column(draw: Callable[[Random, int], tuple[Col, list[Any]]]) -> Callable[[Random], Sample]:
    """Records with one special column, given as the truth and as what stands in the file."""

    def make(rng: Random) -> Sample:
        columns = stock.patients(rng)
        special, cells = draw(rng, len(columns[0].values))
        rows = [{**row, special.name: cell} for row, cell in zip(records(columns), cells, strict=True)]
        return Sample(dumped(rows).encode(), (right([*columns, special]),))

    return make


def _huge(rng: Random, rows: int) -> tuple[Col, list[Any]]:
    values = [rng.randint(2**54, 2**66) | 1 for _ in range(rows)]
    return Col("account", tuple(values), ID), list(values)


def _not_finite(rng: Random, rows: int) -> tuple[Col, list[Any]]:
    cells = [float("nan") if row == 4 else float("inf") if row == 9 else row / 4 for row in range(rows)]
    known = tuple(None if row in (4, 9) else row / 4 for row in range(rows))
    return Col("speed", known, NUMBER).told("infinite", count=1), cells


def _as_texts(rng: Random, rows: int) -> tuple[Col, list[Any]]:
    values = tuple(round(rng.uniform(1, 99), 2) for _ in range(rows))
    made = Col("price", values, NUMBER, tuple(f"{value:.2f}" for value in values))
    return made.or_verbatim(), list(made.raw)


def _codes(rng: Random, rows: int) -> tuple[Col, list[Any]]:
    values = tuple(f"0{rng.randint(1_000, 9_999)}" for _ in range(rows))
    return Col("postcode", values, WORDS), list(values)


def _mixed(rng: Random, rows: int) -> tuple[Col, list[Any]]:
    cells = [rng.randint(1, 99) if row % 3 else rng.choice(("low", "high")) for row in range(rows)]
    return Col("level", tuple(map(str, cells)), WORDS).told("mixed", "kept_as_text"), cells


def _moments(rng: Random, rows: int) -> tuple[Col, list[Any]]:
    values = tuple(stock.moment(rng) + timedelta(seconds=rng.randrange(86_400)) for _ in range(rows))
    return Col("at", values, DATE).told("time_zone"), [f"{value.isoformat()}Z" for value in values]


def _namibia(rng: Random, rows: int) -> tuple[Col, list[Any]]:
    cells = ["NA" if row == 3 else rng.choice(("DE", "FR", "US")) for row in range(rows)]
    made = Col("country", tuple(cells), WORDS)
    return made.or_as((None if cell == "NA" else cell for cell in cells), WORDS, "missing_mark", count=1), cells


def refused(text: str) -> Callable[[Random], Sample]:
    """JSON in which there is no table, or which is damaged."""
    return lambda rng: Sample(text.encode(), ())


CASES = (
    Case("JSON records", "D12", written(lambda rows, _: dumped(rows)), "t.json"),
    Case("JSON records on lines of their own", "D12", written(lambda rows, _: json.dumps(rows, indent=2)), "t.json"),
    Case("JSON lines", "D12", written(lambda rows, _: "".join(dumped(row) + "\n" for row in rows)), "t.jsonl"),
    Case(
        "JSON lines, CRLF and blank lines",
        "D12",
        written(lambda rows, _: "\r\n".join(dumped(row) + "\r\n" * (n % 9 == 0) for n, row in enumerate(rows))),
        "t.jsonl",
    ),
    Case("JSON columns", "D12", written(lambda rows, _: dumped(_columns(rows))), "t.json"),
    Case(
        "JSON columns by row numbers",
        "D12",
        written(
            lambda rows, _: dumped(
                {name: {str(row): value for row, value in enumerate(values)} for name, values in _columns(rows).items()}
            )
        ),
        "t.json",
    ),
    Case("JSON rows by numbers", "D12", written(lambda rows, _: dumped(dict(enumerate(rows)))), "t.json"),
    Case("JSON split", "D12", written(_split), "t.json"),
    Case(
        "JSON lists, names first",
        "D12",
        written(lambda rows, _: dumped([list(rows[0]), *(list(row.values()) for row in rows)])),
        "t.json",
    ),
    Case(
        "JSON of a web service",
        "D12",
        written(lambda rows, _: dumped({"status": "ok", "count": len(rows), "results": rows})),
        "t.json",
    ),
    Case(
        "JSON, a table two levels down",
        "D12",
        written(lambda rows, _: dumped({"response": {"page": 1, "items": rows}})),
        "t.json",
    ),
    Case("JSON with a mark, UTF-8", "D13", written(lambda rows, _: dumped(rows), "utf-8-sig"), "t.json"),
    Case("JSON, UTF-16", "D13", written(lambda rows, _: dumped(rows), "utf-16"), "t.json"),
    Case("JSON called CSV", "A3", written(lambda rows, _: dumped(rows)), "t.csv"),
    Case("JSON without some keys", "D12", without_keys, "t.json"),
    Case("JSON, objects within", "D12", nested, "t.json"),
    Case("JSON, lists within", "D12", with_lists, "t.json"),
    Case("JSON, a name twice", "D13", doubled_keys, "t.json"),
    Case("JSON, huge numbers", "D13", special_column(_huge), "t.json"),
    Case("JSON, NaN and Infinity", "D13", special_column(_not_finite), "t.json"),
    Case("JSON, numbers as text", "D13", special_column(_as_texts), "t.json"),
    Case("JSON, postcodes", "D13", special_column(_codes), "t.json"),
    Case("JSON, numbers and words", "D13", special_column(_mixed), "t.json"),
    Case("JSON, times", "D13", special_column(_moments), "t.json"),
    Case("JSON, NA as a word", "D13", special_column(_namibia), "t.json"),
    Case("JSON cut off", "D12", refused('[{"a": 1, "b": 2}, {"a": 3, "b'), "t.json"),
    Case("JSON, columns of different lengths", "D12", refused('{"a": [1, 2, 3], "b": [1, 2]}'), "t.json"),
    Case("JSON, far too deep", "D12", refused("[" * 20_000 + "]" * 20_000), "t.json"),
    Case("JSON without a row", "D12", refused("[]"), "t.json"),
)
