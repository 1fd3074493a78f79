"""What an entry of DERIVED is: a result worked out from stored things, keyed by the hash of what decides it.

Takes nothing; says what the kinds of derived results are made of. They stand in `core.derived`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.results import versions
from core.store import Store

Params = Mapping[str, Any]


def _keep_nothing(store: Store, params: Params, result: Params) -> None:
    """The derived row itself is all there is to keep."""


@dataclass(frozen=True, slots=True)
class Derivation:
    """A kind of derived result.

    Attributes
    ----------
    work : callable
        Store and parameters in, plain values out; writes no row.
    keep : callable
        Writes to the database what others should find without knowing the key.
    seconds : callable
        Time limit from the parameters, so that none keeps those that come after it waiting for ever.
    memory : callable
        Bytes that it may take, from the parameters; 0 for the engine's own limit.
    told : callable
        What a person is told where it has failed, from the last event's kind and reason.
    long : bool
        Whether it takes so long that only one such is worked on at a time, beside those that somebody waits for.
    """

    name: str
    work: Callable[[Store, Params], dict[str, Any]]
    keep: Callable[[Store, Params, Params], None] = _keep_nothing
    seconds: Callable[[Store, Params], float] = lambda store, params: 600.0
    memory: Callable[[Store, Params], int] = lambda store, params: 0
    told: Callable[[str, str], str] = lambda kind, reason: reason
    long: bool = False


def derived_key(kind: str, params: Params) -> str:
    """The hash of everything that decides a derived result."""
    text = json.dumps([kind, dict(params), versions()], sort_keys=True, default=list)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
