"""What a file holds, by its first bytes, and its text in the right encoding.

Takes bytes, gives the kind of container or text. The name of a file is never asked: it may lie.
"""

from __future__ import annotations

import codecs
import pickletools
import re
import unicodedata
import zlib
from itertools import islice

from core.data.errors import Unreadable
from core.data.report import Report

WANTED = "Save the table as CSV, Excel or Parquet and try again."
# what a file begins with, and what that is; these hold no table
_FOREIGN = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF document"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\x89HDF", "an HDF5 file"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"{\\rtf", "an RTF document"),
)
_PICKLE = re.compile(rb"\x80[\x02-\x05][\x95\x8c\x7d\x5d\x28\x63\x71\x4b\x58\x55\x4d\x8a]", re.DOTALL)
_ZLIB = (b"x\x01", b"x^", b"x\x9c", b"x\xda")  # how joblib packs a pickle
_TELLTALE = frozenset({"PUT", "BINPUT", "REDUCE", "INST", "OBJ", "BUILD"})  # steps that hardly any pickle does without
_WEB_PAGE = re.compile(rb"<(!doctype\s+html|html|head|body|script|meta)\b", re.IGNORECASE)
_ARFF = re.compile(rb"\A(\xef\xbb\xbf)?(\s|%[^\r\n]*[\r\n])*@(relation|attribute)\b", re.IGNORECASE)
_TS = re.compile(rb"^[ \t]*@problemname\b", re.IGNORECASE | re.MULTILINE)
_JSON = re.compile(rb"\{\s*[\"}]|\[\s*[\[{]")
_JSON_LIST = re.compile(rb"\[\s*[\]\"\d-]")  # the name of a column may begin so as well
SAS = bytes(12) + b"\xc2\xea\x81\x60\xb3\x14\x11\xcf\xbd\x92\x08\x00"
# ordinary 8-bit encodings of text files, and the usual ones of East Asia
_ENCODINGS = (
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "mac-roman", "cp850", "koi8-r", "cp866"),
    *("cp932", "gb18030", "big5", "cp949"),
)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", ""),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_HIGH_TO_END = re.compile(rb"[\x80-\xff][^\r\n]*")  # never from the line's begin: that takes long where there is none
_AROUND = 500
_ZEROS = 0.15  # of every other byte, in UTF-16 with letters beyond the first 256
_ODD = 0.03
_BROKEN, _MARK, _CLEAR = "utf-8 but for a few bytes", "\ufffd", 10
_NAMES = {"cp1252": "Western European, cp1252", "latin-1": "Western European, latin-1"}
_SAMPLE, _BLOCK = 1 << 16, 1 << 20
_CLEARLY = 0.15
_TELLING = 8  # fewer bytes beyond ASCII say nothing about an encoding


def refuse_foreign(data: bytes) -> None:
    """Refuse what is no table.

    Raises
    ------
    Unreadable
        With what the file looks like.
    """
    if not data:
        raise Unreadable("The file is empty.")
    for begin, what in _FOREIGN:
        if data.startswith(begin):
            raise Unreadable(f"This looks like {what}, not a table. {WANTED}")
    if _is_pickle(data) or (data.startswith(_ZLIB) and _is_zlib(data)):
        raise Unreadable(
            "This looks like a Python pickle, not a table. Pickles can run programs when they are opened, so they are "
            f"not read here. {WANTED}"
        )
    head = data[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(b"<") and (_WEB_PAGE.search(head) or head.startswith(b"<?xml")):
        what = "a web page" if _WEB_PAGE.search(head) else "XML"
        raise Unreadable(f"This looks like {what}, not a table. {WANTED}")
    if data[257:262] == b"ustar":
        raise Unreadable("This looks like a tar archive. Unpack it and choose the table inside.")


def _is_pickle(data: bytes) -> bool:
    """Whether bytes are a pickle; the old ones, which are text, are told by their steps, of which none is taken."""
    if _PICKLE.match(data):
        return True
    if not data.endswith(b".") or len(data) < 4:
        return False
    steps: set[str] = set()
    try:
        for step, _, place in islice(pickletools.genops(data), 1_000):
            steps.add(step.name)
            if step.name == "STOP":
                return place == len(data) - 1 and bool(steps & _TELLTALE)
    except (ValueError, IndexError):  # UnicodeDecodeError is one of them
        return False
    return bool(steps & _TELLTALE)


def _is_zlib(data: bytes) -> bool:
    try:
        return bool(zlib.decompressobj().decompress(data[:_SAMPLE], 64))
    except zlib.error:
        return False


def is_arff(data: bytes) -> bool:
    """Whether a text begins as ARFF does, after its comments."""
    return bool(_ARFF.match(data[:_SAMPLE]))


def is_ts(data: bytes) -> bool:
    """Whether a text has the head of a TS file of time series, after its comments."""
    return bool(_TS.search(data[:_SAMPLE]))


def is_json(data: bytes) -> bool:
    """Whether a text begins as JSON does that can hold a table; a list of plain values must also end as one."""
    head, tail = _narrow(data, data[:2048]).lstrip(b"\xef\xbb\xbf \t\r\n"), _narrow(data, data[-64:])
    return bool(_JSON.match(head) or (_JSON_LIST.match(head) and tail.rstrip().endswith(b"]")))


def _narrow(data: bytes, part: bytes) -> bytes:
    """A part of a text without the zeros that UTF-16 and UTF-32 have in every other byte."""
    wide = any(data.startswith(mark) for mark, encoding, _ in _MARKS if encoding != "utf-8-sig")
    return part.replace(b"\0", b"").lstrip(b"\xff\xfe") if wide else part


def is_stata(data: bytes) -> bool:
    """Whether a file begins as Stata's do: those of today with a tag, older ones with their release and byte order."""
    return data.startswith(b"<stata_dta>") or (
        len(data) > 4 and 104 <= data[0] <= 115 and data[1] in (1, 2) and data[2] == 1 and data[3] == 0
    )


def is_idx(data: bytes) -> bool:
    """Whether a file begins as MNIST's do: two zeros, a known kind of number, and how many sizes follow."""
    return len(data) > 3 and data[:2] == b"\0\0" and data[2] in (8, 9, 11, 12, 13, 14) and 1 <= data[3] <= 4


def is_portable(data: bytes) -> bool:
    """Whether a file is one of SPSS's portable ones, which begin with their name in several alphabets."""
    return b"SPSS PORT FILE" in data[:500]


def is_sqlite(data: bytes) -> bool:
    """Whether a file is a database of SQLite."""
    return data.startswith(b"SQLite format 3\0")


def is_duckdb(data: bytes) -> bool:
    """Whether a file is a database of DuckDB: a text with a duck in its first line has no number of a version there."""
    return data[8:12] == b"DUCK" and data[16:20] == bytes(4)


def text_of(data: bytes, report: Report) -> str:
    """The text of a file, its lines ended by "\\n"; an encoding other than UTF-8 is noted."""
    return utf8_of(data, report).decode()


def utf8_of(data: bytes, report: Report) -> bytes:
    """The same as UTF-8 without a mark: the very bytes where that is what they are, because files can be large."""
    wish = report.wish("encoding")
    encoding, note = (wish, f"Read as {wish}, as you chose.") if wish else _encoding(data)
    if encoding == "utf-8" and not note:  # every byte agrees
        report.found(encoding=encoding)
        return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in data else data
    text = data.decode(errors="replace") if encoding == _BROKEN else _strictly(data, encoding, bool(wish))
    encoding = "utf-8" if encoding == _BROKEN else encoding
    report.found(encoding=encoding.removesuffix("-sig"))
    if note:
        report.add("encoding", note)
    return text.replace("\r\n", "\n").replace("\r", "\n").encode()


def _encoding(data: bytes) -> tuple[str, str]:
    """How the letters of a file are stored, and a sentence on it, empty for UTF-8.

    A byte order mark decides; then UTF-8 if every byte agrees; then the encoding that makes the lines with other
    letters, from anywhere in the file, look most like language.
    """
    for mark, encoding, called in _MARKS:
        if data.startswith(mark):
            return encoding, called and f"Read as {called} text."
    blind = _utf16_without_mark(data)
    if blind:
        return blind, "Read as UTF-16 text."
    _refuse_binary(data)
    if _is_utf8(data):
        return "utf-8", ""
    if line := _broken_line(data):
        return _BROKEN, f"UTF-8 with bytes that are none, first in line {line:,}; a mark stands in their place."
    found = next((each for each in (_likeliest(data), "cp1252") if _decodes(data, each)), "latin-1")
    return found, f"Not UTF-8; read as {_NAMES.get(found, found)}."


def _is_utf8(data: bytes) -> bool:
    """Whether every byte agrees, looked at in blocks: as a string a text may be four times as large."""
    decoder, whole = codecs.getincrementaldecoder("utf-8")(), memoryview(data)
    try:
        for begin in range(0, 0 if data.isascii() else len(data), _BLOCK):
            decoder.decode(whole[begin : begin + _BLOCK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _broken_line(data: bytes) -> int:
    """The line of the first wrong byte in a text that is UTF-8 but for a few; 0 where it is something else."""
    right = sum(letter > "\x7f" for letter in data.decode(errors="ignore"))
    text = data.decode(errors="replace")
    if right < _CLEAR * text.count(_MARK):
        return 0
    return text.count("\n", 0, text.index(_MARK)) + 1


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def _strictly(data: bytes, encoding: str, chosen: bool) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        says = "You chose" if chosen else "The file says that it is"
        advice = "Choose another encoding." if chosen else "Save it as UTF-8."
        raise Unreadable(f"{says} {encoding.upper()} text but byte {error.start + 1:,} is not. {advice}") from error


def _utf16_without_mark(data: bytes) -> str:
    """UTF-16 shows itself by zeros in every other byte, of signs and of line ends at least, and in no byte between."""
    head = data[: 4096 - 4096 % 2]
    if len(head) < 4:
        return ""
    even, odd = head[::2].count(0) / len(head[::2]), head[1::2].count(0) / len(head[1::2])
    for encoding, zeros, others in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if zeros > _ZEROS and zeros * len(head) > 2 * _TELLING - 2 and others < zeros / 20 and _decodes(data, encoding):
            return encoding
    return ""


def _refuse_binary(data: bytes) -> None:
    head = data[:_SAMPLE]
    control = sum(head.count(bytes([code])) for code in range(1, 32) if code not in (1, 9, 10, 11, 12, 13, 26, 27, 31))
    if control > len(head) / 20 or head.count(0) > len(head) / 4:
        raise Unreadable(f"The file holds binary data, not a table. {WANTED}")


def _high(line: bytes) -> int:
    return sum(byte > 127 for byte in line)


def _likeliest(data: bytes) -> str:
    """The encoding in which letters stand among letters; of several, the one that reads like a language."""
    lines, size = [], 0
    for found in _HIGH_TO_END.finditer(data):
        begin = found.start()
        before = re.split(rb"[\r\n]", data[max(0, begin - _AROUND) : begin])[-1]
        lines.append(before + data[begin : min(found.end(), begin + _AROUND)])
        size += len(lines[-1])
        if size > _SAMPLE:
            break
    if sum(map(_high, lines)) < _TELLING:
        return "cp1252"
    sample = b"\n".join(lines)
    odd = {each: _oddness(sample.decode(each)) for each in _ENCODINGS if _decodes(sample, each)}
    plain = [each for each in odd if odd[each] <= min(odd.values()) + _ODD]
    return plain[0] if len(plain) < 2 else _like_language(sample, plain)


def _oddness(text: str) -> float:
    """The share of letters beyond ASCII that stand oddly: signs within words, capitals behind small letters, letters
    of two alphabets in one word."""
    odd = total = 0
    for before, letter, after in zip(" " + text, text, text[1:] + " ", strict=False):
        if letter < "\x80":
            continue
        total += 1
        if not letter.isalpha():
            odd += before.isalpha() or after.isalpha() or unicodedata.category(letter) in ("Cc", "Cn", "Co")
        elif before.isalpha() or after.isalpha():
            near = [each for each in (before, after) if each.isalpha()]
            odd += (letter.isupper() and before.islower()) or any(_alphabet(each) != _alphabet(letter) for each in near)
    return odd / max(total, 1)


def _alphabet(letter: str) -> str:
    """The first word of a letter's name: LATIN, CYRILLIC, CJK …"""
    return "LATIN" if letter < "\x80" else unicodedata.name(letter, "?").partition(" ")[0]


def _like_language(sample: bytes, encodings: list[str]) -> str:
    from charset_normalizer import from_bytes

    matches = list(from_bytes(sample, cp_isolation=encodings))
    if not matches:
        return encodings[0]
    clearest = min(match.chaos for match in matches)
    close = [match for match in matches if match.chaos <= clearest + 0.02]
    best = max(close, key=lambda match: match.coherence)
    first = encodings[0]
    usual = max((match.coherence for match in close if first in match.could_be_from_charset), default=-1.0)
    # what spreadsheets mostly write wins, unless another encoding reads clearly more like a language
    return first if usual >= best.coherence - _CLEARLY else best.encoding
