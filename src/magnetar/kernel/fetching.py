"""Ask memory for a row before it is needed.

A page of a large market touches a dozen lines of memory that no cache holds. Asked for one after
another each costs a wait of some eighty nanoseconds; asked for in advance they arrive together.
"""

from __future__ import annotations

from typing import Any, cast

from llvmlite import ir  # pyright: ignore[reportMissingTypeStubs]
from numba.core import types
from numba.extending import intrinsic


def _ask(context: Any, builder: Any, held: Any, row: Any, offset: Any) -> None:
    step = builder.extract_value(held.strides, 0)
    place = builder.add(builder.ptrtoint(held.data, step.type), builder.mul(step, row))
    address = builder.inttoptr(builder.add(place, offset), ir.PointerType(ir.IntType(8)))
    number = ir.IntType(32)
    shape = ir.FunctionType(ir.VoidType(), [address.type, number, number, number])
    function = builder.module.declare_intrinsic("llvm.prefetch", (address.type,), shape)
    builder.call(function, [address, number(0), number(3), number(1)])  # to read, to keep, data


def _fetch(typing: Any, array: Any, row: Any) -> Any:
    def write(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        held = context.make_array(signature.args[0])(context, builder, arguments[0])
        _ask(context, builder, held, arguments[1], ir.IntType(64)(0))
        return context.get_dummy_value()

    return types.void(array, types.int64), write


def _fetch_line(typing: Any, array: Any, row: Any, line: Any) -> Any:
    def write(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        held = context.make_array(signature.args[0])(context, builder, arguments[0])
        _ask(context, builder, held, arguments[1], builder.mul(arguments[2], ir.IntType(64)(64)))
        return context.get_dummy_value()

    return types.void(array, types.int64, types.int64), write


fetch = cast(Any, intrinsic(_fetch))
"""fetch(array, row): inside a kernel, ask for the line of memory where a row of the array begins. Decides nothing."""
fetch_line = cast(Any, intrinsic(_fetch_line))
"""fetch_line(array, row, line): the same for a later line of a long row."""
