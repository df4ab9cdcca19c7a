"""A file that comes as the body of a request: onto disk piece by piece, and gone when it has been read."""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import Request

from magnetar.kernel.errors import BadInput


@asynccontextmanager
async def uploaded(request: Request, filename: str, *, most: int, refusal: str) -> AsyncGenerator[str]:
    """The path of a file with the request's body.

    Args:
        filename: what the sender calls it; only its ending is taken over.
        most: bytes that are taken at the most.
        refusal: what is said where there are more.

    Raises:
        BadInput: there are more.
    """
    suffix = "".join(one for one in os.path.splitext(filename)[1] if one.isalnum() or one == ".")[:10]
    with tempfile.NamedTemporaryFile(suffix=suffix) as file:
        size = 0
        async for piece in request.stream():
            size += len(piece)
            if size > most:
                raise BadInput(refusal)
            file.write(piece)
        file.flush()
        yield file.name
