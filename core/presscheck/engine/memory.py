"""Tells memory that ran out from other failures: each library has its own words for it."""

from __future__ import annotations

import gc

import torch

PHRASES = ("allocate memory", "not enough memory", "out of memory", "alloc_failed")
"""torch's CPU allocator on Linux and on Windows, CUDA, and cuBLAS, all of them RuntimeErrors."""


def out_of_memory(error: BaseException) -> bool:
    """Tell whether memory ran out, on the CPU or on a CUDA device.

    >>> out_of_memory(RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried ..."))
    True
    >>> out_of_memory(RuntimeError("The size of tensor a must match the size of tensor b"))
    False
    """
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return True
    text = str(error).lower()
    return isinstance(error, RuntimeError) and any(phrase in text for phrase in PHRASES)


def free_memory() -> None:
    """Give back what nothing refers to any more; torch keeps CUDA blocks for itself otherwise."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
