"""Workbooks and XML: entities, huge and forged sheets, addresses and programs within."""

from __future__ import annotations

import struct
from collections.abc import Callable

from tests.core.hostile import EITHER, PLAIN, Hostile, Traps
from tests.core.hostile.packed import MIB, raw_zip, zeros, zipped

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
LINKED = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
BOOK = f"<workbook {MAIN} {LINKED}><sheets>{{}}</sheets></workbook>"
SECRET = "/etc/passwd"
ROWS = "".join(f'<row r="{row}"><c r="A{row}"><v>{row}</v></c><c r="B{row}"><v>2</v></c></row>' for row in range(1, 9))
LAUGHS = (
    '<!DOCTYPE lolz [<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)) + "]>"
)


def outside(address: str) -> str:
    """A document type whose entity stands elsewhere."""
    return f'<!DOCTYPE x [<!ENTITY e SYSTEM "{address}">]>'


def remote(traps: Traps) -> str:
    """A document type that itself stands elsewhere."""
    return f'<!DOCTYPE x SYSTEM "{traps.url}x.dtd" [<!ENTITY % p SYSTEM "{traps.url}p.dtd"> %p;]>'


def xlsx(sheet: str = "", shared: str = "", head: str = "", **more: bytes) -> bytes:
    """A workbook of one sheet, by hand; `head` is what stands before its root."""
    sheet = sheet or f"<worksheet {MAIN}><sheetData>{ROWS}</sheetData></worksheet>"
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": RELATIONS.format("officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": BOOK.format('<sheet name="S" sheetId="1" r:id="r1"/>'),
        "xl/_rels/workbook.xml.rels": RELATIONS.format("worksheet", "worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": head + sheet,
        "xl/sharedStrings.xml": shared or f"<sst {MAIN}/>",
    }
    return zipped(*((name, text.encode()) for name, text in parts.items() if name not in more), *more.items())


RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}" '
    'Target="{}"/></Relationships>'
)


def sheet_of(cells: str, before: str = "") -> str:
    return f"<worksheet {MAIN}>{before}<sheetData>{cells}</sheetData></worksheet>"


def entity(head: str) -> bytes:
    """A workbook with an entity as one of its texts."""
    cell = '<row r="1"><c r="A1" t="inlineStr"><is><t>a&e;</t></is></c><c r="B1"><v>1</v></c></row>'
    return xlsx(sheet_of(cell + ROWS.replace('r="1"', 'r="9"')), head=head)


def laughing_sheet(_: Traps) -> bytes:
    cell = '<row r="1"><c r="A1" t="inlineStr"><is><t>&a9;</t></is></c><c r="B1"><v>1</v></c></row>'
    return xlsx(sheet_of(cell), head=LAUGHS)


def laughing_strings(_: Traps) -> bytes:
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c><c r="B{n}"><v>1</v></c></row>' for n in range(1, 9))
    return xlsx(sheet_of(cells), f"{LAUGHS}<sst {MAIN}><si><t>&a9;</t></si></sst>")


def quadratic(_: Traps) -> bytes:
    """One long entity, many times."""
    head = f'<!DOCTYPE x [<!ENTITY e "{"x" * 1_000_000}">]>'
    cell = '<row r="1"><c r="A1" t="inlineStr"><is><t>' + "&e;" * 50_000 + "</t></is></c></row>"
    return xlsx(sheet_of(cell), head=head)


def shared_entity(address: Callable[[Traps], str]) -> Callable[[Traps], bytes]:
    def make(traps: Traps) -> bytes:
        cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c><c r="B{n}"><v>1</v></c></row>' for n in (1, 2, 3))
        return xlsx(sheet_of(cells), f"{outside(address(traps))}<sst {MAIN}><si><t>&e;</t></si></sst>")

    return make


def huge_sheet(_: Traps) -> bytes:
    rows = "<row><c><v>1</v></c><c><v>2</v></c></row>" * 8_000
    return xlsx(sheet_of(rows * 1_000))  # 328 MB of XML


def many_rows(_: Traps) -> bytes:
    return xlsx(sheet_of("<row><c><v>1</v></c><c><v>2</v></c></row>" * 200_000))


def forged_sheet(_: Traps) -> bytes:
    """A sheet that says it is 10 bytes long, and holds 4 GiB."""
    names = ("xl/workbook.xml", "xl/worksheets/sheet1.xml")
    return raw_zip(*((name.encode(), zeros(4096 * MIB), 10, 0) for name in names))


def strings_bomb(_: Traps) -> bytes:
    return xlsx(shared=f"<sst {MAIN}>" + "<si><t>x</t></si>" * 16_000_000 + "</sst>")


def far_cell(_: Traps) -> bytes:
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    return xlsx(sheet_of(ROWS + far))


def far_cells(_: Traps) -> bytes:
    """A cell in the last column of many rows."""
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c><c r="XFD{n}"><v>1</v></c></row>' for n in range(1, 9_000))
    return xlsx(sheet_of(rows))


def many_sheets(_: Traps) -> bytes:
    sheets = "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="r1"/>' for n in range(1, 200_000))
    return xlsx("<worksheet/>", **{"xl/workbook.xml": BOOK.format(sheets).encode()})


def deep(_: Traps) -> bytes:
    return xlsx(sheet_of("<row>" * 1_000_000 + "</row>" * 1_000_000))


def connected(traps: Traps) -> bytes:
    """Addresses wherever a workbook may have them."""
    link = RELATIONS.format("externalLink", traps.url).replace("/>", ' TargetMode="External"/>', 1)
    dde = (
        '<row r="1"><c r="A1"><f>cmd|\'/c calc\'!A0</f><v>1</v></c><c r="B1"><f>WEBSERVICE("{0}")</f><v>2</v></c></row>'
    )
    connection = f'<connections {MAIN}><connection id="1"><webPr url="{traps.url}"/></connection></connections>'
    return xlsx(
        sheet_of(dde + ROWS.replace('r="1"', 'r="9"')),
        **{
            "xl/externalLinks/_rels/externalLink1.xml.rels": link.encode(),
            "xl/connections.xml": connection.encode(),
            "xl/vbaProject.bin": b"\xd0\xcf\x11\xe0" + bytes(2_000),
            "xl/embeddings/oleObject1.bin": b"MZ\x90" + bytes(200),
        },
    )


def relation(target: str) -> Callable[[Traps], bytes]:
    def make(_: Traps) -> bytes:
        return xlsx(**{"xl/_rels/workbook.xml.rels": RELATIONS.format("worksheet", target).encode()})

    return make


ODS = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
    '<table:table table:name="S">{}</table:table></office:spreadsheet></office:body></office:document-content>'
)
ODS_ROW = (
    '<table:table-row{}><table:table-cell office:value-type="string"{}><text:p>{}</text:p></table:table-cell>'
    '<table:table-cell office:value-type="float" office:value="1"/></table:table-row>'
)

ENTITY = ODS_ROW.format("", "", "&e;") * 3


def ods(rows: str, head: str = "") -> bytes:
    return zipped(
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("content.xml", (head + ODS.format(rows)).encode()),
        ("META-INF/manifest.xml", b"<manifest/>"),
    )


def repeated(row: str, cell: str) -> Callable[[Traps], bytes]:
    def make(_: Traps) -> bytes:
        row_times = f' table:number-rows-repeated="{row}"' if row else ""
        cell_times = f' table:number-columns-repeated="{cell}"' if cell else ""
        return ods(ODS_ROW.format("", "", "name") + ODS_ROW.format(row_times, cell_times, "x") * 3)

    return make


def old_excel(**forged: int) -> bytes:
    """The head of an .xls file (a file system of its own) with forged figures, and noise behind it."""
    places = {"sectors": 44, "directory": 48, "table": 60, "tables": 64, "more": 68, "mores": 72}
    head = bytearray(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 62, 3, 0xFFFE, 9, 6))
    head += bytes(512 - len(head))
    for name, value in forged.items():
        struct.pack_into("<I", head, places[name], value)
    struct.pack_into("<I", head, 76, 0)
    return bytes(head) + struct.pack("<I", 0) * 1_024


def binary_sheet(_: Traps) -> bytes:
    """An .xlsb whose records say that they are 2^28 bytes long."""
    record = b"\x91\x01\xff\xff\xff\x7f" + b"\x00\xff\xff\xff\x7f"
    return zipped(
        ("xl/workbook.bin", record * 10),
        ("xl/_rels/workbook.bin.rels", RELATIONS.format("worksheet", "worksheets/sheet1.bin").encode()),
        ("xl/worksheets/sheet1.bin", record * 10),
    )


def svg(traps: Traps) -> bytes:
    script = f'<script>fetch("{traps.url}")</script>'
    return f'<svg xmlns="http://www.w3.org/2000/svg">{script}<image href="{traps.url}"/></svg>'.encode()


CASES = (
    Hostile("xlsx: billion laughs in the sheet", laughing_sheet, EITHER),
    Hostile("xlsx: billion laughs in the texts", laughing_strings, EITHER),
    Hostile("xlsx: one long entity many times", quadratic, EITHER),
    Hostile("xlsx: an entity from a file", lambda _: entity(outside(f"file://{SECRET}")), EITHER),
    Hostile("xlsx: an entity from an address", lambda traps: entity(outside(traps.url)), EITHER),
    Hostile("xlsx: a document type from an address", lambda traps: entity(remote(traps)), EITHER),
    Hostile("xlsx: a text from a file", shared_entity(lambda _: f"file://{SECRET}"), EITHER),
    Hostile("xlsx: a text from an address", shared_entity(lambda traps: traps.url), EITHER),
    Hostile("xlsx: 328 MB of rows", huge_sheet),
    Hostile("xlsx: 200,000 rows", many_rows, EITHER),
    Hostile("xlsx: 16,000,000 texts", strings_bomb),
    Hostile("xlsx: 4 GiB that are ten bytes", forged_sheet),
    Hostile("xlsx: one cell in the last corner", far_cell, EITHER),
    Hostile("xlsx: cells in the last column", far_cells, EITHER),
    Hostile(
        "xlsx: a huge dimension",
        lambda _: xlsx(sheet_of(ROWS, '<dimension ref="A1:XFD1048576"/>')),
        PLAIN,
    ),
    Hostile("xlsx: 200,000 sheets", many_sheets),
    Hostile("xlsx: a million rows within each other", deep),
    Hostile("xlsx: addresses, macros and programs", connected, PLAIN),
    Hostile("xlsx: a sheet of two names", lambda _: xlsx().replace(b"xl/worksheets/s", b"xl/wosksheets/s", 1), EITHER),
    Hostile("xlsx: a sheet that is a file elsewhere", relation(f"../../../../../..{SECRET}")),
    Hostile("xlsx: a sheet that is an absolute file", relation(f"file://{SECRET}")),
    Hostile("ods: billion laughs", lambda _: ods(ODS_ROW.format("", "", "&a9;") * 3, LAUGHS), EITHER),
    Hostile(
        "ods: an entity from a file",
        lambda _: ods(ODS_ROW.format("", "", "&e;") * 3, outside(f"file://{SECRET}")),
        EITHER,
    ),
    Hostile(
        "ods: an entity from an address",
        lambda traps: ods(ODS_ROW.format("", "", "&e;") * 3, outside(traps.url)),
        EITHER,
    ),
    Hostile("ods: a row repeated 10^9 times", repeated("1000000000", "")),
    Hostile("ods: a cell repeated 10^9 times", repeated("", "1000000000")),
    Hostile("ods: a row repeated -1 times", repeated("-1", ""), EITHER),
    Hostile("ods: a row repeated 2^64 times", repeated(str(2**64), str(2**64)), EITHER),
    Hostile("ods: many rows of many cells", repeated("100000", "1000")),
    Hostile("xls: a circle of sectors", lambda _: old_excel(sectors=1, directory=0, table=0, tables=1)),
    Hostile("xls: 2^32 sectors", lambda _: old_excel(sectors=2**32 - 1, tables=2**32 - 1, mores=2**32 - 1)),
    Hostile("xls: figures that lead beyond the end", lambda _: old_excel(directory=2**31, table=2**31, more=2**31)),
    Hostile("xlsb: records without end", binary_sheet),
    Hostile("xml: billion laughs", lambda _: f'<?xml version="1.0"?>{LAUGHS}<a>&a9;</a>'.encode(), said="XML"),
    Hostile(
        "xml: an entity from a file",
        lambda _: f'<?xml version="1.0"?>{outside(f"file://{SECRET}")}<a>&e;</a>'.encode(),
        said="XML",
    ),
    Hostile("svg: a script", svg),
    Hostile("xlsx: behind a picture", lambda _: b"\x89PNG\r\n\x1a\n" + xlsx(), said="PNG"),
)
