"""What only a cluster has: needs that no node meets, tasks that die or fall silent, nodes with other versions."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

import core
from core.engines import FITS
from tests.core import places
from tests.core.places import SLOTS, Place
from tests.core.trials import gone, until

if not places.installed():
    pytest.skip("Ray is not installed", allow_module_level=True)

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with places.place("ray", tmp_path_factory.mktemp("ray")) as opened:
        yield opened


def task(job: str) -> psutil.Process:
    """The process of a task, which Ray calls by its name."""
    until(lambda: _named(psutil.Process(), f"ray::{job}"), what=f"for the task of {job}")
    return _named(psutil.Process(), f"ray::{job}")[0]


def _named(process: psutil.Process, part: str) -> list[psutil.Process]:
    """What is below a process and has this in its command."""
    found = []
    for each in process.children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            found += [each] if part in " ".join(each.cmdline()) else []
    return found


def begin(place: Place, id: str) -> psutil.Process:
    """Have a fit that goes on for minutes, and give its task."""
    place.start(place.fit(id, "reports", amount=600.0))
    place.step(id)
    return task(id)


class Forgetful:
    """A board that does not pass on that a job is no longer wanted."""

    def __init__(self, board: Any) -> None:
        self._board = board
        self.stop = SimpleNamespace(remote=lambda *_: None)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._board, name)


def test_a_fit_that_no_node_can_take_is_told_so(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.start(place.fit("needy", "naps", memory=2**50))
    monkeypatch.setattr("core.engines.ray.UNMET", 0.5)
    event = place.end("needy")
    reason = "no node of the cluster has a core and 1048576.0 GiB of memory"
    assert (event.kind, event.reason) == ("failed", reason)
    assert place.engine.free(FITS) == SLOTS


def test_a_fit_that_waits_for_a_node_says_so_and_can_be_stopped(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.engines.ray.SOON", 0.2)
    place.start(place.fit("waiting", "naps", memory=2**50))
    assert place.waits("waiting").result["message"] == "waiting for the cluster to begin"
    place.engine.stop("waiting", "stopped by you")
    event = place.end("waiting", 1.0)
    assert (event.kind, event.reason) == ("ended", "stopped by you")
    assert place.engine.free(FITS) == SLOTS


def test_a_node_with_other_versions_is_refused(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.engines.ray.versions", lambda: {"bakeoff": "0.0.1"})
    event = place.run(place.fit("other", "naps", amount=0.0))
    assert event.kind == "failed" and event.reason.startswith("node "), event
    assert event.reason.endswith(f"has bakeoff {core.__version__}, and this machine has 0.0.1")
    assert place.store.files.predictions("other") is None


def test_a_task_that_dies_is_repeated(place: Place) -> None:
    place.start(place.fit("mortal", "reports", amount=3.0))
    place.step("mortal")
    task("mortal").kill()
    assert place.end("mortal").kind == "done"


def test_a_task_that_dies_too_often_is_told_in_words(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place.engine, "_retries", 0)
    begin(place, "doomed").kill()
    event = place.end("doomed")
    assert (event.kind, event.reason) == ("died", "the node or the process that ran it was lost")


def test_a_task_that_does_not_answer_is_ended_by_ray(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.start(place.fit("silent", "has_children", amount=60.0))
    process = task("silent")
    until(lambda: place.listen(0.05) or len(_named(process, "end = time.monotonic()")) == 2, what="for its children")
    below = [process, *process.children(recursive=True)]
    with monkeypatch.context() as patch:
        patch.setattr(place.engine, "_board", Forgetful(place.engine._board))  # type: ignore[attr-defined]
        place.engine.stop("silent", "stopped by you")
        event = place.end("silent", 4.0)
    assert (event.kind, event.reason) == ("ended", "stopped by you")
    gone(below, 3.0)
    assert place.engine.free(FITS) == SLOTS


def test_a_fit_that_is_stopped_as_soon_as_it_begins_leaves_nothing(place: Place) -> None:
    """On a node that is new to it, whose guard has only just begun; the engine has not heard yet that it began."""
    for idle in _named(psutil.Process(), "ray::IDLE"):
        idle.kill()
    place.start(place.fit("brief", "has_children", amount=60.0))
    until(lambda: len(_named(psutil.Process(), "end = time.monotonic()")) == 2, what="for its children")
    below = _named(psutil.Process(), "end = time.monotonic()")
    place.engine.stop("brief", "stopped by you")
    assert place.end("brief", 3.0).kind == "ended"
    gone(below, 3.0)


def test_what_was_ended_is_not_known_by_its_name(place: Place) -> None:
    """A stopped fit that is tried again goes through."""
    begin(place, "again")
    place.engine.stop("again", "stopped by you")
    assert place.end("again").kind == "ended"
    place.heard.clear()
    assert place.run(place.fit("again", "naps", amount=0.5)).kind == "done"


def test_the_table_is_sent_once_and_each_process_maps_the_same_file(place: Place) -> None:
    place.run(place.fit("here", "naps", amount=0.0))
    (fingerprint,) = place.engine._tables  # type: ignore[attr-defined]
    (common,) = (each / f"{fingerprint}.arrow" for each in places.node_folders())
    links = list(common.parent.glob(f"*/store/data/{fingerprint}.arrow"))
    assert links and {each.stat().st_ino for each in links} == {common.stat().st_ino}


def test_a_node_whose_temporary_files_were_cleaned_away_goes_on(place: Place) -> None:
    assert place.run(place.fit("before", "naps", amount=0.0)).kind == "done"
    for each in places.node_folders():
        shutil.rmtree(each)
    assert [place.run(place.fit(f"after{number}", "naps", amount=0.0)).kind for number in range(3)] == ["done"] * 3
