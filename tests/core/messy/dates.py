"""Dates and times as the world writes them (C8)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from random import Random

from tests.core.messy.truth import DATE, ID, NUMBER, WORDS, Case, Col
from tests.core.messy.writing import SEMICOLON, TAB, within

Special = Callable[[Random, int], Col]
Draw = Callable[[Random], datetime]
DAY = ("date", "time_zone", "kept_as_text", "mixed", "not_a_date")
_GERMAN = ("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
           "Dezember")  # fmt: skip
_FRENCH = ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
           "décembre")  # fmt: skip


def day(rng: Random) -> datetime:
    """Any day of five years."""
    return datetime(2019, 1, 1) + timedelta(days=rng.randrange(1_900))


def minute(rng: Random) -> datetime:
    """Any minute of five years."""
    return day(rng) + timedelta(minutes=rng.randrange(1_440))


def second(rng: Random) -> datetime:
    """Any second of five years."""
    return minute(rng) + timedelta(seconds=rng.randrange(60))


def early(rng: Random) -> datetime:
    """A day among the first twelve of its month: nobody knows which number is the month."""
    return datetime(rng.randint(2019, 2023), rng.randint(1, 12), rng.randint(1, 12))


def drawn(rng: Random, rows: int, draw: Draw) -> list[datetime]:
    """Times in no order; two of them fall on the 17th and the 28th."""
    values = [draw(rng) for _ in range(rows)]
    if draw is not early:
        values[0], values[rows // 2] = values[0].replace(day=17), values[rows // 2].replace(day=28)
    return values


def dated(form: str | Callable[[datetime], str], draw: Draw = day, told: tuple[str, ...] = ()) -> Special:
    """Dates in a form; staying text is an answer where that is told."""

    def special(rng: Random, rows: int) -> Col:
        values = drawn(rng, rows, draw)
        write = form if callable(form) else lambda value: value.strftime(form)
        made = Col("when", tuple(values), DATE, tuple(map(write, values)))
        return (made.told(*told) if told else made).or_verbatim(*DAY)

    return special


def open_question(first: str, second: str) -> Special:
    """Day and month in doubt: either is an answer if the report says what was taken."""

    def special(rng: Random, rows: int) -> Col:
        values = drawn(rng, rows, early)
        raw = tuple(value.strftime(first) for value in values)
        made = Col("when", tuple(values), DATE, raw).told("date")
        return made.or_as((datetime.strptime(text, second) for text in raw), DATE, "date").or_verbatim(*DAY)

    return special


def zoned(offsets: Sequence[int], form: str = "{:%Y-%m-%dT%H:%M:%S}{}") -> Special:
    """Times of zones so many hours off; in the table they are UTC, or the local time if all have one zone."""

    def special(rng: Random, rows: int) -> Col:
        values = drawn(rng, rows, second)
        hours = [rng.choice(offsets) for _ in values]
        hours[: len(offsets)] = offsets
        raw = tuple(form.format(value, _zone(hour)) for value, hour in zip(values, hours, strict=True))
        utc = tuple(value - timedelta(hours=hour) for value, hour in zip(values, hours, strict=True))
        made = Col("when", utc, DATE, raw).told("time_zone").or_verbatim(*DAY)
        return made.or_as(values, DATE, "time_zone") if len(offsets) == 1 else made

    return special


def _zone(hours: int) -> str:
    return f"{hours:+03}:00"


def counted(unit: int) -> Special:
    """Seconds (or parts of one) since 1970: numbers as they stand, or dates if that is told."""

    def special(rng: Random, rows: int) -> Col:
        values = drawn(rng, rows, second)
        numbers = tuple(int((value - datetime(1970, 1, 1)).total_seconds()) * unit for value in values)
        return Col("timestamp", numbers, ID, tuple(map(str, numbers))).or_as(values, DATE, "date")

    return special


def run_together(rng: Random, rows: int) -> Col:
    """Dates such as 20240131: dates; as a number or a word only if that is told."""
    values = drawn(rng, rows, day)
    raw = tuple(f"{value:%Y%m%d}" for value in values)
    made = Col("date", tuple(values), DATE, raw).told("date")
    return made.or_as(map(int, raw), ID, *DAY).or_verbatim(*DAY)


def serial(rng: Random, rows: int) -> Col:
    """Days as a spreadsheet counts them: numbers as they stand, or dates if that is told."""
    values = drawn(rng, rows, day)
    numbers = tuple((value - datetime(1899, 12, 30)).days for value in values)
    return Col("date", numbers, NUMBER | ID, tuple(map(str, numbers))).or_as(values, DATE, "date")


def free(
    form: Callable[[datetime], str], draw: Draw = day, whole: Callable[[datetime], datetime] | None = None
) -> Special:
    """Times that may just as well stay the words they are; read as dates they must be the right ones, and told."""

    def special(rng: Random, rows: int) -> Col:
        values = drawn(rng, rows, draw)
        raw = tuple(map(form, values))
        made = Col("when", raw, WORDS, raw)
        return made.or_as(map(whole, values), DATE, "date") if whole else made

    return special


def of_clock(form: str) -> Special:
    """Times of day: words, or seconds since midnight if that is told."""

    def special(rng: Random, rows: int) -> Col:
        values = drawn(rng, rows, second)
        raw = tuple(value.strftime(form) for value in values)
        read = [datetime.strptime(text, form) for text in raw]
        seconds = (each.hour * 3_600 + each.minute * 60 + each.second for each in read)
        return Col("clock", raw, WORDS, raw).or_as(seconds, NUMBER, "span", "date")

    return special


def two_forms(rng: Random, rows: int) -> Col:
    """2024-01-31 and 31.01.2024 in one column."""
    values = drawn(rng, rows, day)
    raw = tuple(f"{value:%Y-%m-%d}" if row % 2 else f"{value:%d.%m.%Y}" for row, value in enumerate(values))
    return Col("when", tuple(values), DATE, raw).or_verbatim(free=True)


def with_gaps(mark: str, *rules: str) -> Special:
    """Dates with a mark where there is none."""

    def special(rng: Random, rows: int) -> Col:
        values = drawn(rng, rows, day)
        gone = set(rng.sample(range(3, rows), 1))
        kept = tuple(None if row in gone else value for row, value in enumerate(values))
        raw = tuple(mark if value is None else f"{value:%Y-%m-%d}" for value in kept)
        made = Col("when", kept, DATE, raw)
        return made.told(*rules, count=1).or_verbatim(*DAY) if rules else made

    return special


def old(rng: Random, rows: int) -> Col:
    """Dates of the Middle Ages, beyond what counts nanoseconds."""
    values = [datetime(rng.randint(1066, 1500), rng.randint(1, 12), rng.randint(1, 28)) for _ in range(rows)]
    raw = tuple(f"{value.year:04}-{value:%m-%d}" for value in values)
    return Col("when", tuple(values), DATE, raw).or_verbatim(free=True)


def ends(rng: Random, rows: int) -> Col:
    """Contracts without an end have the last day of the year 9999."""
    values = drawn(rng, rows, day)
    values[5] = values[9] = datetime(9999, 12, 31)
    return Col("until", tuple(values), DATE, tuple(f"{value:%Y-%m-%d}" for value in values)).or_verbatim(*DAY)


def years(rng: Random, rows: int) -> Col:
    """Years are numbers."""
    values = tuple(rng.randint(1990, 2024) for _ in range(rows))
    return Col("year", values, NUMBER, tuple(map(str, values)))


def _first(value: datetime) -> datetime:
    return value.replace(day=1, hour=0, minute=0, second=0)


def _quarter(value: datetime) -> datetime:
    return _first(value).replace(month=(value.month - 1) // 3 * 3 + 1)


def _german(value: datetime) -> str:
    return f"{value.day}. {_GERMAN[value.month - 1]} {value.year}"


def _french(value: datetime) -> str:
    return f"{value.day} {_FRENCH[value.month - 1]} {value.year}"


def _american(value: datetime) -> str:
    return f"{value.month}/{value.day}/{value.year} {value.hour % 12 or 12}:{value:%M %p}"


CASES = (
    Case("2024-01-31", "C8", within(dated("%Y-%m-%d"))),
    Case("2024-01-31T10:30:00", "C8", within(dated("%Y-%m-%dT%H:%M:%S", second))),
    Case("2024-01-31 10:30", "C8", within(dated("%Y-%m-%d %H:%M", minute))),
    Case("2024-01-31 10:30:00.250", "C8", within(dated(lambda v: f"{v:%Y-%m-%d %H:%M:%S}.000", second))),
    Case("2024/01/31", "C8", within(dated("%Y/%m/%d"))),
    Case("2024.01.31", "C8", within(dated("%Y.%m.%d"))),
    Case("2024-1-5", "C8", within(dated(lambda v: f"{v.year}-{v.month}-{v.day}"))),
    Case("31.01.2024", "C8", within(dated("%d.%m.%Y"), SEMICOLON)),
    Case("31.1.24", "C8", within(dated(lambda v: f"{v.day}.{v.month}.{v:%y}"), SEMICOLON)),
    Case("31.01.2024 10:30", "C8", within(dated("%d.%m.%Y %H:%M", minute), SEMICOLON)),
    Case("31/01/2024", "C8", within(dated("%d/%m/%Y"))),
    Case("01/31/2024", "C8", within(dated("%m/%d/%Y"))),
    Case("1/31/24", "C8", within(dated(lambda v: f"{v.month}/{v.day}/{v:%y}"))),
    Case("1/31/2024 2:05 PM", "C8", within(dated(_american, minute))),
    Case("31-01-2024", "C8", within(dated("%d-%m-%Y"))),
    Case("01/02/2024, day or month first", "C8", within(open_question("%d/%m/%Y", "%m/%d/%Y"))),
    Case("01-02-2024, day or month first", "C8", within(open_question("%d-%m-%Y", "%m-%d-%Y"), TAB)),
    Case("01.02.2024, all early in the month", "C8", within(dated("%d.%m.%Y", early), SEMICOLON)),
    Case("20240131", "C8", within(run_together)),
    Case("31 January 2024", "C8", within(dated("%d %B %Y"))),
    Case("31 Jan 2024", "C8", within(dated("%d %b %Y"))),
    Case("31-Jan-24", "C8", within(dated("%d-%b-%y"))),
    Case("31-JAN-2024", "C8", within(dated(lambda v: f"{v:%d-%b-%Y}".upper()))),
    Case("January 31, 2024", "C8", within(dated("%B %d, %Y"))),
    Case("Jan 31 2024", "C8", within(dated("%b %d %Y"))),
    Case("Wed, 31 Jan 2024", "C8", within(dated("%a, %d %b %Y"))),
    Case("31. Januar 2024", "C8", within(dated(_german), SEMICOLON)),
    Case("31 janvier 2024", "C8", within(dated(_french), SEMICOLON)),
    Case("2024-01-31T10:30:00Z", "C8", within(dated("%Y-%m-%dT%H:%M:%SZ", second, ("time_zone",)))),
    Case("times of one zone", "C8", within(zoned((2,)))),
    Case("times of summer and winter", "C8", within(zoned((1, 2)))),
    Case("times of three zones, blanks", "C8", within(zoned((-5, 0, 9), "{:%Y-%m-%d %H:%M:%S} {}"))),
    Case("seconds since 1970", "C8", within(counted(1))),
    Case("milliseconds since 1970", "C8", within(counted(1_000))),
    Case("days as spreadsheets count", "C8", within(serial)),
    Case("2024-01", "C8", within(free(lambda v: f"{v:%Y-%m}", whole=_first))),
    Case("01/2024", "C8", within(free(lambda v: f"{v:%m/%Y}", whole=_first))),
    Case("Jan 2024", "C8", within(free(lambda v: f"{v:%b %Y}", whole=_first))),
    Case("2024-Q1", "C8", within(free(lambda v: f"{v.year}-Q{(v.month + 2) // 3}", whole=_quarter))),
    Case("Q1 2024", "C8", within(free(lambda v: f"Q{(v.month + 2) // 3} {v.year}", whole=_quarter))),
    Case("2024-W05", "C8", within(free(lambda v: f"{v:%G-W%V}"))),
    Case("names of days", "C8", within(free(lambda v: f"{v:%A}"))),
    Case("names of months", "C8", within(free(lambda v: f"{v:%B}"))),
    Case("times of day", "C8", within(of_clock("%H:%M"))),
    Case("times of day with seconds", "C8", within(of_clock("%H:%M:%S"))),
    Case("two forms of dates", "C8", within(two_forms)),
    Case("dates with empty cells", "C8", within(with_gaps(""))),
    Case("dates with 0000-00-00", "C8", within(with_gaps("0000-00-00", "not_a_date", "missing_mark"))),
    Case("dates with 2023-02-30", "C8", within(with_gaps("2023-02-30", "not_a_date"))),
    Case("dates with words", "C8", within(with_gaps("unknown", "not_a_date", "missing_mark"))),
    Case("dates of the Middle Ages", "C8", within(old)),
    Case("the year 9999", "C8", within(ends)),
    Case("years", "C8", within(years)),
)
