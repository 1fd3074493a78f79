"""The store: the only thing that processes share.

`database` speaks SQL over a `connection`, which `opening` made ready by the `schema`; `files` lie beside it, `space`
and `upkeep` see to the disk, `rows` come out.
"""

from core.store.database import Store
from core.store.errors import DiskFull, StoreError, is_full
from core.store.files import Files
from core.store.holding import ENDED_BY_HAND
from core.store.rows import Derived, FitRow, RunRow, Totals, table_info

__all__ = [
    "ENDED_BY_HAND",
    "Derived",
    "DiskFull",
    "Files",
    "FitRow",
    "RunRow",
    "Store",
    "StoreError",
    "Totals",
    "is_full",
    "table_info",
]
