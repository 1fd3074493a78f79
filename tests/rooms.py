"""Which room of core may know which: what `tests.test_rules` holds the house to."""

from __future__ import annotations

from collections.abc import Mapping

FOUNDATION = ("core.records", "core.catalogue", "core.progress", "core.wording")

# A room to the rooms of core that it may know, itself aside. Rooms that are not listed are free within core.
KNOWS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(FOUNDATION, ()),
    **dict.fromkeys(
        (
            "core.data",
            "core.preparation",
            "core.networks",
            "core.metrics",
            "core.comparison",
            "core.checks",
            "core.importances",
            "core.projections",
            "core.profile",
            "core.store",
        ),
        FOUNDATION,
    ),
    "core.models": (*FOUNDATION, "core.preparation", "core.networks"),
    "core.evidence": (*FOUNDATION, "core.metrics", "core.comparison"),
    "core.afterwards": (
        *FOUNDATION,
        "core.checks",
        "core.comparison",
        "core.data",
        "core.derivation",
        "core.importances",
        "core.jobs",
        "core.metrics",
        "core.models",
        "core.preparation",
        "core.results",
        "core.run",
        "core.standing",
        "core.store",
    ),
    # curves and scores read stored predictions alike
    "core.diagnostics": (*FOUNDATION, "core.metrics", "core.predictions"),
    "core.held_out": (*FOUNDATION, "core.metrics", "core.diagnostics", "core.predictions"),
    "core.decisions": (*FOUNDATION, "core.metrics", "core.comparison", "core.diagnostics", "core.held_out"),
    "core.conformal": (*FOUNDATION, "core.metrics", "core.held_out"),
    "core.groups": (
        *FOUNDATION,
        "core.metrics",
        "core.diagnostics",
        "core.held_out",
        "core.predictions",
        "core.profile",
    ),
}
