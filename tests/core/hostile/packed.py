"""Packed files: small ones that become huge, ones within themselves, and names that lead elsewhere."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import stat
import struct
import tarfile
import zipfile
import zlib
from functools import cache

from tests.core.hostile import EITHER, PLAIN, Hostile, Traps

CSV = b"size,city\n" + b"1.5,Ulm\n2.5,Bonn\n" * 20
MIB, GIB = 2**20, 2**30


def gz_of_parts(_: Traps) -> bytes:
    """10 GiB of zeros in as many members as there are mebibytes."""
    return gzip.compress(bytes(MIB)) * 10_240


@cache
def zeros(size: int) -> bytes:
    """A deflated stream of zeros."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(8 * MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    return block * (size // (8 * MIB)) + packer.flush()


def gz_in_one(_: Traps) -> bytes:
    """4 GiB in one member."""
    return b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + zeros(4 * GIB) + struct.pack("<II", 0, 0)


def bz2_bomb(_: Traps) -> bytes:
    return bz2.compress(bytes(16 * MIB)) * 640


def xz_bomb(_: Traps) -> bytes:
    return lzma.compress(bytes(16 * MIB)) * 640


def xz_dictionary(_: Traps) -> bytes:
    """A stream that wants a dictionary of 1.5 GiB to be unpacked."""
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 4096}]
    packed = bytearray(lzma.compress(CSV, check=lzma.CHECK_NONE, filters=filters))
    header = packed.index(b"\x21\x01")  # the filter, and how many bytes describe it
    packed[header + 2] = 39  # 3 GiB
    end = 12 + (packed[12] + 1) * 4
    packed[end - 4 : end] = struct.pack("<I", zlib.crc32(packed[12 : end - 4]))
    return bytes(packed)


def gz_in_gz(_: Traps) -> bytes:
    return gzip.compress(gz_of_parts(_))


def gz_nest(depth: int) -> bytes:
    data = CSV
    for _ in range(depth):
        data = gzip.compress(data)
    return data


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method, compresslevel=1) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return stream.getvalue()


def raw_zip(
    *members: tuple[bytes, bytes, int, int], offsets: tuple[int, ...] = (), count: int = -1, method: int = 8
) -> bytes:
    """A ZIP archive by hand: name, packed content, declared size, and extra flags; perhaps all at one place."""
    body, entries = bytearray(), []
    for place, (name, packed, size, flags) in enumerate(members):
        small = method == zipfile.ZIP_DEFLATED and max(len(packed), size) < 10_000
        crc = zlib.crc32(zlib.decompress(packed, -15)) if small else 0
        fixed = struct.pack("<HHHHHIIIHH", 20, flags, method, 0, 33, crc, len(packed), size, len(name), 0)
        begin = offsets[place] if offsets else len(body)
        if not offsets or place == 0:
            body += b"PK\x03\x04" + fixed + name + packed
        entries.append(b"PK\x01\x02\x14\x00" + fixed + struct.pack("<HHHII", 0, 0, 0, 0, begin) + name)
    directory, number = b"".join(entries), len(members) if count < 0 else count
    end = struct.pack("<HHHHIIH", 0, 0, number, number, len(directory), len(body), 0)
    return bytes(body) + directory + b"PK\x05\x06" + end


def zip_bomb(_: Traps) -> bytes:
    return raw_zip((b"a.csv", zeros(3 * GIB), 3 * GIB, 0))


def zip_forged_size(_: Traps) -> bytes:
    """Says that it holds ten bytes, and holds 3 GiB."""
    return raw_zip((b"a.csv", zeros(3 * GIB), 10, 0))


def zip_overlapping(_: Traps) -> bytes:
    """A thousand members which are all the same bytes."""
    packed = zeros(64 * MIB)
    members = [(f"{place}.csv".encode(), packed, 64 * MIB, 0) for place in range(1_000)]
    return raw_zip(*members, offsets=(0,) * 1_000)


def zip_nested(_: Traps) -> bytes:
    data = zipped(("0.csv", bytes(64 * MIB)))
    for level in range(5):
        data = zipped(*((f"{level}-{each}.zip", data) for each in range(10)))
    return data


def zip_in_zip(_: Traps) -> bytes:
    data = zip_bomb(_)
    for level in range(4):
        data = zipped((f"{level}.zip", data))
    return data


def zip_crowd(_: Traps) -> bytes:
    """70,000 members."""
    members = [(b"%d.csv" % place, b"\x03\x00", 0, 0) for place in range(65_000)]
    return raw_zip(*members)


def zip_forged_count(_: Traps) -> bytes:
    return raw_zip((b"a.csv", zlib.compress(CSV)[2:-4], len(CSV), 0), count=65_000)


def zip64_forged(_: Traps) -> bytes:
    """Says that its directory has 2^60 entries and lies beyond the end."""
    data = zipped(("a.csv", CSV))
    end = data.rindex(b"PK\x05\x06")
    wide = struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, 2**60, 2**60, 2**60, 2**62)
    locator = b"PK\x06\x07" + struct.pack("<IQI", 0, end, 1)
    last = struct.pack("<HHHHIIH", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return data[:end] + b"PK\x06\x06" + wide + locator + b"PK\x05\x06" + last


def zip_two_ends(_: Traps) -> bytes:
    """Two directories: which one counts depends on who looks."""
    other = zipped(("data.pkl", b"cos\nsystem\n"))
    data = zipped(("a.csv", CSV))
    return data[:-2] + struct.pack("<H", len(other)) + other


def named(name: str, mode: int = 0) -> Hostile:
    """A member with a name that leads elsewhere, or of another kind than a file."""
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return Hostile(
        f"zip: member {name.encode('unicode_escape').decode()}{f' {mode:o}' if mode else ''}",
        lambda traps: zipped((info, CSV)),
        PLAIN,
    )


def zip_link(traps: Traps) -> bytes:
    info = zipfile.ZipInfo("table.csv")
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return zipped((info, b"/etc/passwd"))


def zip_with_bz2(_: Traps) -> bytes:
    return raw_zip((b"a.csv", bz2.compress(bytes(264 * MIB), 1), 264 * MIB, 0), method=zipfile.ZIP_BZIP2)


def zip_with_lzma(_: Traps) -> bytes:
    settings = {"id": lzma.FILTER_LZMA1, "preset": 0}
    packed = lzma.compress(bytes(264 * MIB), lzma.FORMAT_ALONE, filters=[settings])
    head = b"\x09\x04" + struct.pack("<H", 5) + packed[:5]  # version and size of the properties, which come next
    return raw_zip((b"a.csv", head + packed[13:], 264 * MIB, 2), method=zipfile.ZIP_LZMA)


def zip_unknown_method(_: Traps) -> bytes:
    data = bytearray(zipped(("a.csv", CSV), method=zipfile.ZIP_STORED))
    data[8:10] = struct.pack("<H", 98)
    place = data.index(b"PK\x01\x02")
    data[place + 10 : place + 12] = struct.pack("<H", 98)
    return bytes(data)


def tar_link(packed: bool) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz" if packed else "w") as archive:
        link = tarfile.TarInfo("../../table.csv")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
        device = tarfile.TarInfo("/dev/sda")
        device.type = tarfile.BLKTYPE
        archive.addfile(device)
    return stream.getvalue()


def gz_named(_: Traps) -> bytes:
    """A file name in the header that leads elsewhere, and an extra field."""
    stream = io.BytesIO()
    with gzip.GzipFile("../../../../tmp/elsewhere.csv", "w", fileobj=stream) as packed:
        packed.write(CSV)
    return stream.getvalue()


CASES = (
    Hostile("gz: 10 GiB in many parts", gz_of_parts, said="holds more than"),
    Hostile("gz: 4 GiB in one", gz_in_one, said="holds more than"),
    Hostile("gz: a bomb in gz", gz_in_gz, said="holds more than"),
    Hostile("gz: twice is fine", lambda _: gz_nest(2), PLAIN),
    Hostile("gz: a table that packs well is fine", lambda _: gzip.compress(b"a,b\n" + b"0,0\n1,2\n" * 500_000), PLAIN),
    Hostile("gz: a hundred layers", lambda _: gz_nest(100), said="packed more than twice"),
    Hostile("gz: a name that leads elsewhere", gz_named, PLAIN),
    Hostile("gz: a tar with a link", lambda _: tar_link(True), said="tar archive"),
    Hostile("tar: a link and a device", lambda _: tar_link(False), said="tar archive"),
    Hostile("bz2: 10 GiB", bz2_bomb, said="holds more than"),
    Hostile("xz: 10 GiB", xz_bomb, said="holds more than"),
    Hostile("xz: a dictionary of 3 GiB", xz_dictionary, EITHER),
    Hostile("zip: 3 GiB", zip_bomb, said="holds more than"),
    Hostile("zip: 3 GiB that are ten bytes", zip_forged_size, said="damaged"),
    Hostile("zip: overlapping members", zip_overlapping, said="holds 1,000 files"),
    Hostile("zip: ten in ten in ten", zip_nested, said="holds 10 files"),
    Hostile("zip: zip in zip in zip", zip_in_zip, said="packed more than twice"),
    Hostile("zip: 65,000 members", zip_crowd, said="65,000 files"),
    Hostile("zip: a forged count", zip_forged_count, EITHER),
    Hostile("zip: a forged count of 2^60", zip64_forged, said="damaged"),
    Hostile("zip: two directories", zip_two_ends, EITHER),
    Hostile("zip: bz2 inside", zip_with_bz2),
    Hostile("zip: lzma inside", zip_with_lzma),
    Hostile("zip: an unknown method", zip_unknown_method, said="damaged"),
    Hostile("zip: protected", lambda _: raw_zip((b"a.csv", zeros(8 * MIB), 8 * MIB, 1)), said="password"),
    Hostile("zip: a link as member", zip_link, said="no file"),
    named("../../../../tmp/elsewhere.csv"),
    named("/tmp/elsewhere.csv"),
    Hostile("zip: member of Windows that leads up", lambda _: zipped(("..\\..\\a.csv", CSV)), EITHER),
    named("C:\\Windows\\elsewhere.csv"),
    named("\x1b[31mred\r\nINFO all is well\u202e.csv"),
    named("null", stat.S_IFCHR | 0o666),
    named("pipe", stat.S_IFIFO | 0o666),
)
