"""``python -m core`` is the same as ``bakeoff``."""

from core.cli import main

main()
