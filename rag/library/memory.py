"""Less memory for a process that stores many vectors: how glibc hands out memory, where it is the C library."""

from __future__ import annotations

import ctypes
import sys

M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8  # of mallopt(3)
ARENAS = 2
LARGE = 128 * 1024  # bytes from which a block is given back as soon as it is free; setting it keeps it from growing


def keep_compact() -> None:
    """Few arenas, and large blocks apart. To be called before the threads start that store and embed.

    Left alone, every thread of the embedder and of Chroma gets an arena of its own, and buffers that live shortly end up
    between what stays: an ingest then grows by a third faster.
    """
    if not sys.platform.startswith("linux"):
        return
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):  # another C library
        return
    mallopt(M_ARENA_MAX, ARENAS)
    mallopt(M_MMAP_THRESHOLD, LARGE)
