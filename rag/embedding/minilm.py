"""all-MiniLM-L6-v2 on OpenVINO: a six-layer BERT encoder, mean pooling, unit length."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from rag.embedding import TokenVectors, Vectors
from rag.embedding.batches import FINE, batches
from rag.embedding.eight_bits import eight_bits
from rag.embedding.graph import EPSILON, WIDTH, Weights, build_graph, read_weights, silence_openvino
from rag.embedding.weights import WEIGHTS_SHA256, find_weights

MAX_TOKENS = 512
RECENT = 256  # questions whose vectors are kept: one is searched for, scored, and often asked again
SURROGATE = re.compile("[\ud800-\udfff]")


class MiniLM:
    """The default embedder; safe to use from several threads."""

    name: ClassVar[str] = "all-MiniLM-L6-v2"
    fingerprint: ClassVar[str] = f"minilm-{WEIGHTS_SHA256[:8]}"
    dimension: ClassVar[int] = WIDTH
    max_tokens: ClassVar[int] = MAX_TOKENS - 2

    def __init__(
        self, tokenizer: Any, model: Any, bulk_model: Callable[[], Any], states_model: Callable[[], Any], cores: int
    ) -> None:
        """`model` has all cores for one text. The others are compiled when first needed, which a search never does: for many
        texts, one on each core, and for showing word pieces."""
        self._tokenizer = tokenizer
        self._free: Any = None
        self._request, self._lock = model.create_infer_request(), threading.Lock()
        self._bulk = Bulk(bulk_model, cores)
        self._states = Bulk(states_model, cores)
        self._recent = lru_cache(RECENT)(self._embed_one)

    @classmethod
    def load(cls, *, threads: int = 0) -> Self:
        """Build the encoder from the weights on disk. Raises ModelError (see `find_weights`)."""
        silence_openvino()
        import openvino as ov
        from tokenizers import Tokenizer

        files = find_weights()
        tokenizer = Tokenizer.from_file(str(files.tokenizer))
        tokenizer.enable_truncation(MAX_TOKENS)
        tokenizer.no_padding()
        cores = threads or os.cpu_count() or 1
        core = ov.Core()
        together = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": cores}
        streams = {"PERFORMANCE_HINT": "THROUGHPUT", "NUM_STREAMS": cores, "INFERENCE_NUM_THREADS": cores}
        return cls(
            tokenizer,
            core.compile_model(build_graph(read_weights(files))[0], "CPU", together),
            lambda: core.compile_model(build_graph(read_weights(files))[0], "CPU", streams),
            lambda: core.compile_model(states_graph(core, read_weights(files)), "CPU", streams),
            cores,
        )

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape (len(texts), 384). Text beyond 512 word pieces is not read: cut passages before."""
        if len(texts) == 1:
            return self._recent(texts[0]).copy()
        encodings = self._tokenizer.encode_batch([encodable(text) for text in texts])
        vectors = np.empty((len(texts), WIDTH), np.float32)

        def store(outputs: Sequence[Vectors], places: Sequence[int]) -> None:
            vectors[places] = outputs[0][: len(places)]

        self._bulk.run([own.ids for own in encodings], store)
        return vectors

    def read(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Every text with the last layer's vectors of its word pieces, in the order of `texts`; cut like `embed`."""
        encodings = self._tokenizer.encode_batch([encodable(text) for text in texts])
        found: dict[int, TokenVectors] = {}

        def store(outputs: Sequence[Vectors], places: Sequence[int]) -> None:
            vectors, states = outputs
            for row, place in enumerate(places):
                inner = states[row, 1 : len(encodings[place].ids) - 1]
                pieces = inner / np.maximum(np.linalg.norm(inner, axis=1, keepdims=True), EPSILON)
                found[place] = TokenVectors(np.array(vectors[row]), pieces, tuple(encodings[place].offsets[1:-1]))

        self._states.run([own.ids for own in encodings], store)
        return [found[i] for i in range(len(texts))]

    def token_spans(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        """Character offsets of every word piece, special tokens left out, without the length limit."""
        if self._free is None:
            from tokenizers import Tokenizer

            free = Tokenizer.from_str(self._tokenizer.to_str())
            free.no_truncation()
            self._free = free  # only encodes from here on, which threads may do side by side
        return [e.offsets for e in self._free.encode_batch([encodable(text) for text in texts], add_special_tokens=False)]

    def _embed_one(self, text: str) -> Vectors:
        inputs = padded([self._tokenizer.encode(encodable(text)).ids], length=FINE)
        with self._lock:
            return np.array(self._request.infer(list(inputs))[0], dtype=np.float32)


class Bulk:
    """Many texts through a model, in batches of similar length and one in flight a core: little is spent on padding, and no core
    waits. Threads take turns."""

    def __init__(self, model: Callable[[], Any], requests: int) -> None:
        """`model` is asked for once, when the first texts come."""
        self._open, self._requests = model, requests
        self._queue: Any = None
        self._lock = threading.Lock()

    def run(self, ids: Sequence[list[int]], store: Callable[[Sequence[Vectors], Sequence[int]], None]) -> None:
        """`store` gets the model's outputs for a batch, which hold within the call alone, and which of the texts they are of."""
        import openvino as ov

        def done(request: Any, places: list[int]) -> None:
            store([tensor.data for tensor in request.output_tensors], places)

        with self._lock:
            if self._queue is None:
                self._queue = ov.AsyncInferQueue(self._open(), self._requests)
            self._queue.set_callback(done)
            for batch in batches([len(own) for own in ids]):
                rows = [ids[place] for place in batch.places]
                self._queue.start_async(list(padded(rows, batch.rows, batch.length)), list(batch.places))
            self._queue.wait_all()


def encodable(text: str) -> str:
    """The text, character for character, without lone surrogates: they stand for bytes that are no text, and the tokenizer
    refuses them."""
    return SURROGATE.sub("\ufffd", text)


def padded(ids: list[list[int]], rows: int = 1, length: int = 1) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Token ids and mask of shape (batch, longest), padded with 0; both sizes rounded up to multiples of `rows` and `length`.

    A row that stands for no text has one token, so that its mean exists.
    """
    shape = (-(-len(ids) // rows) * rows, -(-max(len(row) for row in ids) // length) * length)
    tokens = np.zeros(shape, np.int32)
    mask = np.zeros(shape, np.float32)
    for at, row in enumerate(ids):
        tokens[at, : len(row)] = row
        mask[at, : len(row)] = 1.0
    mask[len(ids) :, 0] = 1.0
    return tokens, mask


def states_graph(core: Any, weights: Weights) -> Any:
    """The graph that shows word pieces, in eight bits where the processor multiplies them quicker. What it reads is compared with
    nothing but its own readings; passages and questions, whose vectors are stored, are never read with it."""
    quick = "INT8" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    return build_graph(weights, eight_bits(weights) if quick else None)[1]
