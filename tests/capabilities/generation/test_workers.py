"""A worker's crash, hang or greed ends the worker and nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from magnetar.capabilities.generation.workers import Worker, WorkerGone, pack, unpack
from magnetar.kernel.errors import BadInput, ProviderFailed

TOY = """
    import ctypes, os, time
    from magnetar.kernel.errors import BadInput

    print("a library that talks while it is imported")

    class Toy:
        def __init__(self, greeting):
            self.greeting = greeting
            self.calls = 0
        def greet(self, name):
            print("and while it works")
            self.calls += 1
            return [self.greeting + name, self.calls, os.environ["OMP_WAIT_POLICY"], os.environ["OMP_NUM_THREADS"]]
        def double(self, array):
            return {"twice": array * 2}
        def refuse(self):
            raise BadInput("not this one")
        def fail(self):
            raise KeyError("inside")
        def crash(self):
            ctypes.string_at(0)
        def hang(self):
            time.sleep(60)
        def eat(self):
            return len(bytearray(3 << 30))
        def known(self):
            return ["MAGNETAR_OPENAI_KEY" in os.environ, "PLAIN_WORD" in os.environ]
        def pid(self):
            return os.getpid()
"""


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Worker]:
    (tmp_path / "toy_model.py").write_text(textwrap.dedent(TOY))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    worker = Worker("toy_model:Toy", {"greeting": "你好 "}, memory_mb=2048, timeout_s=30)
    yield worker
    worker.close()


def test_calls_go_through_in_order_whatever_a_library_prints(toy: Worker):
    assert toy.call("greet", name="A")[0] == ["你好 A", 1, "PASSIVE", "1"]
    assert toy.call("greet", name="B")[0][:2] == ["你好 B", 2]
    assert toy.starts == 1


def test_arrays_keep_their_shape_and_kind(toy: Worker):
    array = np.arange(12, dtype=np.float32).reshape(3, 4)[:, ::2]
    found = toy.call("double", array=array)[0]["twice"]
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, array * 2)


def test_errors_arrive_as_what_they_are(toy: Worker):
    with pytest.raises(BadInput, match="not this one"):
        toy.call("refuse")
    with pytest.raises(ProviderFailed, match="KeyError"):
        toy.call("fail")
    with pytest.raises(BadInput, match="not for callers"):
        toy.call("__init__")
    assert toy.starts == 1


def test_a_crash_is_told_and_the_next_call_has_a_new_process(toy: Worker):
    toy.call("greet", name="A")
    with pytest.raises(WorkerGone, match=f"signal {int(signal.SIGSEGV)}"):
        toy.call("crash")
    assert toy.call("greet", name="B")[0][1] == 1
    assert toy.starts == 2


def test_a_call_that_hangs_is_ended(toy: Worker):
    old = toy.call("pid")[0]
    with pytest.raises(WorkerGone, match="too long"):
        toy.call("hang", timeout_s=0.3)
    assert toy.call("pid")[0] != old


def test_secrets_are_not_handed_on(toy: Worker, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MAGNETAR_OPENAI_KEY", "hidden")
    monkeypatch.setenv("PLAIN_WORD", "shown")
    assert toy.call("known")[0] == [False, True]


def test_memory_has_a_limit(toy: Worker):
    with pytest.raises(ProviderFailed, match="MemoryError"):
        toy.call("eat")


def test_a_target_that_is_not_there_is_named():
    with pytest.raises(ProviderFailed, match="no_such_module"):
        Worker("no_such_module:X", {}, timeout_s=30).call("anything")


def test_only_plain_values_go_through_the_pipe():
    with pytest.raises(TypeError, match="does not go through"):
        pack(object())
    assert unpack(pack({"a": [1, "二", None, b"3"]})[8:]) == {"a": [1, "二", None, b"3"]}


def test_it_ends_with_its_parent(tmp_path: Path):
    (tmp_path / "toy_model.py").write_text(textwrap.dedent(TOY))
    script = textwrap.dedent(
        """
        import time
        from magnetar.capabilities.generation.workers import Worker
        worker = Worker("toy_model:Toy", {"greeting": ""})
        print(worker.call("pid")[0], flush=True)
        time.sleep(60)
        """
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, env=environment, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    for _ in range(100):
        try:
            os.kill(child, 0)
        except ProcessLookupError:
            return
        if Path(f"/proc/{child}/stat").exists() and Path(f"/proc/{child}/stat").read_text().split()[2] == "Z":
            return
        time.sleep(0.05)
    pytest.fail("the worker outlived its parent")
