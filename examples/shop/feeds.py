"""Writes catalogue rows as the product feeds that other platforms read.

Each follows its platform's public column names, so that `magnetar import catalogue` can be
tried on all of them with the same twenty products.
"""

from __future__ import annotations

import csv
import json
from html import escape
from pathlib import Path
from xml.sax.saxutils import escape as escape_xml

Rows = list[dict[str, str]]


def write_feeds(rows: Rows, folder: Path, shop: str) -> None:
    """Write Google TSV and XML, Meta CSV, schema.org JSON-LD and Shopify CSV."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_table(folder / "google.tsv", [_google(row, shop) for row in rows], "\t")
    _write_table(folder / "meta.csv", [_meta(row, shop) for row in rows], ",")
    _write_table(folder / "shopify.csv", [_shopify(row, shop) for row in rows], ",")
    (folder / "google.xml").write_text(_google_xml(rows, shop), encoding="utf-8")
    (folder / "schema_org.jsonld").write_text(_schema_org(rows, shop), encoding="utf-8")


def _write_table(path: Path, rows: Rows, delimiter: str) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), delimiter=delimiter, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _picture(row: dict[str, str], shop: str) -> str:
    return f"{shop}/{row['images']}"


def _google(row: dict[str, str], shop: str) -> dict[str, str]:
    sale = bool(row["list_price"])
    return {
        "id": row["id"],
        "title": row["title"],
        "description": row["description"],
        "link": row["link"],
        "image_link": _picture(row, shop),
        "availability": "in_stock" if row["available"] == "true" else "out_of_stock",
        "price": f"{row['list_price'] if sale else row['price']} CNY",
        "sale_price": f"{row['price']} CNY" if sale else "",
        "brand": row["brand"],
        "condition": row["condition"],
        "product_type": row["category"],
        "item_group_id": row["variant_of"],
        "identifier_exists": "no",
    }


def _google_xml(rows: Rows, shop: str) -> str:
    items = []
    for row in rows:
        fields = _google(row, shop).items()
        lines = [f"      <g:{name}>{escape_xml(value)}</g:{name}>" for name, value in fields if value]
        items.append("\n".join(["    <item>", *lines, "    </item>"]))
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            '<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0">',
            "  <channel>",
            "    <title>半屿杂货铺</title>",
            f"    <link>{shop}</link>",
            "    <description>Sample feed of an invented shop</description>",
            *items,
            "  </channel>",
            "</rss>",
            "",
        ]
    )


def _meta(row: dict[str, str], shop: str) -> dict[str, str]:
    fields = _google(row, shop)
    fields["availability"] = "in stock" if row["available"] == "true" else "out of stock"
    del fields["identifier_exists"]
    return {**fields, "quantity_to_sell_on_facebook": row["stock"]}


def _schema_org(rows: Rows, shop: str) -> str:
    graph = [
        {
            "@type": "Product",
            "@id": row["link"],
            "productID": row["id"],
            "sku": row["id"],
            "name": row["title"],
            "alternateName": row["title_en"],
            "description": row["description"],
            "category": row["category"],
            "image": [_picture(row, shop)],
            "url": row["link"],
            "brand": {"@type": "Brand", "name": row["brand"]},
            "itemCondition": "https://schema.org/NewCondition",
            "offers": {
                "@type": "Offer",
                "price": row["price"],
                "priceCurrency": row["currency"],
                "availability": f"https://schema.org/{'InStock' if row['available'] == 'true' else 'OutOfStock'}",
                "inventoryLevel": {"@type": "QuantitativeValue", "value": int(row["stock"])},
                "url": row["link"],
            },
            "additionalProperty": [
                {"@type": "PropertyValue", "name": name, "value": value}
                for name, value in (pair.split("=", 1) for pair in row["attributes"].split(";"))
            ],
        }
        for row in rows
    ]
    return json.dumps({"@context": "https://schema.org", "@graph": graph}, ensure_ascii=False, indent=1) + "\n"


def _shopify(row: dict[str, str], shop: str) -> dict[str, str]:
    colour = dict(pair.split("=", 1) for pair in row["attributes"].split(";")).get("颜色", "")
    points = "".join(f"<li>{escape(point)}</li>" for point in row["selling_points"].split("|"))
    return {
        "Handle": row["variant_of"] or row["id"],
        "Title": row["title"],
        "Body (HTML)": f"<p>{escape(row['description'])}</p><ul>{points}</ul>",
        "Vendor": row["brand"],
        "Type": row["category"],
        "Tags": row["category"].replace(" > ", ", "),
        "Published": "TRUE",
        "Option1 Name": "颜色" if row["variant_of"] else "Title",
        "Option1 Value": colour if row["variant_of"] else "Default Title",
        "Variant SKU": row["id"],
        "Variant Inventory Qty": row["stock"],
        "Variant Price": row["price"],
        "Variant Compare At Price": row["list_price"],
        "Cost per item": row["cost"],
        "Image Src": _picture(row, shop),
        "Image Position": "1",
        "Status": "active",
    }
