"""A small language model in a worker process: Qwen2.5-Coder 1.5B, else 0.5B, through llama.cpp (xllamacpp).

Good at JSON, plain in prose. Under a schema the grammar makes every answer parse; what it claims is checked elsewhere.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from magnetar.capabilities.generation.models import store_of
from magnetar.capabilities.generation.ports import Cost, Message, Written
from magnetar.capabilities.generation.providers._needs import need_packages
from magnetar.capabilities.generation.workers import Worker
from magnetar.kernel.errors import BadInput, ProviderFailed, ProviderUnavailable

CONTEXT = 4_096
"""Tokens of a conversation and its answer together."""
_WIDE, _NARROW = 1.0, 0.4
"""Tokens of a Chinese character and of any other, at most on the whole."""
_AROUND = 32
"""Tokens of the template around a message."""
MODELS = ("qwen-1.5b", "qwen-0.5b")
TRIES = 2
ROLES = ("system", "user", "assistant")


class Work:
    """In the worker process."""

    def __init__(self, path: str, context: int) -> None:
        import importlib

        xllamacpp: Any = importlib.import_module("xllamacpp")
        params = xllamacpp.CommonParams()
        params.model.path = path
        params.n_ctx = context
        params.n_parallel = 1
        params.n_gpu_layers = 0
        params.warmup = False
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
        params.n_threads_http = 1
        params.api_keys = [secrets.token_hex(32)]  # its server listens on loopback; nobody else may ask it
        params.verbosity = -1
        self._server = xllamacpp.Server(params)

    def chat(self, request: dict[str, Any]) -> dict[str, Any]:
        return self._server.handle_chat_completions(request)


class LlamaLanguage:
    """Writes text, or an object under a JSON schema; the same seed gives the same answer on the same machine."""

    name = "llama"

    def __init__(self, worker: Worker, model: str) -> None:
        self._worker = worker
        self.model = model

    def write(
        self, messages: Sequence[Message], *, schema: Mapping[str, Any] | None = None, most_tokens: int = 512,
        temperature: float = 0.0, seed: int = 0,
    ) -> Written:  # fmt: skip
        """Answer a conversation.

        Raises:
            BadInput: the conversation is empty, too long, or has a role that there is not.
            ProviderFailed: no answer that fits, after its tries.
        """
        _check(messages, most_tokens)
        request: dict[str, Any] = {
            "messages": [{"role": one.role, "content": one.text} for one in messages], "max_tokens": most_tokens,
            "temperature": temperature, "repeat_penalty": 1.1, "repeat_last_n": 256, "cache_prompt": True,
        }  # fmt: skip
        if schema is not None:
            request["response_format"] = {
                "type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": dict(schema)},
            }  # fmt: skip
        cpu_s, tokens_in, tokens_out, reason = 0.0, 0, 0, ""
        for attempt in range(TRIES):
            # a second try at temperature 0 would write the same again
            tried = {
                **request,
                "seed": seed + attempt,
                "temperature": temperature if not attempt else max(temperature, 0.4),
            }
            answer, used_s = self._worker.call("chat", request=tried)
            cpu_s += used_s
            if "error" in answer or not answer.get("choices"):
                said = answer.get("error", {})
                raise ProviderFailed(
                    f"The model could not answer: {said.get('message', answer) if isinstance(said, dict) else said}"
                )
            usage = answer.get("usage", {})
            tokens_in += int(usage.get("prompt_tokens", 0))
            tokens_out += int(usage.get("completion_tokens", 0))
            text = str(answer["choices"][0]["message"]["content"] or "").strip()
            value = None
            if schema is not None:
                try:
                    value = json.loads(text)
                except ValueError:
                    cut = answer["choices"][0].get("finish_reason") == "length"
                    reason = f"the answer was cut at {most_tokens} tokens" if cut else "the answer is no JSON"
                    continue
            return Written(text, value, self.name, self.model, Cost(cpu_s, tokens_in, tokens_out))
        raise ProviderFailed(
            f"没有合用的回答 No answer that fits after {TRIES} tries: {reason}. Ask for less, or allow more tokens."
        )

    def close(self) -> None:
        """End the worker."""
        self._worker.close()


def _check(messages: Sequence[Message], most_tokens: int) -> None:
    if not any(one.text.strip() for one in messages):
        raise BadInput("The conversation is empty. Give at least one message.")
    for one in messages:
        if one.role not in ROLES:
            raise BadInput(f"No role {one.role!r} in a conversation. Choose one of: {', '.join(ROLES)}.")
    if not 1 <= most_tokens <= CONTEXT // 2:
        raise BadInput(f"An answer has 1 to {CONTEXT // 2} tokens, found {most_tokens}.")
    wide = sum(ord(letter) >= 0x2E80 for one in messages for letter in one.text)
    narrow = sum(len(one.text) for one in messages) - wide
    room = CONTEXT - most_tokens - _AROUND * len(messages)
    if (length := round(_WIDE * wide + _NARROW * narrow)) > room:
        raise BadInput(f"The conversation has about {length:,} tokens, {room:,} fit beside the answer. Shorten it.")


def make(settings: Any, model: str = "") -> LlamaLanguage:
    """The larger model that is here, or the one named.

    Raises:
        ProviderUnavailable: the package or every model is missing.
    """
    need_packages("llama", "language", "xllamacpp")
    store = store_of(settings)
    for name in (model,) if model else MODELS:
        if store.ready(name):
            path = store.need(name) / store.model(name).files[0].name
            worker = Worker(f"{__name__}:Work", {"path": str(path), "context": CONTEXT}, memory_mb=6144, timeout_s=600)
            return LlamaLanguage(worker, name)
    raise ProviderUnavailable(
        "语言模型未就绪 No language model is here. Fetch one with: magnetar models pull qwen-1.5b (1.1 GB) or qwen-0.5b (0.5 GB)"
    )
