"""What schema.org says about a product, in our words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from magnetar.capabilities.catalogue.drafts import Draft
from magnetar.capabilities.catalogue.findings import Notes
from magnetar.capabilities.catalogue.readers.json_text import LINE

Node = dict[str, Any]
_DEPTH = 12
_INTO = ("@graph", "itemListElement", "item", "mainEntity", "mainEntityOfPage", "hasVariant", "itemOffered")
_PLAIN_ATTRIBUTES = ("color", "size", "material", "pattern", "mpn", "model")
_GTINS = ("gtin", "gtin13", "gtin14", "gtin12", "gtin8", "isbn")
_STRUCK = ("listprice", "strikethroughprice", "msrp", "srp", "regularprice")


def product_drafts(value: Any, line: int, notes: Notes) -> Iterator[Draft]:
    """Every product in the value, however deep a page has put it."""
    yield from _walk(value, line, _named(value), notes, 0)


def _named(value: Any) -> dict[str, Node]:
    """The nodes of a graph by @id, so that a mere reference can be followed."""
    graph = value.get("@graph") if isinstance(value, dict) else value
    found: dict[str, Node] = {}
    for node in graph if isinstance(graph, list) else []:
        if isinstance(node, dict) and isinstance(node.get("@id"), str) and len(node) > 1:
            found[node["@id"]] = node
    return found


def _walk(value: Any, line: int, graph: dict[str, Node], notes: Notes, depth: int) -> Iterator[Draft]:
    if depth > _DEPTH:
        return
    if isinstance(value, list):
        for item in value:
            yield from _walk(item, line, graph, notes, depth + 1)
        return
    if not isinstance(value, dict):
        return
    line = value.get(LINE, line)
    kinds = _kinds(value)
    if "productgroup" in kinds:
        yield from _group(value, line, graph, notes)
    elif "product" in kinds or ("@type" not in value and "name" in value and "offers" in value):
        yield from _product(value, line, graph, notes)
    else:
        for name in _INTO:
            if name in value:
                yield from _walk(value[name], line, graph, notes, depth + 1)


def _kinds(node: Node) -> set[str]:
    return {str(kind).rpartition("/")[2].rpartition(":")[2].lower() for kind in _each(node.get("@type"))}


def _group(group: Node, line: int, graph: dict[str, Node], notes: Notes) -> Iterator[Draft]:
    """The variants of a group; what a variant does not say, the group says for it."""
    variants = [_resolve(node, graph) for node in _each(group.get("hasVariant"))]
    group_id = _text(group.get("productGroupID")) or _id(group)
    if not variants:
        yield from _product(group, line, graph, notes)
    for variant in variants:
        if isinstance(variant, dict):
            inherited = {
                name: value for name, value in group.items() if name not in ("@id", "sku", "hasVariant", "@type")
            }
            yield from _product({**inherited, **variant, "inProductGroupWithID": group_id}, line, graph, notes)


def _product(node: Node, line: int, graph: dict[str, Node], notes: Notes) -> Iterator[Draft]:
    offers = _offers(node, graph)
    skus = [_text(offer.get("sku")) for offer in offers]
    if len(offers) > 1 and all(skus) and len(set(skus)) == len(skus):  # offers of their own goods: variants
        parent = _id(node)
        for offer, sku in zip(offers, skus, strict=True):
            draft = _draft(node, offer, line, graph)
            draft.id, draft.variant_of = sku, draft.variant_of or parent
            yield draft
        return
    if len(offers) > 1:
        notes.add("several_offers", line, "取可售的最低价 the lowest price that is available counts")
        offers.sort(key=lambda offer: (_sold_out(offer), _number(_offer_price(offer)[0])))
    yield _draft(node, offers[0] if offers else {}, line, graph)


def _draft(node: Node, offer: Node, line: int, graph: dict[str, Node]) -> Draft:
    price, list_price, currency = _offer_price(offer)
    return Draft(
        line,
        id=_id(node) or _text(offer.get("sku")),
        title=_text(node.get("name")),
        price=price,
        list_price=list_price,
        currency=currency,
        category=_category(node.get("category")),
        description=_text(node.get("description")),
        brand=_text(_resolve(node.get("brand") or node.get("manufacturer"), graph)),
        stock=_text(offer.get("inventoryLevel")),
        available=_text(offer.get("availability")),
        condition=_text(offer.get("itemCondition") or node.get("itemCondition")),
        gtin=next(
            (_text(node[name] if name in node else offer[name]) for name in _GTINS if name in node or name in offer), ""
        ),
        link=_text(node.get("url") or offer.get("url")),
        variant_of=_text(node.get("inProductGroupWithID")) or _variant_of(node.get("isVariantOf"), graph),
        images=[_address(_resolve(image, graph)) for image in _each(node.get("image"))],
        attributes=_attributes(node),
        selling_points=[_text(note) for note in _notes(node.get("positiveNotes"))],
    )


def _id(node: Node) -> str:
    for name in ("sku", "productID", "identifier", "mpn", *_GTINS):
        if text := _text(node.get(name)):
            return text.removeprefix("sku:")
    own = _text(node.get("@id")).partition("#")[0] or _text(node.get("url")).partition("?")[0]
    return own.rstrip("/").rpartition("/")[2]


def _offers(node: Node, graph: dict[str, Node]) -> list[Node]:
    """Each single offer; an aggregate stands for those that it lists."""
    found: list[Node] = []
    for offer in (_resolve(offer, graph) for offer in _each(node.get("offers"))):
        if not isinstance(offer, dict):
            continue
        inner = [one for one in (_resolve(one, graph) for one in _each(offer.get("offers"))) if isinstance(one, dict)]
        shared = {
            name: value for name, value in offer.items() if name in ("priceCurrency", "availability", "itemCondition")
        }
        found.extend({**shared, **one} for one in inner)
        if not inner:
            found.append(offer)
    return found


def _offer_price(offer: Node) -> tuple[str, str, str]:
    """Price, price before the sale, and currency; a span of prices stays a span, and is rejected as one."""
    price, currency, struck = _text(offer.get("price")), _text(offer.get("priceCurrency")), ""
    low, high = _text(offer.get("lowPrice")), _text(offer.get("highPrice"))
    if not price and low:
        price = low if high in ("", low) else f"{low} - {high}"
    for part in _each(offer.get("priceSpecification")):
        if not isinstance(part, dict):
            continue
        kind = _text(part.get("priceType")).rpartition("/")[2].lower()
        currency = currency or _text(part.get("priceCurrency"))
        if kind in _STRUCK:
            struck = _text(part.get("price"))
        else:
            price = price or _text(part.get("price"))
    return price, struck, currency


def _sold_out(offer: Node) -> bool:
    return _text(offer.get("availability")).rpartition("/")[2].lower() in ("outofstock", "soldout", "discontinued")


def _number(price: str) -> float:
    try:
        return float(price)
    except ValueError:
        return float("inf")


def _attributes(node: Node) -> dict[str, str]:
    found = {name: text for name in _PLAIN_ATTRIBUTES if (text := _text(node.get(name)))}
    for extra in _each(node.get("additionalProperty")):
        if isinstance(extra, dict) and (name := _text(extra.get("name"))):
            unit = _text(extra.get("unitText"))
            found[name] = " ".join(filter(None, [", ".join(_text(one) for one in _each(extra.get("value"))), unit]))
    return found


def _category(value: Any) -> str:
    names = [_text(part) for part in _each(value)]
    return " > ".join(name for name in names if name)


def _variant_of(value: Any, graph: dict[str, Node]) -> str:
    group = _resolve(value, graph)
    return (_text(group.get("productGroupID")) or _id(group)) if isinstance(group, dict) else _text(group)


def _notes(value: Any) -> list[Any]:
    return _each(value.get("itemListElement")) if isinstance(value, dict) else _each(value)


def _address(value: Any) -> str:
    return (
        _text(value.get("contentUrl") or value.get("url") or value.get("@id"))
        if isinstance(value, dict)
        else _text(value)
    )


def _resolve(value: Any, graph: dict[str, Node]) -> Any:
    if isinstance(value, dict) and set(value) == {"@id"}:
        return graph.get(str(value["@id"]), value)
    return value


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _text(value: Any) -> str:
    """The text that a value stands for, whether it is written plain, as {@value} or as a named thing."""
    for _ in range(4):
        if isinstance(value, list):
            value = value[0] if value else ""
        elif isinstance(value, dict):
            value = next(
                (value[name] for name in ("@value", "name", "value", "@id") if value.get(name) is not None), ""
            )
        else:
            break
    if isinstance(value, (dict, list)) or value is None:
        return ""
    return str(value).strip()
