"""all-MiniLM-L6-v2 on OpenVINO: a six-layer BERT encoder, mean pooling, unit length."""

from __future__ import annotations

import os
import re
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from functools import lru_cache
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from rag.embedding import TokenVectors, Vectors
from rag.embedding.batches import FINE, batches
from rag.embedding.eight_bits import eight_bits
from rag.embedding.graph import EPSILON, WIDTH, Weights, build_graph, read_weights, silence_openvino
from rag.embedding.weights import WEIGHTS_SHA256, find_weights
from rag.stages import made_ahead

Store = Callable[[Sequence[Vectors], Sequence[int]], None]
"""Is given a model's outputs for a batch, which hold within the call alone, and which of a block's texts they are of."""

MAX_TOKENS = 512
WAITING = 16  # batches given to each core at once: work enough while a thread that stores has Python's lock for 0.2 s
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
        vectors = np.empty((len(texts), WIDTH), np.float32)
        self._bulk.run(self._ids(texts), into(vectors))
        return vectors

    def embed_each(self, blocks: Iterable[Sequence[str]]) -> Generator[Vectors, None, None]:
        """What `embed` gives for each block of texts, the next ones being prepared and begun before it is asked for."""
        begun: deque[Vectors] = deque()

        def jobs() -> Iterator[tuple[list[list[int]], Store]]:
            for ids in encoded:
                begun.append(np.empty((len(ids), WIDTH), np.float32))
                yield ids, into(begun[-1])

        with closing(made_ahead(lambda: map(self._ids, blocks), 1)) as encoded:
            for _ in self._bulk.stream(jobs()):
                yield begun.popleft()

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

    def _ids(self, texts: Sequence[str]) -> list[list[int]]:
        return [own.ids for own in self._tokenizer.encode_batch([encodable(text) for text in texts])]

    def _embed_one(self, text: str) -> Vectors:
        inputs = padded([self._tokenizer.encode(encodable(text)).ids], length=FINE)
        with self._lock:
            return np.array(self._request.infer(list(inputs))[0], dtype=np.float32)


class Bulk:
    """Many texts through a model, in batches of similar length and always some waiting: little is spent on padding, and no core
    waits."""

    def __init__(self, model: Callable[[], Any], cores: int) -> None:
        """`model` is asked for once, when the first texts come."""
        self._open, self._requests = lru_cache(1)(model), WAITING * cores
        self._queue: Any = None
        self._lock = threading.Lock()

    def run(self, ids: Sequence[list[int]], store: Store) -> None:
        """Have one block of texts read; threads take turns."""
        with self._lock:
            if self._queue is None:
                self._queue = self._new_queue()
            for _ in flow(self._queue, [(ids, store)]):
                pass

    def stream(self, blocks: Iterable[tuple[Sequence[list[int]], Store]]) -> Generator[None, None, None]:
        """Have block after block read, beside what others have read; yields when the next block is stored whole."""
        with self._lock:
            queue = self._new_queue()
        yield from flow(queue, blocks)

    def _new_queue(self) -> Any:
        import openvino as ov

        return ov.AsyncInferQueue(self._open(), self._requests)


def flow(queue: Any, blocks: Iterable[tuple[Sequence[list[int]], Store]]) -> Generator[None, None, None]:
    """Yields when the next block is stored whole; by then some batches of the one behind it are in work.

    What a batch gave is fetched when its request is needed again and not by a callback, which would hold up a core whenever
    another thread has Python's lock.
    """
    running: dict[int, tuple[int, Store, Sequence[int]]] = {}
    left: dict[int, int] = {}  # batches of each block that are not stored, in the order of the blocks

    def finished(request: int) -> None:
        if (own := running.pop(request, None)) is not None:
            block, store, places = own
            store([tensor.data for tensor in queue[request].output_tensors], places)
            left[block] -= 1

    def whole() -> Iterator[None]:
        while left and not left[first := next(iter(left))]:
            del left[first]
            yield

    try:
        for block, (ids, store) in enumerate(blocks):
            planned = batches([len(own) for own in ids])
            left[block] = len(planned)
            for batch in planned:
                inputs = list(padded([ids[place] for place in batch.places], batch.rows, batch.length))
                request = queue.get_idle_request_id()  # the one that `start_async` takes
                finished(request)
                running[request] = (block, store, batch.places)
                queue.start_async(inputs)
                yield from whole()
    finally:
        queue.wait_all()
    for request in list(running):
        finished(request)
    yield from whole()


def encodable(text: str) -> str:
    """The text, character for character, without lone surrogates: they stand for bytes that are no text, and the tokenizer
    refuses them."""
    return SURROGATE.sub("\ufffd", text)


def into(vectors: Vectors) -> Store:
    """Puts the text vectors of a batch into their rows of `vectors`."""

    def store(outputs: Sequence[Vectors], places: Sequence[int]) -> None:
        vectors[list(places)] = outputs[0][: len(places)]

    return store


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
