"""A file of any length takes the same memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROBE = """
import sys, time
from magnetar.capabilities.catalogue import Rejected, read_catalogue
def memory(name): return int(open('/proc/self/status').read().split(name + ':')[1].split()[0]) / 1024
reading = read_catalogue(sys.argv[1])
taken, early, start = 0, 0.0, time.perf_counter()
for found in reading:
    taken += not isinstance(found, Rejected)
    if taken == 5_000: early = memory('VmRSS')
print(taken, early, memory('VmHWM'), time.perf_counter() - start)
"""


def probe(path: Path) -> tuple[int, float, float]:
    """Products taken, MiB grown after the first 5,000, rows a second; in a process of its own."""
    out = subprocess.run([sys.executable, "-c", PROBE, str(path)], capture_output=True, text=True, check=True).stdout
    taken, early, peak, seconds = out.split()
    return int(taken), float(peak) - float(early), int(taken) / float(seconds)


def feed(path: Path, rows: int) -> Path:
    with open(path, "w", encoding="utf-8") as file:
        file.write("id,title,category,price,stock,description,link\n")
        for n in range(rows):
            file.write(
                f'SKU-{n},陶瓷马克杯 {n},家居 > 餐具,{10 + n % 90}.50,{n % 500},"可进洗碗机, 编号 {n}",https://shop.example/{n}\n'
            )
    return path


def test_fifty_thousand_rows_take_little_memory(tmp_path: Path):
    taken, grown, _ = probe(feed(tmp_path / "feed.csv", 50_000))
    assert taken == 50_000
    assert grown < 24


@pytest.mark.slow
def test_a_million_rows_take_little_memory(tmp_path: Path):
    taken, grown, per_second = probe(feed(tmp_path / "feed.csv", 1_000_000))
    print(f"{grown:.1f} MiB grown, {per_second:,.0f} rows/s")
    assert taken == 1_000_000
    assert grown < 64  # 16 bytes a row for the ids, twice that while runs merge


@pytest.mark.slow
def test_a_million_xml_items_take_little_memory(tmp_path: Path):
    path = tmp_path / "feed.xml"
    with open(path, "w") as file:
        file.write('<rss xmlns:g="http://base.google.com/ns/1.0"><channel>\n')
        for n in range(1_000_000):
            file.write(f"<item><g:id>{n}</g:id><g:title>Mug {n}</g:title><g:price>5.00 USD</g:price></item>\n")
        file.write("</channel></rss>\n")
    taken, grown, per_second = probe(path)
    print(f"{grown:.1f} MiB grown, {per_second:,.0f} rows/s")
    assert taken == 1_000_000
    assert grown < 64
