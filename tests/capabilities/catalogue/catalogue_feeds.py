"""The same three products in every format, written as each format's own software writes them."""

from __future__ import annotations

import csv
import io
import json

from magnetar.vocabulary.catalogue import Product
from magnetar.vocabulary.ids import MerchantId, ProductId
from magnetar.vocabulary.money import Money

SHOP = MerchantId("demo")
IMAGE = "https://img.example/"

PRODUCTS = [
    Product(
        id=ProductId("MUG-1"),
        merchant=SHOP,
        title="陶瓷马克杯 Stoneware mug",
        price=Money.of("59.90"),
        list_price=Money.of("79.90"),
        category="家居 > 餐具",
        description="350 ml, 可进洗碗机",
        brand="山野 Shanye",
        gtin="6901234567892",
        link="/products/mug",
        images=(IMAGE + "mug-1.jpg", IMAGE + "mug-2.jpg"),
    ),
    Product(
        id=ProductId("TEE-R"),
        merchant=SHOP,
        title="纯棉 T 恤",
        price=Money.of("99"),
        category="服饰 > 上衣",
        description="220 g 重磅",
        brand="山野 Shanye",
        link="/products/tee",
        images=(IMAGE + "tee.jpg",),
        variant_of="tee",
        attributes={"color": "红"},
    ),
    Product(
        id=ProductId("TEE-B"),
        merchant=SHOP,
        title="纯棉 T 恤",
        price=Money.of("99"),
        category="服饰 > 上衣",
        description="220 g 重磅",
        brand="山野 Shanye",
        available=False,
        link="/products/tee",
        images=(IMAGE + "tee.jpg",),
        variant_of="tee",
        attributes={"color": "蓝"},
    ),
]


def table(rows: list[dict[str, str]], delimiter: str = ",") -> str:
    file = io.StringIO()
    writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def _google_rows(separator: str) -> list[dict[str, str]]:
    return [
        {
            "id": product.id,
            "title": product.title,
            "description": product.description,
            "link": product.link,
            "image_link": product.images[0],
            "additional_image_link": ",".join(product.images[1:]),
            "availability": f"in{separator}stock" if product.available else f"out{separator}of{separator}stock",
            "price": f"{(product.list_price or product.price).amount:.2f} CNY",
            "sale_price": f"{product.price.amount:.2f} CNY" if product.list_price else "",
            "product_type": product.category,
            "brand": product.brand,
            "gtin": product.gtin,
            "condition": "new",
            "item_group_id": product.variant_of,
            "color": product.attributes.get("color", ""),
        }
        for product in PRODUCTS
    ]


def google_tsv() -> str:
    return table(_google_rows("_"), "\t")


def meta_csv() -> str:
    return table(_google_rows(" "))


def _elements(row: dict[str, str]) -> str:
    from xml.sax.saxutils import escape

    return "".join(f"<g:{name}>{escape(text)}</g:{name}>\n" for name, text in row.items() if text)


def google_rss() -> str:
    items = "".join(f"<item>\n{_elements(row)}</item>\n" for row in _google_rows("_"))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss xmlns:g="http://base.google.com/ns/1.0" version="2.0">\n<channel>\n'
        f"<title>Shop</title>\n<link>https://shop.example</link>\n<description>feed</description>\n{items}</channel>\n</rss>\n"
    )


def google_atom() -> str:
    entries = ""
    for row in _google_rows("_"):
        title, link = row.pop("title"), row.pop("link")
        entries += f'<entry>\n<title>{title}</title>\n<link href="{link}"/>\n{_elements(row)}</entry>\n'
    return (
        '<?xml version="1.0"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0">\n'
        f"<title>Shop</title>\n<updated>2026-01-01T00:00:00Z</updated>\n{entries}</feed>\n"
    )


def _node(product: Product) -> dict[str, object]:
    offer: dict[str, object] = {
        "@type": "Offer",
        "price": product.price.amount,
        "priceCurrency": "CNY",
        "availability": "https://schema.org/" + ("InStock" if product.available else "OutOfStock"),
        "itemCondition": "https://schema.org/NewCondition",
    }
    if product.list_price:
        offer["priceSpecification"] = {
            "@type": "UnitPriceSpecification",
            "priceType": "https://schema.org/ListPrice",
            "price": product.list_price.amount,
            "priceCurrency": "CNY",
        }
    node: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "Product",
        "sku": product.id,
        "name": product.title,
        "description": product.description,
        "brand": {"@type": "Brand", "name": product.brand},
        "category": product.category,
        "image": list(product.images),
        "url": product.link,
        "offers": offer,
        **product.attributes,
    }
    if product.gtin:
        node["gtin13"] = product.gtin
    return node


def json_ld_list() -> str:
    nodes = [_node(product) for product in PRODUCTS]
    for node, product in zip(nodes, PRODUCTS, strict=True):
        if product.variant_of:
            node["inProductGroupWithID"] = product.variant_of
    return json.dumps(nodes, ensure_ascii=False, indent=1)


def json_ld_graph() -> str:
    """A page's graph: the mug, and a group whose variants inherit from it."""
    mug, red, blue = (_node(product) for product in PRODUCTS)
    shared = {name: red.pop(name) for name in ("name", "description", "brand", "category", "image", "url")}
    for name in shared:
        blue.pop(name, None)
    group = {"@type": "ProductGroup", "productGroupID": "tee", **shared, "hasVariant": [{"@id": "#red"}, blue]}
    red["@id"] = "#red"
    graph = [{"@type": "BreadcrumbList", "itemListElement": []}, mug, group]
    return json.dumps(
        {"@context": "https://schema.org", "@graph": [*graph, {**red, "@type": "Thing"}]}, ensure_ascii=False
    )


def html_page() -> str:
    return (
        "<!DOCTYPE html>\n<html><head><title>Shop</title>\n<script>var x = '<div>';</script>\n"
        f'<script type="application/ld+json">\n{json_ld_list()}\n</script>\n</head><body>…</body></html>\n'
    )


def shopify_csv() -> str:
    columns = [
        "Handle", "Title", "Body (HTML)", "Vendor", "Product Category", "Type", "Tags", "Published", "Option1 Name",
        "Option1 Value", "Variant SKU", "Variant Grams", "Variant Inventory Tracker", "Variant Inventory Qty",
        "Variant Inventory Policy", "Variant Price", "Variant Compare At Price", "Variant Barcode", "Image Src",
        "Image Position", "Gift Card", "Status",
    ]  # fmt: skip
    mug, red, blue = PRODUCTS
    rows = [
        {"Handle": "mug", "Title": mug.title, "Body (HTML)": f"<p>{mug.description}</p>", "Vendor": mug.brand,
         "Product Category": mug.category, "Published": "true", "Option1 Name": "Title", "Option1 Value": "Default Title",
         "Variant SKU": mug.id, "Variant Price": "59.90", "Variant Compare At Price": "79.90", "Status": "active",
         "Variant Barcode": "'" + mug.gtin, "Image Src": mug.images[0], "Image Position": "1"},
        {"Handle": "mug", "Image Src": mug.images[1], "Image Position": "2"},
        {"Handle": "tee", "Title": red.title, "Body (HTML)": f"<p>{red.description}</p>", "Vendor": red.brand,
         "Product Category": red.category, "Published": "true", "Option1 Name": "color", "Option1 Value": "红",
         "Variant SKU": red.id, "Variant Price": "99.00", "Image Src": red.images[0], "Status": "active"},
        {"Handle": "tee", "Option1 Value": "蓝", "Variant SKU": blue.id, "Variant Price": "99.00",
         "Variant Inventory Tracker": "shopify", "Variant Inventory Qty": "0", "Variant Inventory Policy": "deny"},
    ]  # fmt: skip
    return table([{column: row.get(column, "") for column in columns} for row in rows])


def magnetar_csv() -> str:
    return table(
        [
            {
                "id": product.id,
                "title": product.title,
                "category": product.category,
                "price": f"{product.price.amount:.2f}",
                "currency": "CNY",
                "list_price": f"{product.list_price.amount:.2f}" if product.list_price else "",
                "brand": product.brand,
                "images": "|".join(product.images),
                "attributes": ";".join(f"{name}={value}" for name, value in product.attributes.items()),
                "description": product.description,
                "link": product.link,
                "gtin": product.gtin,
                "variant_of": product.variant_of,
                "available": "true" if product.available else "false",
            }
            for product in PRODUCTS
        ]
    )


FEEDS = {
    "google_tsv": ("google-tsv", google_tsv),
    "google_rss": ("google-xml", google_rss),
    "google_atom": ("google-xml", google_atom),
    "meta_csv": ("meta-csv", meta_csv),
    "json_ld_list": ("json-ld", json_ld_list),
    "json_ld_graph": ("json-ld", json_ld_graph),
    "html_page": ("json-ld", html_page),
    "shopify_csv": ("shopify-csv", shopify_csv),
    "magnetar_csv": ("magnetar-csv", magnetar_csv),
}
