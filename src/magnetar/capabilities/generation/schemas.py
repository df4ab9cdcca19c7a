"""Objects that a model writes: found in its text, and held against the schema that was asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any


def parse(text: str) -> Any | None:
    """The first JSON object or list in a text, or None; models like to put words or fences around it.

    >>> parse('Here you are: {"title": "餐盘"} Enjoy!'), parse("no object")
    ({'title': '餐盘'}, None)
    """
    reader = json.JSONDecoder()
    for place, letter in enumerate(text):
        if letter in "{[":
            try:
                return reader.raw_decode(text, place)[0]
            except ValueError:
                continue
    return None


def fits(value: Any, schema: Mapping[str, Any]) -> str:
    """What is wrong with a value by a JSON schema; empty where it fits.

    >>> kind = {"type": "object", "required": ["title"], "properties": {"title": {"type": "string", "maxLength": 4}}}
    >>> fits({"title": "餐盘"}, kind), fits({}, kind)
    ('', "data must contain ['title'] properties")
    """
    from fastjsonschema import JsonSchemaException

    try:
        _compiled(json.dumps(schema, sort_keys=True))(value)
    except JsonSchemaException as error:
        return str(error)
    return ""


@lru_cache(maxsize=64)
def _compiled(schema: str) -> Any:
    import fastjsonschema

    return fastjsonschema.compile(json.loads(schema))
