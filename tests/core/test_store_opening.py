"""A store of an older version is brought up to date once, a newer one refused, a damaged one replaced and said so."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from core.records import FitState, RunState
from core.store import Store, StoreError, opening, schema
from tests.core.points import LIFE, PROBLEM, SPEC, fit, view

V1 = Path(__file__).parents[1] / "fixtures" / "store-v1"
V2 = V1.with_name("store-v2")  # two runs, one of them on a file
RUN = "c03036875894"  # of the fixture: iris, three models, two folds


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A data folder as version 1 left it."""
    return Path(shutil.copytree(V1, tmp_path / "old"))


def columns(store: Store) -> dict[str, list[str]]:
    """What the tables and indexes of a store are made of."""
    names = [
        row[0] for row in store._read("SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite%' ORDER BY name")
    ]
    return {name: sorted(row[1] for row in store._read(f'PRAGMA table_info("{name}")')) for name in names}


def test_a_store_of_version_1_is_brought_up_to_date_with_all_that_is_in_it(old: Path, tmp_path: Path) -> None:
    store = Store(old)
    run = store.run(RUN)
    assert run is not None and run.state == RunState.DONE
    fits = store.fits(RUN)
    assert [(each.model, each.fold) for each in fits] == [
        (model, fold) for model in ("baseline", "lda", "logistic_regression") for fold in (0, 1)
    ]
    assert {each.state for each in fits} == {FitState.DONE}
    assert fits[2].outcome is not None and fits[2].outcome.scores["accuracy"] == pytest.approx(0.96)
    assert fits[2].started is None and fits[2].outcome.marks == ()
    assert store.known_keys(each.key for each in fits) == {each.key for each in fits}
    assert {store.files.predictions(each.key).rows.size for each in fits} == {75}  # type: ignore[union-attr]
    assert [store.files.has_model(each.key) for each in fits] == [True, False] * 3
    table = store.table(run.spec.fingerprint)
    assert table is not None and table.frame.shape == (150, 5)
    assert len(store._read("SELECT * FROM derived WHERE state='done' AND run=?", RUN)) == 1
    assert columns(store) == columns(Store(tmp_path / "new")), "an upgraded store is like a new one"


def test_a_store_of_version_2_keeps_its_runs_and_reads_its_files_anew(tmp_path: Path) -> None:
    store = Store(Path(shutil.copytree(V2, tmp_path / "old")))
    runs = store.runs()
    assert [(each.spec.dataset, each.state) for each in runs] == [("bought.csv", "done"), ("iris", "done")]
    table = store.table(runs[0].spec.fingerprint)
    assert table is not None and table.title == "bought.csv" and table.frame.shape == (12, 3) and table.report
    assert [fit.outcome is not None for each in runs for fit in store.fits(each.id)] == [True] * 10
    assert store._read("SELECT * FROM source") == [], "how a file was read was not kept with the file"
    assert columns(store) == columns(Store(tmp_path / "new"))


def test_before_an_upgrade_a_backup_is_made_that_the_older_version_could_open(old: Path) -> None:
    before = (old / "store" / opening.NAME).read_bytes()
    store = Store(old)
    (backup,) = opening.backups(store.home)
    assert backup.name.startswith("v1-")
    assert backup.read_bytes()[100:] == before[100:], "all but the header, which counts changes"
    shutil.copy(backup, old / "store" / "again.db")
    with closing(sqlite3.connect(old / "store" / "again.db")) as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] == 1


def test_an_upgrade_that_fails_leaves_the_older_store(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = schema.MIGRATIONS[1] + "CREATE TABLE run (id TEXT);"
    with monkeypatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", {1: broken})
        with pytest.raises(sqlite3.OperationalError, match="already exists"):
            Store(old)
    with closing(sqlite3.connect(old / "store" / opening.NAME)) as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] == 1
        assert "started" not in {row[1] for row in db.execute("PRAGMA table_info(fit)") if row[1] != "run"}
    assert len(Store(old).fits(RUN)) == 6


OPEN = """
import sys, time
from contextlib import nullcontext
from pathlib import Path
from core.store import Store, opening

done = []
def counted(function):  # slow enough for others to come in between
    return lambda *arguments: (done.append(function), time.sleep(0.5), function(*arguments))[2]
opening.copy_aside, opening.replace = counted(opening.copy_aside), counted(opening.replace)
if sys.argv[2] == "alone":
    opening._alone = lambda home: nullcontext()
print("ready", flush=True)
sys.stdin.read(1)
try:
    store = Store(Path(sys.argv[1]))
    print(len(store.runs()), store._read("PRAGMA user_version")[0][0], len(done))
except Exception:
    print(0, 0, len(done))
    raise
"""


def opened_together(folder: Path, processes: int = 4, lock: bool = True) -> tuple[set[tuple[int, int]], int]:
    """What processes find that open a store at the same moment, and how often it was backed up or replaced."""
    command = [sys.executable, "-c", OPEN, str(folder), "" if lock else "alone"]
    started = [subprocess.Popen(command, stdin=-1, stdout=-1, stderr=-1, text=True) for _ in range(processes)]
    for each in started:
        assert each.stdout.readline() == "ready\n"  # type: ignore[union-attr]
    for each in started:  # all within a millisecond
        each.stdin.write("!")  # type: ignore[union-attr]
        each.stdin.flush()  # type: ignore[union-attr]
    answers = [each.communicate() for each in started]
    assert [each.returncode for each in started] == [0] * processes or not lock, answers
    found = [tuple(map(int, answer.split())) for answer, _ in answers if answer]
    return {(runs, version) for runs, version, _ in found}, sum(done for _, _, done in found)


def test_processes_that_open_an_older_store_at_once_upgrade_it_once(old: Path) -> None:
    assert opened_together(old) == ({(1, schema.VERSION)}, 1)
    assert len(opening.backups(old / "store")) == 1


def test_processes_that_open_a_new_folder_at_once_make_it_once(tmp_path: Path) -> None:
    assert opened_together(tmp_path / "new") == ({(0, schema.VERSION)}, 0)


def test_a_newer_store_is_refused_with_a_sentence_and_left_alone(store: Store) -> None:
    with closing(store.connect()) as db:
        db.execute("PRAGMA user_version=99")
    with pytest.raises(StoreError, match="made by a newer Bakeoff"):
        Store(store.folder)
    assert store._read("PRAGMA user_version")[0][0] == 99
    assert not opening.backups(store.home)


# ---- backups -------------------------------------------------------------------------------------------------------


def test_one_backup_is_made_a_day_and_three_are_kept(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    days = [f"202611{day:02}-120000" for day in (1, 1, 2, 3, 4, 5)]
    made = []
    for number, moment in enumerate(days):
        monkeypatch.setattr(opening, "_now", lambda moment=moment: moment)
        store.note("number", number)
        made.append(store.back_up())
    assert made == [True, False, True, True, True, True]
    names = [each.name for each in opening.backups(store.home)]
    assert names == [f"v{schema.VERSION}-202611{day:02}-120000.db" for day in (5, 4, 3)]


def test_a_damaged_database_takes_no_good_backup_s_place(store: Store) -> None:
    LIFE[1](store)
    path = damaged(store, page_of_a_table)
    with pytest.raises(StoreError, match="damaged"):
        store.back_up()
    assert not opening.backups(store.home) and path.exists()


# ---- damage --------------------------------------------------------------------------------------------------------

Harm = Callable[[bytearray], bytes]


def header(content: bytearray) -> bytes:
    return b"no database at all" + content[18:]


def page_of_a_table(content: bytearray) -> bytes:
    """The page where the runs begin, which opening does not look at."""
    size = int.from_bytes(content[16:18], "big")
    return content[: 6 * size] + bytes([255]) * (len(content) - 6 * size)


def half(content: bytearray) -> bytes:
    return content[: len(content) // 2]


def zeros(content: bytearray) -> bytes:
    return bytes(len(content))


def nothing(content: bytearray) -> bytes:
    return b""


def damaged(store: Store, harm: Harm) -> Path:
    """Harm a store's database, its journal written into it before; by another process, as an own one holds locks."""
    store._let_go()
    path = store.home / opening.NAME
    content = path.read_bytes()
    assert not path.with_name(f"{path.name}-wal").exists()
    path.write_bytes(harm(bytearray(content)))
    return path


@pytest.fixture
def lived(store: Store) -> Store:
    """A store with a backup, in which a run was made since."""
    for step in LIFE[:5]:
        step(store)
    assert store.back_up()
    store.note("since", True)
    return store


@pytest.mark.parametrize("harm", [header, half, zeros, nothing])
def test_a_damaged_database_is_set_aside_and_the_newest_backup_takes_its_place(harm: Harm, lived: Store) -> None:
    before = view(lived)
    path = damaged(lived, harm)
    content = path.read_bytes()
    again = Store(lived.folder)
    assert view(again) == before
    assert again.noted("since") is None
    (aside,) = lived.home.glob(f"{opening.NAME}.damaged-*") if content else (None,)
    said = again.noted("damaged")
    assert aside is None or (aside.read_bytes() == content and aside.name in said)
    assert said.startswith("The database was damaged") and "A backup of" in said
    again.note("damaged", None)
    assert Store(lived.folder).noted("damaged") is None


def test_without_a_good_backup_an_empty_database_takes_its_place(lived: Store) -> None:
    for each in opening.backups(lived.home):
        each.write_bytes(each.read_bytes()[:5000])
    damaged(lived, header)
    again = Store(lived.folder)
    assert again.runs() == [] and again.files.predictions("k0") is not None
    assert "no backup" in again.noted("damaged")
    assert again.add_run("r9", "", SPEC, PROBLEM, [fit(0, "k0", run="r9")])


def test_an_older_backup_is_brought_up_to_date_when_it_takes_the_place(old: Path) -> None:
    store = Store(old)
    damaged(store, header)
    again = Store(old)
    assert len(again.fits(RUN)) == 6 and "A backup of" in again.noted("damaged")
    assert again._read("PRAGMA user_version")[0][0] == schema.VERSION


def test_damage_that_opening_does_not_see_is_found_by_looking_through(lived: Store) -> None:
    before = view(lived)
    assert lived.check()
    damaged(lived, page_of_a_table)
    again = Store(lived.folder)
    assert again.noted("damaged") is None
    assert not again.check()
    assert view(again) == before and "A backup of" in again.noted("damaged")
    assert again.check()


def test_what_was_open_during_the_damage_does_not_harm_what_took_its_place(lived: Store) -> None:
    page = Store(lived.folder)
    with closing(page.connect()) as held:
        held.execute("SELECT COUNT(*) FROM run").fetchone()
        harmed = "import sys; f = open(sys.argv[1], 'r+b'); f.write(b'no database at all')"
        held.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        subprocess.run([sys.executable, "-c", harmed, str(lived.home / opening.NAME)], check=True)
        assert opened_together(lived.folder, 1) == ({(1, schema.VERSION)}, 1)
        fresh = Store(lived.folder)
        fresh.note("later", 1)
    page._let_go(), lived._let_go()
    assert fresh.noted("later") == 1 and Store(lived.folder).noted("later") == 1
    assert Store(lived.folder).check()


def test_processes_that_open_a_damaged_store_at_once_replace_it_once(lived: Store) -> None:
    damaged(lived, header)
    assert opened_together(lived.folder) == ({(1, schema.VERSION)}, 1)
    assert len(list(lived.home.glob(f"{opening.NAME}.damaged-*"))) == 1


def test_without_the_lock_they_would_replace_it_more_than_once(lived: Store) -> None:
    damaged(lived, header)
    assert opened_together(lived.folder, lock=False) != ({(1, schema.VERSION)}, 1)


KILLED = """
import os, signal, sys
from pathlib import Path
from core.store import Store
store = Store(Path(sys.argv[1]))
for number in range(200):
    store.note(str(number), "x" * 500)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("cut", [0, 20, 5000, 0.5, -1, "noise", "torn page"])
def test_a_torn_journal_costs_its_end_and_nothing_else(cut: int | float | str, lived: Store) -> None:
    before = view(lived)
    lived._let_go()
    subprocess.run([sys.executable, "-c", KILLED, str(lived.folder)], check=False)
    journal = lived.home / f"{opening.NAME}-wal"
    content = bytearray(journal.read_bytes())
    assert len(content) > 100_000
    if cut == "noise":
        content = bytearray(b"noise" * 1000)
    elif cut == "torn page":
        content[len(content) // 2] ^= 255
    else:
        content = content[: int(cut * len(content)) if isinstance(cut, float) else cut]  # type: ignore[misc]
    journal.write_bytes(content)
    again = Store(lived.folder)
    assert view(again) == before and again.check() and again.noted("damaged") is None
    kept = [each for each in range(200) if again.noted(str(each)) is not None]
    assert kept == list(range(len(kept))), "without a hole"
    assert len(kept) < 200
