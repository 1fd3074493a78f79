"""Parquet and Feather with their types (D11)."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pyarrow as pa
from pyarrow import feather, parquet

from tests.core.messy import stock
from tests.core.messy.truth import ANY, DATE, ID, INDEX, NUMBER, WORDS, YES_NO, Case, Col, Need, Reading, Sample, right


def _bytes(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    parquet.write_table(table, sink)
    return sink.getvalue()


def _feather(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    feather.write_feather(table, sink)
    return sink.getvalue()


def _arrow(columns: list[Col]) -> pa.Table:
    return pa.table({column.name: pa.array(column.values) for column in columns})


def stored(write: Callable[[pa.Table], bytes]) -> Callable[[Random], Sample]:
    """A table from the stock with the types that Arrow gives it."""

    def make(rng: Random) -> Sample:
        columns = stock.any_of(rng)
        return Sample(write(_arrow(columns)), (right(columns),))

    return make


def typed(
    kind: pa.DataType,
    draw: Callable[[Random, int], Any],
    truth: Callable[[Any], Any],
    kinds: frozenset[str],
    *rules: str,
    gaps: bool = True,
) -> Callable[[Random], Sample]:
    """A column of one of Arrow's types, with gaps."""

    def make(rng: Random) -> Sample:
        columns = stock.patients(rng)
        cells = [None if gaps and row % 13 == 5 else draw(rng, row) for row in range(len(columns[0].values))]
        values = tuple(None if cell is None else truth(cell) for cell in cells)
        special = Col("special", values, kinds)
        table = _arrow(columns).append_column("special", pa.array(cells, kind))
        return Sample(_bytes(table), (right([*columns, special.told(*rules) if rules else special]),))

    return make


def clocks(rng: Random) -> Sample:
    """Times of day: words, with parts of a second or without."""
    columns = stock.patients(rng)
    cells = [time(rng.randrange(24), rng.randrange(60), rng.randrange(60)) for _ in columns[0].values]
    texts = tuple(f"{each:%H:%M:%S}" for each in cells)
    special = Col("clock", texts, WORDS).or_as((f"{text}.000" for text in texts), WORDS, free=True)
    table = _arrow(columns).append_column("clock", pa.array(cells, pa.time32("s")))
    return Sample(_bytes(table), (right([*columns, special]),))


def with_lists(rng: Random) -> Sample:
    """Lists within a column: left out, and told."""
    columns = stock.patients(rng)
    rows = len(columns[0].values)
    table = _arrow(columns).append_column("visits", pa.array([[1, 2, row] for row in range(rows)]))
    return Sample(_bytes(table), (right(columns, "nested"),))


def doubled_names(rng: Random) -> Sample:
    """Two columns of one name."""
    columns = stock.patients(rng)
    table = pa.table([pa.array(column.values) for column in columns], names=["age", "sex", "bmi", "smoker", "age"])
    found = [*columns[:4], columns[4].named("age_2", "age.1", "age_1", "age (2)")]
    return Sample(_bytes(table), (right(found, "same_name"),))


def with_index(rng: Random) -> Sample:
    """The index of a frame of pandas, beside its columns."""
    columns = stock.weather(rng)
    numbers = Col("row", tuple(range(1, len(columns[0].values) + 1)), ANY, also_called=frozenset("*"))
    data = _bytes(_arrow(columns).add_column(0, "__index_level_0__", pa.array(numbers.values)))
    index = Reading((numbers, *columns))
    return Sample(data, (index, replace(index, columns=(*columns, numbers)), Reading(tuple(columns), (Need(INDEX),))))


_ZONE = "Europe/Berlin"
_DAY0 = datetime(2022, 3, 1)

CASES = (
    Case("Parquet", "D11", stored(_bytes), "t.parquet"),
    Case("Feather", "D11", stored(_feather), "t.feather"),
    Case("Parquet called CSV", "A3", stored(_bytes), "t.csv"),
    Case(
        "Parquet, whole numbers with gaps",
        "D11",
        typed(pa.int32(), lambda rng, _: rng.randint(1, 99), int, NUMBER),
        "t.parquet",
    ),
    Case(
        "Parquet, large numbers with gaps",
        "D11",
        typed(pa.int64(), lambda rng, _: rng.randint(2**55, 2**60) | 1, int, ID),
        "t.parquet",
    ),
    Case(
        "Parquet, numbers beyond 2^63",
        "D11",
        typed(pa.uint64(), lambda rng, _: rng.randint(2**62, 2**64 - 1), int, ID, gaps=False),
        "t.parquet",
    ),
    Case(
        "Parquet, decimals",
        "D11",
        typed(pa.decimal128(12, 2), lambda rng, _: Decimal(rng.randint(1, 99_999)) / 100, float, NUMBER),
        "t.parquet",
    ),
    Case(
        "Parquet, days",
        "D11",
        typed(
            pa.date32(),
            lambda rng, row: date(2022, 1, 1) + timedelta(days=row),
            lambda cell: datetime.combine(cell, time()),
            DATE,
        ),
        "t.parquet",
    ),
    Case(
        "Parquet, nanoseconds",
        "D11",
        typed(pa.timestamp("ns"), lambda rng, row: _DAY0 + timedelta(seconds=37 * row), lambda cell: cell, DATE),
        "t.parquet",
    ),
    Case(
        "Parquet, a time zone",
        "D11",
        typed(
            pa.timestamp("us", _ZONE),
            lambda rng, row: (_DAY0 + timedelta(hours=row)).replace(tzinfo=UTC),
            lambda cell: cell.replace(tzinfo=None),
            DATE,
            "time_zone",
        ),
        "t.parquet",
    ),
    Case("Parquet, times of day", "D11", clocks, "t.parquet"),
    Case(
        "Parquet, spans of time",
        "D11",
        typed(
            pa.duration("s"),
            lambda rng, _: timedelta(seconds=rng.randint(1, 9_999)),
            lambda cell: cell.total_seconds(),
            NUMBER,
            "span",
        ),
        "t.parquet",
    ),
    Case(
        "Parquet, true and false",
        "D11",
        typed(pa.bool_(), lambda rng, _: rng.random() < 0.5, bool, YES_NO),
        "t.parquet",
    ),
    Case(
        "Parquet, a dictionary",
        "D11",
        typed(pa.dictionary(pa.int8(), pa.string()), lambda rng, _: rng.choice(stock.CITIES), str, WORDS),
        "t.parquet",
    ),
    Case(
        "Parquet, texts NA and None",
        "D11",
        typed(pa.string(), lambda rng, _: rng.choice(("NA", "None", "DE", "FR")), str, WORDS),
        "t.parquet",
    ),
    Case("Parquet, lists", "D11", with_lists, "t.parquet"),
    Case("Parquet, a name twice", "D11", doubled_names, "t.parquet"),
    Case("Parquet, the index of pandas", "B20", with_index, "t.parquet"),
)
