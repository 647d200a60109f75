"""all-MiniLM-L6-v2 as Chroma embeds by default, over the weights Vouch uses: the arithmetic a baseline is measured with.

Chroma's default embedding function (`ONNXMiniLM_L6_V2`) runs an ONNX export of the model on ONNX Runtime in 32-bit floats, cuts
every text at 256 word pieces, pads every text to 256, takes 32 texts at a time, tokenises one text after the other, averages the
last layer under the mask and scales to unit length. The export is not to be had offline, so the same graph is built here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from rag.embedding import Vectors
from rag.embedding.weights import WeightFiles, find_weights

LAYERS, HEADS, WIDTH = 6, 12, 384
EPSILON = 1e-12
LENGTH = 256
BATCH = 32
OPSET = 20  # the first with Gelu
IR_VERSION = 10


class OnnxMiniLM:
    """Chroma's default embedding: texts beyond 256 word pieces lose their end."""

    def __init__(self, tokenizer: Any, session: Any) -> None:
        self._tokenizer = tokenizer
        self._session = session

    @classmethod
    def load(cls) -> Self:
        """Build the graph and open it with the session options Chroma sets. Raises ModelError (see `find_weights`)."""
        import onnxruntime  # type: ignore[import-untyped]
        from tokenizers import Tokenizer

        files = find_weights()
        tokenizer = Tokenizer.from_file(str(files.tokenizer))
        tokenizer.enable_truncation(max_length=LENGTH)
        tokenizer.enable_padding(pad_id=0, length=LENGTH)
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        graph = build_graph(files).SerializeToString()
        return cls(tokenizer, onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"]))

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape (len(texts), 384)."""
        parts = [self._forward(texts[at : at + BATCH]) for at in range(0, len(texts), BATCH)]
        return np.concatenate(parts) if parts else np.zeros((0, WIDTH), np.float32)

    def cuts(self, text: str) -> bool:
        """Whether the end of the text is not read."""
        return bool(self._tokenizer.encode(text).overflowing)

    def _forward(self, texts: Sequence[str]) -> Vectors:
        encoded = [self._tokenizer.encode(text) for text in texts]
        ids = np.array([e.ids for e in encoded], np.int64)
        mask = np.array([e.attention_mask for e in encoded], np.int64)
        kinds = np.zeros_like(ids)
        hidden = self._session.run(None, {"input_ids": ids, "attention_mask": mask, "token_type_ids": kinds})[0]
        return unit_length(mean_under(mask, hidden))


def mean_under(mask: NDArray[np.int64], hidden: NDArray[np.float32]) -> NDArray[np.floating[Any]]:
    """The average of `hidden` (b, n, width) over the positions where `mask` (b, n) is 1: shape (b, width)."""
    wide = np.broadcast_to(np.expand_dims(mask, -1), hidden.shape)
    mean: NDArray[np.floating[Any]] = np.sum(hidden * wide, 1) / np.clip(wide.sum(1), a_min=1e-9, a_max=None)
    return mean


def unit_length(vectors: NDArray[np.floating[Any]]) -> Vectors:
    """Each row divided by its Euclidean norm; a row of zeros stays as it is."""
    norm = np.linalg.norm(vectors, axis=1, keepdims=True)
    norm[norm == 0] = 1e-12
    unit: Vectors = (vectors / norm).astype(np.float32)
    return unit


def build_graph(files: WeightFiles) -> Any:
    """ONNX model: input_ids, attention_mask, token_type_ids (int64 [b, n]) -> last_hidden_state (f32 [b, n, 384]).

    ONNX Runtime fuses what it knows in it. Attention stays in its parts; fused by ONNX Runtime's own offline optimiser it
    took the same processor time (46 to 49 ms a text on an AMD EPYC core, either way).
    """
    from onnx import TensorProto, helper
    from safetensors.numpy import load_file

    graph = _Graph()
    weights = load_file(files.weights)

    def weight(name: str) -> str:
        return graph.constant(name, weights[name])

    def linear(x: str, name: str) -> str:
        turned = np.ascontiguousarray(weights[f"{name}.weight"].T)
        return graph.node("Add", graph.node("MatMul", x, graph.constant(f"{name}.turned", turned)), weight(f"{name}.bias"))

    def layer_norm(x: str, name: str) -> str:
        return graph.node("LayerNormalization", x, weight(f"{name}.weight"), weight(f"{name}.bias"), axis=-1, epsilon=EPSILON)

    def heads(x: str, order: tuple[int, ...]) -> str:
        split = graph.node("Reshape", x, graph.constant("heads", np.array([0, 0, HEADS, WIDTH // HEADS], np.int64)))
        return graph.node("Transpose", split, perm=order)

    axis = {n: graph.constant(f"axis{n}", np.array([n], np.int64)) for n in (0, 1, 2)}
    one, many, scale = (graph.scalar(value) for value in (1.0, -10000.0, np.sqrt(WIDTH // HEADS)))

    wide = graph.node("Unsqueeze", graph.node("Unsqueeze", "attention_mask", axis[1]), axis[2])
    hidden = graph.node("Sub", one, graph.node("Cast", wide, to=TensorProto.FLOAT))
    attention_mask = graph.node("Mul", hidden, many)  # 0 where read, -10000 where padded

    length = graph.node("Slice", graph.node("Shape", "input_ids"), axis[1], axis[2])
    all_places = graph.constant("places", np.arange(512, dtype=np.int64)[None, :])
    places = graph.node("Slice", all_places, axis[0], length, axis[1])
    words = graph.node("Gather", weight("embeddings.word_embeddings.weight"), "input_ids", axis=0)
    kinds = graph.node("Gather", weight("embeddings.token_type_embeddings.weight"), "token_type_ids", axis=0)
    position = graph.node("Gather", weight("embeddings.position_embeddings.weight"), places, axis=0)
    x = layer_norm(graph.node("Add", graph.node("Add", words, kinds), position), "embeddings.LayerNorm")

    back = graph.constant("back", np.array([0, 0, WIDTH], np.int64))
    for n in range(LAYERS):
        at = f"encoder.layer.{n}"
        q = heads(linear(x, f"{at}.attention.self.query"), (0, 2, 1, 3))
        k = heads(linear(x, f"{at}.attention.self.key"), (0, 2, 3, 1))
        v = heads(linear(x, f"{at}.attention.self.value"), (0, 2, 1, 3))
        scores = graph.node("Add", graph.node("Div", graph.node("MatMul", q, k), scale), attention_mask)
        mixed = graph.node("MatMul", graph.node("Softmax", scores, axis=-1), v)
        merged = graph.node("Reshape", graph.node("Transpose", mixed, perm=(0, 2, 1, 3)), back)
        x = layer_norm(graph.node("Add", linear(merged, f"{at}.attention.output.dense"), x), f"{at}.attention.output.LayerNorm")
        inner = graph.node("Gelu", linear(x, f"{at}.intermediate.dense"))
        x = layer_norm(graph.node("Add", linear(inner, f"{at}.output.dense"), x), f"{at}.output.LayerNorm")
    graph.node("Identity", x, output="last_hidden_state")

    names = ("input_ids", "attention_mask", "token_type_ids")
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, ["b", "n"]) for name in names]
    outputs = [helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["b", "n", WIDTH])]
    made = helper.make_graph(graph.nodes, "all-MiniLM-L6-v2", inputs, outputs, graph.constants)
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)


class _Graph:
    """Nodes and constants in the order they are named; every node has one output."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self._names: set[str] = set()

    def node(self, operator: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        from onnx import helper

        name = output or f"{operator}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [name], name=name, **attributes))
        return name

    def constant(self, name: str, value: NDArray[Any]) -> str:
        from onnx import numpy_helper

        if name not in self._names:
            self._names.add(name)
            self.constants.append(numpy_helper.from_array(value, name))
        return name

    def scalar(self, value: float) -> str:
        return self.constant(f"scalar_{value}", np.array(value, np.float32))
