"""How fast this machine is just now, for tests whose limits are seconds.

Limits are set on one machine; another one, or the same one while its neighbours work, takes half as long again for the
same steps. What is over its limit is measured against known work
of the same minute, so that the limit stays one on the steps and none on the machine.
"""

from __future__ import annotations

import hashlib
import json
import time

REFERENCE = 0.2  # processor seconds of `_work` on the machine on which the limits were set


def in_time(took: float, seconds: float) -> bool:
    """Whether something that `took` processor seconds would have taken no more than `seconds` there."""
    return took <= seconds or took <= seconds * _slowness()


def _slowness() -> float:
    """How many times as long as there the same work takes here just now: from 1 to 4, never quicker."""
    return min(4.0, max(1.0, min(_work() for _ in range(3)) / REFERENCE))


def _work() -> float:
    """Processor seconds of a bit of everything: objects, text, sorting, bytes."""
    began = time.process_time()
    read = json.loads(json.dumps({f"name {place}": [place, place / 7] for place in range(40_000)}))
    places = {name: pair[1] for name, pair in read.items()}
    text = "\n".join(sorted(places, key=lambda name: name[::-1]))
    for _ in range(20):
        hashlib.blake2b(text.encode()).hexdigest()
    return time.process_time() - began
