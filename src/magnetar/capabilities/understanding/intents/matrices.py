"""Sparse matrices, typed as Any: type checkers cannot follow what their operators give."""

from __future__ import annotations

from typing import Any

from scipy import sparse

Sparse = Any
"""A scipy sparse array."""


def csr(values: Any, shape: tuple[int, int] | None = None) -> Sparse:
    """A matrix by rows, from (values, (rows, columns)), another matrix or, of zeros, its shape alone."""
    return sparse.csr_array(values, shape=shape)


def coo(values: Any) -> Sparse:
    """The entries of a matrix one by one."""
    return sparse.coo_array(values)


def scaled_by(factors: Any) -> Sparse:
    """The diagonal matrix that multiplies columns (from the right) or rows (from the left)."""
    return sparse.diags_array(factors)
