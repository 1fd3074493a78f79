"""``python -m core.cli`` is the same as ``bakeoff``."""

from core.cli import main

main()
