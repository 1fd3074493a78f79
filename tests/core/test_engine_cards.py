"""A cluster deals out its graphics cards. This one Ray is only told of, and networks find the processor."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest

from core.engines import Job
from tests.core import places
from tests.core.places import Place
from tests.core.trials import until

if not places.installed():
    pytest.skip("Ray is not installed", allow_module_level=True)

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A cluster with one card."""
    with places.prepared(), pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_OVERRIDE_RESOURCES", '{"GPU": 1}')
        with places.filled(tmp_path_factory.mktemp("cards"), "ray") as opened:
            yield opened


def training(place: Place, id: str, cards: float) -> Job:
    """A network that trains for minutes."""
    return dataclasses.replace(place.fit(id, "feed_forward", max_epochs=10_000, early_stopping=False), gpus=cards)


def free_cards() -> float:
    import ray  # it reads how it is to be let in when it is imported: not before the cluster is prepared

    return float(ray.available_resources().get("GPU", 0.0))


@pytest.mark.parametrize(("cards", "left"), [(0.0, 1.0), (1.0, 0.0)])
def test_what_has_use_for_a_card_has_one_alone(place: Place, cards: float, left: float) -> None:
    id = f"uses{cards:g}"
    place.start(training(place, id, cards))
    place.step(id)
    until(lambda: free_cards() == left, what="for the cluster's count")
    place.engine.stop(id, "stopped by you")
    assert place.end(id).kind == "done"
    until(lambda: free_cards() == 1.0, what="for the card to be free")


def test_more_cards_than_a_node_has_are_told(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.engines.ray.UNMET", 0.5)
    place.start(training(place, "greedy", 2.0))
    event = place.end("greedy")
    assert (event.kind, event.reason) == ("failed", "no node of the cluster has a core and 2 graphics cards")
