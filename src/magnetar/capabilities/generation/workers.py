"""A model in a process of its own: a crash, a leak or a bad file ends the worker and never the platform.

The child is started afresh (`python -m …workers module:Class`), takes its limits before it imports anything heavy,
and speaks length-prefixed msgpack over two pipes: numbers, texts, bytes, lists, maps and arrays; no pickle.
It ends with its parent.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import re
import select
import struct
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from collections.abc import Mapping
from typing import IO, Any

import msgspec
import numpy as np

from magnetar.kernel.errors import BadInput, ProviderFailed, ProviderUnavailable

_HEAD = struct.Struct("<Q")
LARGEST = 1 << 30
"""Bytes of one message."""
_SECRET = re.compile("KEY|SECRET|TOKEN|PASSWORD", re.IGNORECASE)
"""Environment variables that a model has no use for."""
QUEUE = 64
"""Calls that may wait for a worker; more are refused at once."""
_ERRORS = {error.__name__: error for error in (BadInput, ProviderFailed, ProviderUnavailable)}


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        whole = np.ascontiguousarray(value)
        return {"__array__": whole.dtype.str, "shape": list(whole.shape), "bytes": whole.tobytes()}
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} does not go through the pipe")


def _arrays(value: Any) -> Any:
    if isinstance(value, dict):
        if "__array__" in value:
            kind = np.dtype(value["__array__"])
            if kind.hasobject:
                raise ProviderFailed("the worker sent an array of objects")
            return np.frombuffer(value["bytes"], kind).reshape(value["shape"]).copy()
        return {name: _arrays(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_arrays(item) for item in value]
    return value


def pack(value: Any) -> bytes:
    """A message with its length before it."""
    body = msgspec.msgpack.encode(value, enc_hook=_plain)
    return _HEAD.pack(len(body)) + body


def unpack(body: bytes) -> Any:
    """A message without its length."""
    return _arrays(msgspec.msgpack.decode(body))


class WorkerGone(ProviderFailed):
    """The worker process ended or hung while it worked."""


class Worker:
    """One model process: started at the first call, one call at a time, begun anew after a crash.

    Args:
        target: `module:Class`; made in the child with `options`, its public methods are called by name.
        memory_mb: most address space of the child, where the system can limit it.
        timeout_s: longest call; the child is killed then.
    """

    def __init__(
        self, target: str, options: Mapping[str, Any], *, memory_mb: int = 4096, threads: int = 1, nice: int = 5,
        timeout_s: float = 300.0,
    ) -> None:  # fmt: skip
        self.target = target
        self._start = {"target": target, "options": dict(options), "memory_mb": memory_mb, "nice": nice}
        self._threads = threads
        self._timeout_s = timeout_s
        self._turn = threading.Lock()
        self._waiting = 0
        self._count = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._said: IO[bytes] | None = None
        self._finalizer: weakref.finalize[Any, Any] | None = None
        self.starts = 0
        """How often a process was started."""

    def call(self, method: str, *, timeout_s: float | None = None, **arguments: Any) -> tuple[Any, float]:
        """Call a method of the object in the child: its value, and the CPU seconds that it took.

        Raises:
            BadInput, ProviderUnavailable: what the method raised.
            ProviderFailed: it raised something else, took too long, died, or too many calls wait.
        """
        with self._count:
            if self._waiting >= QUEUE:
                raise ProviderFailed(f"{QUEUE} calls wait for {self.target} already. Try again later.")
            self._waiting += 1
        try:
            with self._turn:
                return self._call(method, arguments, self._timeout_s if timeout_s is None else timeout_s)
        finally:
            with self._count:
                self._waiting -= 1

    def close(self) -> None:
        """End the process."""
        with self._turn:
            self._end()

    @property
    def pid(self) -> int | None:
        """The process, while there is one."""
        return self._child.pid if self._child is not None and self._child.poll() is None else None

    def _call(self, method: str, arguments: Mapping[str, Any], timeout_s: float) -> tuple[Any, float]:
        deadline = time.monotonic() + timeout_s
        if self.pid is None:
            self._end()
            self._begin()
        try:
            self._send(pack([method, dict(arguments)]), deadline)
            answer = self._receive(deadline)
        except (WorkerGone, OSError, msgspec.DecodeError) as error:
            said = self._last_words()
            self._end()
            raise WorkerGone(
                f"模型进程出错 {self.target} ended while it worked on {method!r}: {error}. {said}It is started anew at the next call."
            ) from None
        match answer:
            case ["ok", value, cpu_s]:
                return value, float(cpu_s)
            case ["error", kind, text]:
                raise _ERRORS.get(str(kind), ProviderFailed)(str(text))
            case _:
                self._end()
                raise WorkerGone(f"{self.target} answered something that is no answer.")

    def _begin(self) -> None:
        environment = {
            **{name: value for name, value in os.environ.items() if not _SECRET.search(name)}, "OMP_WAIT_POLICY": "PASSIVE", "OMP_NUM_THREADS": str(self._threads), "OPENBLAS_NUM_THREADS": "1",
            "MKL_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "PYTHONUTF8": "1", "MAGNETAR_WORKER_PARENT": str(os.getpid()),
        }  # fmt: skip
        self._said = tempfile.TemporaryFile()  # noqa: SIM115  (closed with the child)
        self._child = subprocess.Popen(
            [sys.executable, "-m", __name__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._said, env=environment,
            bufsize=0, start_new_session=True,
        )  # fmt: skip
        self._finalizer = weakref.finalize(self, _kill, self._child)
        self.starts += 1
        self._send(pack(self._start), time.monotonic() + self._timeout_s)

    def _send(self, message: bytes, deadline: float) -> None:
        pipe = self._pipe(0)
        os.set_blocking(pipe, False)
        view = memoryview(message)
        while view:
            if not select.select([], [pipe], [], max(0.0, deadline - time.monotonic()))[1]:
                raise WorkerGone("it took too long")
            try:
                view = view[os.write(pipe, view) :]
            except BlockingIOError:
                continue

    def _receive(self, deadline: float) -> Any:
        length = _HEAD.unpack(self._read(_HEAD.size, deadline))[0]
        if length > LARGEST:
            raise WorkerGone(f"a message of {length:,} bytes")
        return unpack(self._read(length, deadline))

    def _read(self, count: int, deadline: float) -> bytes:
        pipe, read = self._pipe(1), bytearray()
        while len(read) < count:
            if not select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))[0]:
                raise WorkerGone("it took too long")
            block = os.read(pipe, min(count - len(read), 1 << 20))
            if not block:
                raise WorkerGone(f"the process ended{self._how()}")
            read += block
        return bytes(read)

    def _pipe(self, which: int) -> int:
        child = self._child
        pipe = None if child is None else child.stdout if which else child.stdin
        if pipe is None or pipe.closed:
            raise WorkerGone("the process is not there")
        return pipe.fileno()

    def _how(self) -> str:
        if self._child is None:
            return ""
        try:
            code = self._child.wait(timeout=2)
        except subprocess.TimeoutExpired:
            return ""
        return f" by signal {-code}" if code < 0 else f" with code {code}"

    def _last_words(self) -> str:
        if self._said is None:
            return ""
        self._said.seek(0)
        lines = [line for line in self._said.read()[-2_000:].decode("utf-8", "replace").splitlines() if line.strip()]
        return f"Its last words: {lines[-1].strip()[:300]}. " if lines else ""

    def _end(self) -> None:
        if self._finalizer is not None:
            self._finalizer()
            self._finalizer = None
        self._child = None
        if self._said is not None:
            self._said.close()
            self._said = None


def _kill(child: subprocess.Popen[bytes]) -> None:
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            pipe.close()
    if child.poll() is None:
        child.kill()
    child.wait()


# ---- the child ----


def _limit(memory_mb: int, nice: int) -> None:
    try:
        import resource

        most = memory_mb << 20
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (most if hard < 0 else min(most, hard), hard))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, ValueError, OSError) as error:
        sys.stderr.write(f"no memory limit: {error}\n")
    with contextlib.suppress(OSError):
        os.nice(nice)


def _end_with_parent(parent: int) -> None:
    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1.0)
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()


def _exactly(pipe: IO[bytes], count: int) -> bytes:
    read = b""
    while len(read) < count:
        block = pipe.read(count - len(read))
        if not block:
            raise EOFError
        read += block
    return read


def _message(pipe: IO[bytes]) -> Any:
    return unpack(_exactly(pipe, _HEAD.unpack(_exactly(pipe, _HEAD.size))[0]))


def serve() -> None:
    """The child's life: take the limits, make the object, answer calls until the pipe closes."""
    inward = os.fdopen(os.dup(0), "rb")
    outward = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # what libraries print must not get between the messages
    if parent := os.environ.get("MAGNETAR_WORKER_PARENT"):
        _end_with_parent(int(parent))
    made: Any = None
    try:
        start = _message(inward)
        _limit(start["memory_mb"], start["nice"])
        while True:
            method, arguments = _message(inward)
            began = time.process_time()
            try:
                if made is None:
                    module, _, name = start["target"].partition(":")
                    made = getattr(importlib.import_module(module), name)(**start["options"])
                if method.startswith("_"):
                    raise BadInput(f"{method!r} is not for callers")
                answer = ["ok", getattr(made, method)(**arguments), time.process_time() - began]
                message = pack(answer)
            except Exception as error:
                kind = next((name for name, known in _ERRORS.items() if isinstance(error, known)), "ProviderFailed")
                told = (
                    str(error)
                    if kind in _ERRORS and isinstance(error, _ERRORS[kind])
                    else f"{type(error).__name__}: {error}"
                )
                message = pack(["error", kind, told])
            rest = memoryview(message)
            while rest:
                rest = rest[outward.write(rest) :]
    except (EOFError, BrokenPipeError, KeyboardInterrupt):
        return


if __name__ == "__main__":
    serve()
