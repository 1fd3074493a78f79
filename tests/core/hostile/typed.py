"""Parquet, Arrow and statisticians' files: forged counts, programs in their types, an address for a key."""

from __future__ import annotations

import base64
import io
import struct
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyreadstat
from pyarrow import feather, ipc, parquet

from tests.core.hostile import EITHER, Hostile, Traps
from tests.core.hostile.programs import gadget

ROWS = 300_000
FRAME = pd.DataFrame({"size": np.arange(40) / 4, "count": np.arange(40) % 7, "city": ["Ulm", "Bonn"] * 20})
HUGE = (2**31 - 1, 2**40, 2**62)


def varint(value: int) -> bytes:
    """A signed number as Thrift's compact protocol writes it."""
    value = (value << 1) ^ (value >> 63)
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def stored(table: pa.Table, **settings: Any) -> bytes:
    stream = io.BytesIO()
    parquet.write_table(table, stream, **settings)
    return stream.getvalue()


def forged_footer(old: int, new: int) -> Callable[[Traps], bytes]:
    """A Parquet file in whose footer one number is another."""

    def make(_: Traps) -> bytes:
        data = stored(pa.table({"a": np.zeros(ROWS, "int8")}), compression=None)
        size = int.from_bytes(data[-8:-4], "little")
        footer = data[-8 - size : -8].replace(varint(old), varint(new))
        assert footer != data[-8 - size : -8]
        return data[: -8 - size] + footer + struct.pack("<I", len(footer)) + b"PAR1"

    return make


def forged_page(_: Traps) -> bytes:
    """A Parquet file whose pages claim to hold 2^31 - 1 bytes when unpacked."""
    data = stored(pa.table({"a": np.zeros(ROWS, "int8")}), compression="gzip", use_dictionary=False)
    end = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    head = data[4:40]
    size = next(each for each in range(6, 30) if head[each] == 0x15)  # where the second number of the page begins
    return data[:5] + varint(0) + b"\x15" + varint(2**31 - 1) + data[4 + size : end] + data[end:]


def long_runs(groups: int) -> Callable[[Traps], bytes]:
    """A Parquet file of 10^7 rows in each group, which take no room."""

    def make(_: Traps) -> bytes:
        stream, part = io.BytesIO(), pa.table({"a": pa.nulls(10_000_000, pa.int8())})
        with parquet.ParquetWriter(stream, part.schema) as writer:
            for _number in range(groups):
                writer.write_table(part, row_group_size=10_000_000)
        return stream.getvalue()

    return make


def wide(_: Traps) -> bytes:
    """A Parquet file of 2,000 columns and one row."""
    return stored(pa.table({f"c{place}": [1] for place in range(2_000)}))


def long_text(_: Traps) -> bytes:
    """One text of 10 MB, 100,000 times, by its number in a dictionary."""
    column = pa.DictionaryArray.from_arrays(np.zeros(100_000, "int32"), pa.array(["x" * 10_000_000]))
    return stored(pa.table({"a": column, "b": np.arange(100_000)}))


def keyed(traps: Traps) -> bytes:
    """An encrypted Parquet file that says at which address its key is."""
    from pyarrow.parquet import encryption

    class Keys(encryption.KmsClient):  # type: ignore[misc]
        def __init__(self, _: Any) -> None:
            encryption.KmsClient.__init__(self)

        def wrap_key(self, key: bytes, _: str) -> bytes:
            return base64.b64encode(key)

        def unwrap_key(self, key: bytes, _: str) -> bytes:
            return base64.b64decode(key)

    factory = encryption.CryptoFactory(Keys)
    place = encryption.KmsConnectionConfig(kms_instance_id="vault", kms_instance_url=traps.url)
    wish = encryption.EncryptionConfiguration("footer", column_keys={"column": ["a"]}, plaintext_footer=True)
    stream, table = io.BytesIO(), pa.table({"a": [1, 2], "b": [3, 4]})
    properties = factory.file_encryption_properties(place, wish)
    with parquet.ParquetWriter(stream, table.schema, encryption_properties=properties) as writer:
        writer.write_table(table)
    return stream.getvalue()


def with_program(write: Callable[[pa.Table], bytes]) -> Callable[[Traps], bytes]:
    """A column of a type that older releases of Arrow unpickle (CVE-2023-47248)."""

    def make(traps: Traps) -> bytes:
        about = {b"ARROW:extension:name": b"arrow.py_extension_type", b"ARROW:extension:metadata": gadget(traps, 2)}
        schema = pa.schema([pa.field("a", pa.int64(), metadata=about), pa.field("b", pa.int64())])
        return write(pa.table({"a": list(range(30)), "b": list(range(30))}, schema=schema))

    return make


def arrow(table: pa.Table, **settings: Any) -> bytes:
    stream = io.BytesIO()
    with ipc.new_file(stream, table.schema, options=ipc.IpcWriteOptions(**settings)) as writer:
        writer.write_table(table)
    return stream.getvalue()


def arrow_stream(_: Traps) -> bytes:
    stream = io.BytesIO()
    with ipc.new_stream(stream, (table := pa.table({"a": [1, 2, 3]})).schema) as writer:
        writer.write_table(table)
    return stream.getvalue()


def forged_arrow(old: int, new: int, **settings: Any) -> Callable[[Traps], bytes]:
    """An Arrow file in which a number of eight bytes is another wherever it stands."""

    def make(_: Traps) -> bytes:
        data = arrow(pa.table({"a": np.arange(12_345), "b": ["x"] * 12_345}), **settings)
        forged = data.replace(struct.pack("<q", old), struct.pack("<q", new))
        assert forged != data
        return forged

    return make


def forged_lengths(_: Traps) -> bytes:
    """An Arrow file whose packed buffers say that they become 2^50 bytes."""
    data = arrow(pa.table({"a": np.zeros(100_000, "int64")}), compression="zstd")
    size = struct.pack("<q", 800_000)
    assert size in data
    return data.replace(size, struct.pack("<q", 2**50))


def endless_lists(_: Traps) -> bytes:
    kind: Any = pa.int8()
    for _depth in range(60):
        kind = pa.list_(kind)
    return arrow(pa.table({"a": pa.nulls(2, kind), "b": [1, 2]}))


def written(write: Callable[..., Any], **settings: Any) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        write(FRAME, str(path), **settings)
        return path.read_bytes()


def forged(write: Callable[..., Any], place: int, figure: bytes, **settings: Any) -> Callable[[Traps], bytes]:
    """A file with other bytes at one place."""

    def make(_: Traps) -> bytes:
        data = bytearray(written(write, **settings))
        data[place : place + len(figure)] = figure
        return bytes(data)

    return make


def stata_rows(_: Traps) -> bytes:
    data = written(pyreadstat.write_dta, version=15)
    place = data.index(b"<N>") + 3
    return data[:place] + struct.pack("<Q", 2**40) + data[place + 8 :]


def stata_columns(_: Traps) -> bytes:
    data = written(pyreadstat.write_dta, version=15)
    place = data.index(b"<K>") + 3
    return data[:place] + struct.pack("<H", 32_767) + data[place + 2 :]


def old_stata(_: Traps) -> bytes:
    """A file of Stata 8 that claims 32,767 columns and 2^31 - 1 rows."""
    return b"\x71\x02\x01\x00" + struct.pack("<hi", 32_767, 2**31 - 1) + bytes(4_000)


def zsav(_: Traps) -> bytes:
    """A packed file of SPSS whose blocks claim to become 2^31 - 1 bytes."""
    data = bytearray(written(pyreadstat.write_sav, compress=True))
    tail = data.rindex(struct.pack("<q", -100)) if struct.pack("<q", -100) in data else len(data) - 48
    data[tail + 24 + 16 : tail + 24 + 20] = struct.pack("<i", 2**31 - 1)
    return bytes(data)


def sas(header: int, page: int, pages: int, row: int) -> Callable[[Traps], bytes]:
    """The head of a SAS file with forged sizes, and noise behind it."""

    def make(_: Traps) -> bytes:
        head = bytearray(1_024)
        head[:32] = bytes(12) + b"\xc2\xea\x81\x60\xb3\x14\x11\xcf\xbd\x92\x08\x00\x09\xc7\x31\x8c\x18\x1f\x10\x11"
        head[32], head[35], head[37] = 0x33, 0x33, 1
        struct.pack_into("<III", head, 196 + 4, header, page, pages)
        return bytes(head) + struct.pack("<QQ", row, row) * 4_096

    return make


def transport(_: Traps) -> bytes:
    """A SAS transport file that claims 9,999 variables of 2^31 bytes."""
    data = written(pyreadstat.write_xport)
    place = data.index(b"!!!!!!!", data.index(b"NAM")) + 7
    return data[:place] + b"000000999900000000000000000000" + data[place + 30 :]


def first_feather(_: Traps) -> bytes:
    """A file of the first Feather whose figures lead beyond its end."""
    data = bytearray(feather_one())
    for place in range(len(data) - 120, len(data) - 12, 4):
        data[place : place + 4] = b"\xff\xff\xff\x7f"
    return bytes(data)


def feather_one() -> bytes:
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # people have such files, whoever still writes them
        feather.write_feather(FRAME[["size", "count"]], f"{folder}/file", version=1)
        return Path(folder, "file").read_bytes()


CASES = (
    *(Hostile(f"parquet: a forged count of {new:,} rows", forged_footer(ROWS, new)) for new in HUGE),
    Hostile("parquet: -1 rows", forged_footer(ROWS, -1), EITHER),
    Hostile("parquet: pages that claim 2 GiB", forged_page),
    Hostile("parquet: a forged footer length", lambda _: stored(pa.table({"a": [1]}))[:-8] + b"\xff\xff\xff\x7fPAR1"),
    Hostile("parquet: 5 × 10^8 rows", long_runs(50), said="500,000,000 cells"),
    Hostile("parquet: 10^8 rows", long_runs(10), said="cells"),
    Hostile("parquet: 3 × 10^7 rows", long_runs(3), EITHER),
    Hostile("parquet: 2,000 columns", wide, EITHER),
    Hostile("parquet: a text of 10 MB 100,000 times", long_text, EITHER),
    Hostile("parquet: the address of a key", keyed, EITHER),
    Hostile("parquet: a program as type", with_program(stored), EITHER),
    Hostile("arrow: a program as type", with_program(arrow), EITHER),
    Hostile("arrow: a forged count of rows", forged_arrow(12_345, 2**60), said="damaged"),
    Hostile("arrow: a forged count of fewer rows", forged_arrow(12_345, 3), EITHER),
    Hostile("arrow: -1 rows", forged_arrow(12_345, -1), said="damaged"),
    Hostile("arrow: a forged size of a buffer", forged_arrow(12_345 * 8, 2**60), said="damaged"),
    Hostile("arrow: packed buffers that claim 2^50 bytes", forged_lengths),
    Hostile("arrow: sixty lists within each other", endless_lists, EITHER),
    Hostile("arrow: a stream without a file around it", arrow_stream, said="binary"),
    Hostile("feather: figures beyond the end", first_feather, said="damaged"),
    Hostile("sav: 2^31 - 1 rows", forged(pyreadstat.write_sav, 80, b"\xff\xff\xff\x7f"), EITHER),
    Hostile("sav: 2^31 - 1 columns", forged(pyreadstat.write_sav, 68, b"\xff\xff\xff\x7f"), EITHER),
    Hostile("sav: texts of 255 bytes without end", forged(pyreadstat.write_sav, 180, b"\xff" * 40), EITHER),
    Hostile("zsav: blocks that claim 2 GiB", zsav, EITHER),
    Hostile("dta: 2^40 rows", stata_rows, EITHER),
    Hostile("dta: 32,767 columns", stata_columns),
    Hostile("dta: an old one of 2^31 - 1 rows", old_stata),
    Hostile("sas7bdat: pages of 2 GiB", sas(1_024, 2**31 - 1, 2**31 - 1, 1)),
    Hostile("sas7bdat: a header of 2 GiB", sas(2**31 - 1, 4_096, 1, 1)),
    Hostile("sas7bdat: 2^62 rows", sas(1_024, 4_096, 16, 2**62)),
    Hostile("xpt: 9,999 variables", transport, EITHER),
    Hostile("por: cut off in its names", lambda _: written(portable)[:700], EITHER),
)


def portable(frame: pd.DataFrame, path: str) -> None:
    pyreadstat.write_por(frame.rename(columns=str.upper), path)
