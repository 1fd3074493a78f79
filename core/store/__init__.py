"""The store: the only thing that processes share.

`database` speaks SQL over a `connection`, `files` lie beside it, `rows` come out.
"""

from core.store.connection import StoreError
from core.store.database import Store
from core.store.files import Files
from core.store.rows import Derived, FitRow, RunRow, table_info

__all__ = ["Derived", "Files", "FitRow", "RunRow", "Store", "StoreError", "table_info"]
