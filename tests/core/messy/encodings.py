"""Letters as bytes: encodings with and without a mark (B1), NUL bytes (B12), line ends (B13)."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from dataclasses import replace
from random import Random

from tests.core.messy import stock
from tests.core.messy.truth import NUMBER, WORDS, YES_NO, Case, Col, Need, Reading, Sample, right
from tests.core.messy.writing import COMMA, GERMAN, SEMICOLON, TAB, Dialect, joined, lines, sample, table, written

_POLISH = ("Łódź", "Kraków", "Gdańsk", "Wrocław", "Poznań", "Częstochowa", "Rzeszów", "Białystok", "Toruń")
_CZECH = ("Plzeň", "Ústí nad Labem", "České Budějovice", "Hradec Králové", "Jihlava", "Děčín", "Přerov", "Třebíč")
_RUSSIAN = ("Москва", "Санкт-Петербург", "Новосибирск", "Екатеринбург", "Казань", "Нижний Новгород", "Самара")
_GREEK = ("Αθήνα", "Θεσσαλονίκη", "Πάτρα", "Ηράκλειο", "Λάρισα", "Βόλος", "Ιωάννινα", "Χανιά")
_TURKISH = ("İstanbul", "Eskişehir", "Muğla", "Beyoğlu", "Şişli", "Niğde", "Üsküdar", "Muş")
_JAPANESE = ("東京都", "大阪府", "北海道", "京都府", "福岡県", "神奈川県", "愛知県", "沖縄県")
_CHINESE = ("北京市", "上海市", "广州市", "深圳市", "成都市", "杭州市", "武汉市", "西安市")
_KOREAN = ("서울특별시", "부산광역시", "인천광역시", "대구광역시", "광주광역시", "제주도")
_ARABIC = ("القاهرة", "الإسكندرية", "الرياض", "بغداد", "عمان", "بيروت")
_WESTERN = ("Köln", "Málaga", "Besançon", "Tromsø", "Åre", "Würzburg", "Évreux", "Viña del Mar")


def places(
    names: tuple[str, ...], encoding: str, mark: bytes = b"", dialect: Dialect = COMMA, lenient: tuple[str, ...] = ()
) -> Callable[[Random], Sample]:
    """Shops in places of a country, in its old encoding.

    Parameters
    ----------
    lenient : tuple of str
        Encodings that the same bytes may be taken for, if that is told: nobody can know which one was meant.
    """

    def make(rng: Random) -> Sample:
        columns = written(_shops(rng, names))
        data = mark + joined(lines(columns, dialect), dialect, encoding)
        others = [Reading(tuple(_mistaken(columns, encoding, each)), (Need(("encoding",)),)) for each in lenient]
        return Sample(data, (right(columns), *others), refusable=bool(lenient))

    return make


def _shops(rng: Random, names: tuple[str, ...]) -> list[Col]:
    rows = stock.rows_of(rng)
    return [
        stock.many("city", rows, lambda: rng.choice(names), WORDS),
        stock.many("staff", rows, lambda: rng.randint(2, 60)),
        stock.many("sales", rows, lambda: round(rng.uniform(900, 99_999), 2), NUMBER),
        stock.many("open", rows, lambda: rng.random() < 0.8, YES_NO),
    ]


def _mistaken(columns: list[Col], encoding: str, other: str) -> list[Col]:
    """The columns as another encoding shows them."""

    def shown(value: object) -> object:
        return value.encode(encoding).decode(other, "replace") if isinstance(value, str) else value

    return [replace(column, values=tuple(shown(value) for value in column.values)) for column in columns]


def late_letters(rng: Random) -> Sample:
    """The first letter beyond ASCII stands behind 300 kB of plain rows."""
    rows = 9_000
    columns = [
        stock.many("item", rows, lambda: f"{rng.choice(stock.PRODUCTS)} {rng.randrange(9_000)}", WORDS),
        stock.many("price", rows, lambda: round(rng.uniform(1, 99), 2)),
        stock.many("stock", rows, lambda: rng.randrange(500)),
    ]
    columns = written(
        [*columns, Col("maker", ("Smith & Sons",) * (rows - 40) + ("Möbel Böhm", "Büro Grün") * 20, WORDS)]
    )
    return sample(columns, lines(columns), encoding="cp1252")


def one_bad_byte(rng: Random) -> Sample:
    """UTF-8, but for one cell that somebody pasted in another encoding."""
    columns = written(stock.staff(rng))
    row = rng.randrange(len(columns[0].values))
    token = "Zx9Q"
    bad = replace(columns[0], values=_put(columns[0].values, row, token), raw=_put(columns[0].raw, row, token))
    shown = [bad, *columns[1:]]
    data = joined(lines(shown)).replace(token.encode(), b"M\xfcller")
    told = (Need(("encoding", "unprintable")),)
    readings = [
        Reading((replace(bad, values=_put(bad.values, row, text)), *columns[1:]), told)
        for text in ("Müller", "M\ufffdller")
    ]
    as_western = [
        replace(column, values=tuple(_double(value) for value in column.values)) for column in (bad, *columns[1:])
    ]
    as_western[0] = replace(as_western[0], values=_put(as_western[0].values, row, "Müller"))
    return Sample(data, (*readings, Reading(tuple(as_western), told)), refusable=True)


def _double(value: object) -> object:
    return value.encode().decode("cp1252", "replace") if isinstance(value, str) else value


def _put(values: tuple[object, ...], row: int, value: object) -> tuple[object, ...]:
    return (*values[:row], value, *values[row + 1 :])


def zeros(rng: Random) -> Sample:
    """NUL bytes within texts, as a faulty export leaves them."""
    columns = written(stock.orders(rng))
    raw = tuple(f"{text}\0" if row % 7 == 0 else text for row, text in enumerate(columns[4].raw))
    told = tuple(text.replace("\0", "\ufffd") for text in raw)
    kept = replace(columns[4], raw=raw).or_as(told, WORDS, "unprintable").or_as(raw, WORDS, free=True)
    columns[4] = kept.told("unprintable")
    return sample(columns, lines(columns), refusable=True)


def padded_with_zeros(rng: Random) -> Sample:
    """A block of NUL bytes behind the last row, as some loggers leave it."""
    columns = written(stock.weather(rng))
    made = sample(columns, lines(columns), refusable=True)
    return replace(made, data=made.data + bytes(64))


def mixed_ends(rng: Random) -> Sample:
    """Lines ended in all three ways."""
    columns = written(stock.any_of(rng))
    text = "".join(each + rng.choice(("\n", "\r\n", "\r")) for each in lines(columns))
    return replace(sample(columns, []), data=text.encode())


def no_last_end(rng: Random) -> Sample:
    """The last line is not ended."""
    columns = written(stock.any_of(rng))
    made = sample(columns, lines(columns))
    return replace(made, data=made.data.rstrip(b"\n"))


def end_of_file_mark(rng: Random) -> Sample:
    """Control-Z behind the last line, as old programs write it."""
    columns = written(stock.any_of(rng))
    made = sample(columns, lines(columns, dialect := Dialect(end="\r\n")), dialect)
    return replace(made, data=made.data + b"\x1a")


def _utf16(encoding: str, mark: bytes, dialect: Dialect = TAB) -> Callable[[Random], Sample]:
    return places(_WESTERN, encoding, mark, dialect)


CASES = (
    Case("UTF-8 with mark", "B1", places(_WESTERN, "utf-8", codecs.BOM_UTF8)),
    Case("UTF-8 with mark, all quoted", "B1", places(_WESTERN, "utf-8", codecs.BOM_UTF8, Dialect(always=True))),
    Case("UTF-8, Greek", "B1", places(_GREEK, "utf-8")),
    Case("UTF-8, Japanese", "B1", places(_JAPANESE, "utf-8")),
    Case("UTF-8, Arabic", "B1", places(_ARABIC, "utf-8", dialect=TAB)),
    Case("UTF-16 LE with mark", "B1", _utf16("utf-16-le", codecs.BOM_UTF16_LE)),
    Case("UTF-16 BE with mark", "B1", _utf16("utf-16-be", codecs.BOM_UTF16_BE)),
    Case("UTF-16 LE without mark", "B1", _utf16("utf-16-le", b"")),
    Case("UTF-16 BE without mark", "B1", _utf16("utf-16-be", b"", COMMA)),
    Case("UTF-16 LE without mark, Russian", "B1", places(_RUSSIAN, "utf-16-le")),
    Case("UTF-32 with mark", "B1", places(_WESTERN, "utf-32-le", codecs.BOM_UTF32_LE)),
    Case("cp1252", "B1", places(_WESTERN, "cp1252", dialect=SEMICOLON)),
    Case("cp1252, German table", "B1", table(SEMICOLON, GERMAN, stock.flats, "cp1252")),
    Case("latin-1", "B1", places(_WESTERN, "latin-1")),
    Case("cp1250, Polish", "B1", places(_POLISH, "cp1250", dialect=SEMICOLON)),
    Case("cp1250, Czech", "B1", places(_CZECH, "cp1250", dialect=SEMICOLON)),
    Case("latin-2, Polish", "B1", places(_POLISH, "iso8859-2", lenient=("cp1250", "cp1252"))),
    Case("cp1251, Russian", "B1", places(_RUSSIAN, "cp1251", dialect=SEMICOLON)),
    Case("KOI8, Russian", "B1", places(_RUSSIAN, "koi8-r", lenient=("cp1251", "cp1252"))),
    Case("cp1253, Greek", "B1", places(_GREEK, "cp1253")),
    Case("cp1254, Turkish", "B1", places(_TURKISH, "cp1254", lenient=("cp1252",))),
    Case("cp932, Japanese", "B1", places(_JAPANESE, "cp932")),
    Case("EUC, Japanese", "B1", places(_JAPANESE, "euc-jp", lenient=("gb18030", "cp949", "cp1252"))),
    Case("gb18030, Chinese", "B1", places(_CHINESE, "gb18030")),
    Case(
        "big5, Chinese", "B1", places(("臺北市", "高雄市", "臺中市", "新竹市", "嘉義縣"), "big5", lenient=("gb18030",))
    ),
    Case("cp949, Korean", "B1", places(_KOREAN, "cp949", lenient=("gb18030",))),
    Case("Mac Roman", "B1", places(_WESTERN, "mac_roman", dialect=SEMICOLON, lenient=("cp1252", "latin-1"))),
    Case("cp850, from DOS", "B1", places(_WESTERN, "cp850", dialect=SEMICOLON, lenient=("cp1252", "latin-1"))),
    Case("letters late in the file", "B1", late_letters),
    Case("one byte of another encoding", "B1", one_bad_byte),
    Case("NUL bytes in texts", "B12", zeros),
    Case("NUL bytes behind the table", "B12", padded_with_zeros),
    Case("CRLF", "B13", table(Dialect(end="\r\n"))),
    Case("CRLF and semicolons", "B13", table(Dialect(";", end="\r\n"), GERMAN, stock.weather)),
    Case("CR alone", "B13", table(Dialect(end="\r"))),
    Case("CR alone, tabs", "B13", table(Dialect("\t", end="\r"))),
    Case("all line ends mixed", "B13", mixed_ends),
    Case("last line not ended", "B13", no_last_end),
    Case("end-of-file mark of DOS", "B13", end_of_file_mark),
)
