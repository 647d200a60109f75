"""all-MiniLM-L6-v2 on OpenVINO: a six-layer BERT encoder, mean pooling, unit length.

The graph is built from the published weights with OpenVINO's own operators, so that no deep-learning framework is needed.
Architecture: Devlin et al. 2019 (BERT); pooling: Reimers and Gurevych 2019 (Sentence-BERT).
"""

from __future__ import annotations

import os
import re
import sys
import threading
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, ClassVar, Self, cast

import numpy as np
from numpy.typing import NDArray

from rag.embedding import TokenVectors, Vectors
from rag.embedding.batches import FINE, batches
from rag.embedding.weights import WEIGHTS_SHA256, WeightFiles, find_weights

LAYERS, HEADS, WIDTH = 6, 12, 384
EPSILON = 1e-12
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
            core.compile_model(build_graph(files)[0], "CPU", together),
            lambda: core.compile_model(build_graph(files)[0], "CPU", streams),
            lambda: core.compile_model(build_graph(files)[1], "CPU", streams),
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


def silence_openvino() -> None:
    """Keep OpenVINO from reporting its own import over the network, which it does unless its telemetry package is absent.

    To be called before the first import of openvino: None among the modules makes an import fail as if nothing was there.
    """
    cast(dict[str, Any], sys.modules).setdefault("openvino_telemetry", None)


def build_graph(files: WeightFiles) -> tuple[Any, Any]:
    """Two OpenVINO models over one graph, (ids int32 [b, n], mask f32 [b, n]) -> unit vectors f32 [b, 384]; the second also
    gives the last layer's states f32 [b, n, 384], which cost a bulk run memory for nothing."""
    silence_openvino()
    import openvino as ov
    from openvino import opset13 as op
    from safetensors.numpy import load_file

    weights = load_file(files.weights)

    def constant(name: str) -> Any:
        return op.constant(weights[name])

    def linear(x: Any, name: str) -> Any:
        product = op.matmul(x, constant(f"{name}.weight"), transpose_a=False, transpose_b=True)
        return op.add(product, constant(f"{name}.bias"))

    def layer_norm(x: Any, name: str) -> Any:
        normal = op.mvn(x, op.constant(np.array([-1], np.int64)), True, EPSILON, "inside_sqrt")
        return op.add(op.multiply(normal, constant(f"{name}.weight")), constant(f"{name}.bias"))

    def axis(n: int) -> Any:
        return op.constant(np.array(n, np.int64))

    def heads(x: Any) -> Any:
        split = op.reshape(x, op.constant(np.array([0, 0, HEADS, WIDTH // HEADS], np.int64)), True)
        return op.transpose(split, op.constant(np.array([0, 2, 1, 3], np.int64)))

    ids = op.parameter([-1, -1], np.int32, name="ids")
    mask = op.parameter([-1, -1], np.float32, name="mask")

    length = op.gather(op.shape_of(ids), axis(1), axis(0))
    positions = op.range(axis(0), length, axis(1), "i64")
    words = op.gather(constant("embeddings.word_embeddings.weight"), ids, axis(0))
    places = op.gather(constant("embeddings.position_embeddings.weight"), positions, axis(0))
    kind = op.constant(weights["embeddings.token_type_embeddings.weight"][0])
    x = layer_norm(op.add(op.add(words, kind), places), "embeddings.LayerNorm")

    hidden = op.unsqueeze(op.unsqueeze(op.subtract(mask, op.constant(np.float32(1.0))), axis(1)), axis(1))
    attention_mask = op.multiply(hidden, op.constant(np.float32(10000.0)))  # 0 where read, -10000 where padded

    for n in range(LAYERS):
        at = f"encoder.layer.{n}"
        q, k, v = (heads(linear(x, f"{at}.attention.self.{part}")) for part in ("query", "key", "value"))
        mixed = op.transpose(
            op.scaled_dot_product_attention(q, k, v, attention_mask), op.constant(np.array([0, 2, 1, 3], np.int64))
        )
        merged = op.reshape(mixed, op.constant(np.array([0, 0, WIDTH], np.int64)), True)
        x = layer_norm(op.add(linear(merged, f"{at}.attention.output.dense"), x), f"{at}.attention.output.LayerNorm")
        inner = op.gelu(linear(x, f"{at}.intermediate.dense"), "erf")
        x = layer_norm(op.add(linear(inner, f"{at}.output.dense"), x), f"{at}.output.LayerNorm")

    column = op.unsqueeze(mask, axis(2))
    total = op.reduce_sum(op.multiply(x, column), axis(1), False)
    mean = op.divide(total, op.reduce_sum(column, axis(1), False))
    unit = op.normalize_l2(mean, op.constant(np.array([1], np.int64)), 1e-12, "max")
    name = "all-MiniLM-L6-v2"
    return ov.Model([unit], [ids, mask], name), ov.Model([unit, x], [ids, mask], f"{name} with states")
