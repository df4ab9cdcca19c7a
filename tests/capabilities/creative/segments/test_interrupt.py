"""Ctrl-C on the real command: whole films stay, the exit code says so, a second call makes the rest."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import av
import pytest

from magnetar.capabilities.creative.typeface import Typeface

_SMALL = """
import sys
from magnetar.capabilities import creative
from magnetar.capabilities.creative import studio
from magnetar.capabilities.creative.script import write_script
real = studio.make_variants
def small(product, *arguments, **options):
    scripts = [write_script(product, points=product.selling_points[:1])]
    return real(product, *arguments, **{**options, "width": 270, "length_s": 6.0, "scripts": scripts})
creative.make_variants = small
from magnetar.cli.main import run
sys.exit(run(sys.argv[1:]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["segments", "films"])
def test_ctrl_c_leaves_whole_films_and_a_second_call_completes(face: Typeface, tmp_path: Path, moment: str):
    out, count = tmp_path / "out", 400 if moment == "films" else 4
    words = ["studio", "make", "--product", "p065", "--variants", str(count), "--out", str(out), "--workers", "2", "--decode", "0", "--voice", "none"]  # fmt: skip
    surroundings = {**os.environ, "MAGNETAR_HOME": str(tmp_path / "home")}
    command = [sys.executable, "-c", _SMALL, *words]
    with subprocess.Popen(
        command, env=surroundings, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as running:
        assert running.stderr is not None
        heard = ""
        for line in running.stderr:
            heard += line
            if ("films " in line and "/400" in line) or (moment == "segments" and "segments 4/" in line):
                break
        os.killpg(running.pid, signal.SIGINT)
        heard += running.stderr.read()
        code = running.wait(60)
    assert code == 130, heard
    assert "Traceback" not in heard
    time.sleep(0.2)
    names = sorted(path.name for path in out.glob("*")) if out.exists() else []
    assert not [name for name in names if name.startswith(".")], names
    films = [out / name for name in names if name.endswith(".mp4")]
    assert len(films) < count
    if moment == "films":
        assert films
    for path in films[-3:]:
        with av.open(str(path), options={"err_detect": "explode"}) as box:
            assert sum(1 for _ in box.decode(video=0)) > 100
    told = tmp_path / "told.json"
    done = subprocess.run([*command, "--json", str(told)], env=surroundings, capture_output=True, text=True, check=False, timeout=300)  # fmt: skip
    assert done.returncode == 0, done.stderr
    made = json.loads(told.read_text())["films"]
    assert len(made) == count
    assert sum(one["kept"] for one in made) >= len([path for path in films if path.with_suffix(".json").is_file()]) - 1
    assert len(list(out.glob("*.mp4"))) == count
