"""A process holds itself to limits: of memory, and of threads."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

# Read by libraries when they are imported.
ONE_THREAD = {
    name: "1"
    for name in (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "NUMEXPR_NUM_THREADS",
        "BLIS_NUM_THREADS",
    )
}

# Arrow's own allocator wants up to 1 GiB of address space at its first byte: all that a limited process may have.
PLAIN_ARROW = {"ARROW_DEFAULT_MEMORY_POOL": "system"}


@contextlib.contextmanager
def limited(allowance: int) -> Iterator[None]:
    """Let this process take so many bytes more than it has now, within the block; see `limit_memory`."""
    limit_memory(allowance)
    try:
        yield
    finally:
        limit_memory(0)


def limit_memory(allowance: int) -> None:
    """Let this process take so many bytes more than it has now; 0 lifts the limit.

    By address space, which the preloaded libraries fill to about 1 GiB already; not with CUDA, whose address space is
    far larger than its memory, and not where the system knows no such limit.
    """
    try:
        import resource
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    taken = _address_space()
    if allowance and taken and not _on_cuda():
        resource.setrlimit(resource.RLIMIT_AS, (taken + allowance, hard))
    else:
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY if hard == -1 else hard, hard))


def _on_cuda() -> bool:
    """Whether this process has PyTorch, and that a graphics card."""
    torch = sys.modules.get("torch")
    return torch is not None and torch.cuda.is_available()


def _address_space() -> int:
    """Bytes of address space of this process; 0 where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
