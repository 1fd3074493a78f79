"""Data sets by name from elsewhere: over a real socket, from scikit-learn's own recordings of OpenML."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
import time
import urllib.request
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import _california_housing, _covtype, _kddcup99, fetch_openml
from sklearn.datasets._base import RemoteFileMetadata

from core.catalogue import UnknownName
from core.data import PLACES, Unreadable, load_table, make_problem, network, openml, sampling
from core.data.fetched import FETCHERS
from core.data.openml import first_sentence
from core.data.report import Report
from core.records import Roles, Table, Task
from tests.core import openml_server
from tests.core.openml_server import RECORDED, Answer, Server


def same(one: Table, other: Table) -> bool:
    return (one.fingerprint, one.notes, one.about, one.target) == (
        other.fingerprint, other.notes, other.about, other.target
    )  # fmt: skip


@RECORDED
@pytest.mark.parametrize("source", ["openml:61", "openml:iris", "openml:iris@1"])
def test_a_data_set_of_openml(source: str, server: Server, tables: Path) -> None:
    table = load_table(source, tables)
    assert (table.name, table.title, table.target) == (source, "iris (OpenML)", "class")
    assert list(table.frame) == ["sepallength", "sepalwidth", "petallength", "petalwidth", "class"]
    assert list(table.frame["class"].cat.categories) == ["Iris-setosa", "Iris-versicolor", "Iris-virginica"]
    assert table.about.startswith("This is perhaps the best known database")
    assert table.notes == ("From OpenML: `iris`, version 1, openml.org/d/61. Licence: Public.",)
    assert make_problem(table, Roles("class")).task is Task.CLASSIFICATION
    asked = len(server.asked)
    server.faults[""] = openml_server.hung_up
    assert same(load_table(source, tables), table) and len(server.asked) == asked


@RECORDED
def test_nothing_is_kept_where_there_is_no_folder(server: Server, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path / "usual"))
    load_table("openml:61")
    load_table("openml:61")
    assert len([path for path in server.asked if path.endswith(".arff")]) == 2
    assert not list(tmp_path.iterdir())


@RECORDED
@pytest.mark.parametrize(
    ("source", "target", "left_out", "kinds"),
    [
        ("openml:1119", "class", (), "category"),
        ("openml:561", "class", (), "number"),
        ("openml:40945", "survived", (), "category"),
        ("openml:42585", "species", (), "category"),
        ("openml:miceprotein@4", "class", (), "constant"),
        ("openml:40589", "amazed.suprised", ("happy.pleased", "sad.lonely"), "category"),
        ("openml:42074", "", (), ""),
    ],
)
def test_recorded_data_sets_are_read(source: str, target: str, left_out: tuple[str, ...], kinds: str, server, tables):
    table = load_table(source, tables)
    assert table.target == target and table.title.endswith("(OpenML)")
    assert len(table.about) > 15 and table.about[0].isalpha() and len(table.about) < 260
    known = {column.name: column for column in table.columns}
    if target:
        assert known[target].kind in (kinds, "yes/no")
    assert all("another answer" in known[name].leave_out for name in left_out)


@RECORDED
@pytest.mark.filterwarnings("ignore:Version 1 of dataset Australian is inactive")
def test_a_sparse_data_set_that_is_not_active(server: Server, tables: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = load_table("openml:292", tables)
    theirs = fetch_openml(data_id=292, data_home=tables.parent / "fetched", as_frame=False, parser="liac-arff")
    assert table.target == "Y" and list(table.frame["Y"].astype(str)) == list(theirs.target)
    np.testing.assert_array_equal(table.frame.drop(columns="Y").to_numpy(), theirs.data.toarray())
    assert "OpenML says that this version is deactivated" in table.notes[1]
    monkeypatch.setattr(openml, "_MOST_COLUMNS", 10)
    with pytest.raises(Unreadable, match="is sparse: it has 15 columns, mostly zeros, and at most 10"):
        load_table("openml:292", tables)


@RECORDED
def test_a_table_with_too_many_cells_is_a_sample_and_says_so(server: Server, tables: Path, monkeypatch) -> None:
    whole = load_table("openml:40945", tables).frame
    monkeypatch.setattr(sampling.drawn, "__defaults__", (len(whole.columns) * 20,))
    monkeypatch.setattr(sampling.sample, "__defaults__", (len(whole.columns) * 20,))
    table = load_table("openml:40945", tables)
    assert len(table.frame) == 20 and same(load_table("openml:40945", tables), table)
    change = next(change for change in table.report if change.rule == "sample")
    assert change.count == len(whole) - 20 and "so 20 of the rows were drawn at random (seed 0)" in change.text
    ages = whole["age"].tolist()
    assert all(age in ages or np.isnan(age) for age in table.frame["age"])


def test_a_sample_is_in_order_and_drawn_by_the_seed() -> None:
    frame = pd.DataFrame({"a": np.arange(1000), "b": np.arange(1000)})
    report = Report()
    rows = sampling.sample(frame, report, most=200)["a"].to_numpy()
    assert len(rows) == 100 and (np.diff(rows) > 0).all() and rows.max() > 500 and rows.min() < 100
    assert (rows == sampling.sample(frame, Report(), most=200)["a"]).all()
    assert sampling.sample(frame, report, most=2000) is frame and len(report.notes()) == 1


# ---- what goes wrong


@RECORDED
@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (
            "openml:99999999",
            "'99999999' of OpenML does not exist, or is not active. Bakeoff has no list of OpenML's names",
        ),
        ("openml:no_such_thing", "'no_such_thing' of OpenML does not exist"),
        ("openml:glass2", "'glass2' of OpenML does not exist, or is not active"),
        ("openml:iris@7", "'iris@7' of OpenML does not exist"),
        ("openml:0", "could not|is not used"),
        ("openml:", "is no name of OpenML"),
        ("openml:../../../../escaped", "is no name of OpenML"),
        ("openml:..", "is no name of OpenML"),
        ("openml:a b\r\nHost: x", "is no name of OpenML"),
        ("openml:" + "x" * 5000, "is no name of OpenML"),
    ],
)
def test_what_openml_does_not_have(source: str, sentence: str, server: Server, tables: Path) -> None:
    with pytest.raises(Unreadable, match=sentence) as raised:
        load_table(source, tables)
    assert len(str(raised.value)) < 400 and str(tables.parent) not in str(raised.value)


@RECORDED
@pytest.mark.parametrize(
    ("path", "fault", "sentence"),
    [
        ("data/61", openml_server.status(404), "answered with an error: 404 Not Found."),
        ("data/61", openml_server.status(503), "answered with an error: 503 Service Unavailable."),
        ("data/features", openml_server.status(500), "answered with an error: 500"),
        ("iris.arff", openml_server.status(403), "answered with an error: 403"),
        ("data/61", openml_server.silent, "did not answer within 0.3 seconds."),
        ("data/61", openml_server.stalled, "did not answer within 0.3 seconds."),
        ("iris.arff", openml_server.silent, "did not answer within 0.3 seconds."),
        ("iris.arff", openml_server.stalled, "did not answer within 0.3 seconds."),
        ("data/61", openml_server.hung_up, "The connection to OpenML broke off."),
        ("data/61", openml_server.dropped, "broke off|damaged"),
        ("iris.arff", openml_server.dropped, "broke off|damaged"),
        ("iris.arff", openml_server.tampered, "arrived damaged and is not used: its checksum is not the one"),
        ("data/61", openml_server.garbled, "arrived damaged and is not used: it is not written as it should be."),
        ("data/features", openml_server.garbled, "arrived damaged"),
        ("data/61", openml_server.elsewhere("http://localhost/x"), "leads to another machine, localhost"),
        ("data/61", openml_server.elsewhere("file:///etc/hostname"), "."),
        ("data/61", openml_server.described(url="http://169.254.169.254/latest"), "another machine, 169.254.169.254"),
        ("data/61", openml_server.described(url="file:///etc/hostname"), "another machine, file:"),
        ("data/61", openml_server.described(url="http://127.0.0.1/../../../../x"), "leads out of its folder"),
        ("data/61", openml_server.described(md5_checksum="0" * 32), "checksum"),
    ],
)
def test_bad_answers_end_as_a_sentence_and_leave_nothing_wrong(
    path: str, fault: Answer, sentence: str, server: Server, tables: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "SECONDS", 0.3)
    opener = getattr(urllib.request, "_opener", None)
    server.faults[path] = fault
    began = time.monotonic()
    with pytest.raises(Unreadable, match=sentence) as raised:
        load_table("openml:61", tables)
    assert time.monotonic() - began < 3 and len(server.asked) < 12
    said = str(raised.value)
    assert "'61' of OpenML" in said and str(tables.parent) not in said and "Traceback" not in said
    assert getattr(urllib.request, "_opener", None) is opener
    server.faults.clear()
    monkeypatch.setattr(network, "SECONDS", 5.0)
    for kept in tables.parent.rglob("61.gz") if "md5" in str(fault) else ():
        kept.unlink()
    if "described" not in str(fault):
        assert len(load_table("openml:61", tables).frame) > 100


@RECORDED
def test_without_a_network_the_answer_comes_at_once(server: Server, tables: Path, monkeypatch) -> None:
    server.shutdown()
    server.server_close()
    began = time.monotonic()
    with pytest.raises(Unreadable, match="OpenML cannot be reached; is this machine connected"):
        load_table("openml:61", tables)
    assert time.monotonic() - began < 2


@RECORDED
def test_a_copy_that_somebody_changed_is_fetched_again(server: Server, tables: Path) -> None:
    table = load_table("openml:61", tables)
    copy = next(tables.parent.rglob("iris.arff.gz"))
    copy.write_bytes(gzip.compress(gzip.decompress(copy.read_bytes()).replace(b"5.1", b"6.6")))
    assert same(load_table("openml:61", tables), table)
    copy.write_bytes(b"no gzip at all")
    assert same(load_table("openml:61", tables), table)
    copy.write_bytes(b"")
    server.faults[""] = openml_server.hung_up
    with pytest.raises(Unreadable, match="broke off"):
        load_table("openml:61", tables)


@pytest.mark.parametrize(
    ("description", "sentence"),
    [
        ("**Author**: R. A. Fisher  \n**Source**: [UCI](x) - 1936\n\n**Iris**  \nThis is well known. More.",
         "This is well known."),
        ("![picture](x)\n\n## Description\n\nThe goal of [penguins](y) is to provide data.", 
         "The goal of penguins is to provide data."),
        ("**Author**: somebody\n**Source**: [x](y)\n\nDownloaded from openml.org.", ""),
        ("glass2-pmlb", "glass2-pmlb"),
        ("", ""),
        ("word " * 200, ("word " * 47) + "word …"),
        ("<b>Bold</b> words with *stars*, e.g. this one. Yes.", "Bold words with stars, e.g. this one."),
    ],
)  # fmt: skip
def test_the_first_sentence_of_a_description(description: str, sentence: str) -> None:
    assert first_sentence(description) == sentence


# ---- scikit-learn's own fetchers


def archive(monkeypatch, module, name: str, server: Server, content: bytes) -> None:
    """Have one of scikit-learn's fetchers find its archive on this machine."""
    known = getattr(module, name)
    server.recordings[f"{known.filename}.gz"] = content  # type: ignore[assignment]
    found = RemoteFileMetadata(
        known.filename, f"{server.address}/{known.filename}", hashlib.sha256(content).hexdigest()
    )
    monkeypatch.setattr(module, name, found)
    server.faults[known.filename] = lambda handler, _: handler.send(content)


def california() -> bytes:
    """Ten districts as the archive has them: place, age, rooms, bedrooms, people, households, income, value."""
    lines = "".join(
        f"-122.{n},37.8{n},4{n},{800 + n},{100 + n},{300 + n},{120 + n},{8 - n / 10},{400000 + n}\n" for n in range(10)
    )
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        member = tarfile.TarInfo("CaliforniaHousing/cal_housing.data")
        member.size = len(lines)
        tar.addfile(member, io.BytesIO(lines.encode()))
    return packed.getvalue()


def test_california_housing_is_kept_as_parquet_and_not_as_a_pickle(server: Server, tables: Path, monkeypatch) -> None:
    archive(monkeypatch, _california_housing, "ARCHIVE", server, california())
    table = load_table("sklearn:california_housing", tables)
    assert (table.name, table.target, table.task) == ("sklearn:california_housing", "MedHouseVal", "regression")
    assert table.frame.shape == (10, 9) and table.frame["MedHouseVal"][3] == pytest.approx(4.00003)
    assert [path.name for path in (tables.parent / "fetched").iterdir()] == ["california_housing.parquet"]
    asked = len(server.asked)
    assert same(load_table("sklearn:california_housing", tables), table)
    assert load_table("california_housing", tables).fingerprint == table.fingerprint and len(server.asked) == asked
    (tables.parent / "fetched" / "california_housing.parquet").write_bytes(b"\x80\x04no parquet")
    assert same(load_table("sklearn:california_housing", tables), table) and len(server.asked) == asked + 1


def test_forest_cover_and_network_attacks(server: Server, tables: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = "".join(
        ",".join(str((row * place) % 7) for place in range(1, 55)) + f",{row % 7 + 1}\n" for row in range(30)
    )
    archive(monkeypatch, _covtype, "ARCHIVE", server, gzip.compress(rows.encode()))
    table = load_table("sklearn:covtype", tables)
    assert table.frame.shape == (30, 55) and make_problem(table, Roles(table.target)).task is Task.CLASSIFICATION
    kinds = "0,tcp,http,SF," + ",".join(["1"] * 37)
    rows = "".join(f"{kinds},{'normal.' if row % 2 else 'smurf.'}\n" for row in range(30))
    archive(monkeypatch, _kddcup99, "ARCHIVE_10_PERCENT", server, gzip.compress(rows.encode()))
    table = load_table("sklearn:kddcup99", tables)
    assert list(table.frame["labels"].cat.categories) == ["normal.", "smurf."]
    assert set(table.frame["protocol_type"].astype(str)) == {"tcp"} and table.frame["src_bytes"].sum() == 30
    assert same(load_table("sklearn:kddcup99", tables), table)


def test_scikit_learns_archive_damaged_or_away(server: Server, tables: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive(monkeypatch, _california_housing, "ARCHIVE", server, california())
    server.faults[_california_housing.ARCHIVE.filename] = lambda handler, _: handler.send(b"something else")
    with pytest.raises(Unreadable, match="its checksum is not the one that was announced"):
        load_table("sklearn:california_housing", tables)
    server.faults[_california_housing.ARCHIVE.filename] = openml_server.status(404)
    with pytest.raises(Unreadable, match="The source of California housing answered with an error: 404"):
        load_table("sklearn:california_housing", tables)
    server.faults[_california_housing.ARCHIVE.filename] = openml_server.hung_up
    with pytest.raises(Unreadable, match="broke off"):
        load_table("sklearn:california_housing", tables)
    assert not list(tables.parent.rglob("*.parquet"))


@pytest.mark.parametrize("name", [name for name, entry in FETCHERS.items() if entry.no_table])
def test_fetchers_without_a_table_say_why(name: str) -> None:
    with pytest.raises(
        Unreadable, match=f"cannot be used here: {FETCHERS[name].no_table}. Those that can: `california"
    ):
        load_table(f"sklearn:{name}")


def test_unknown_fetchers_are_answered_with_near_ones() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'covtype'"):
        load_table("sklearn:covtyp")
    assert {place.example.partition(":")[0] for place in PLACES.values()} == set(PLACES)
