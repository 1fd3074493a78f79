"""``python -m core.supervisor FOLDER`` serves a data folder."""

import sys

from core.engines.local import warm_context


def serve() -> int:
    """Have the fork server load its libraries while this process loads its own."""
    if sys.platform != "win32":
        from multiprocessing.forkserver import ensure_running

        warm_context()
        ensure_running()
    from core.supervisor import main

    return main()


sys.exit(serve())
