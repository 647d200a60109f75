"""The encoder as an OpenVINO graph: six layers of BERT, mean pooling, unit length, from the published weights.

Built with OpenVINO's own operators, so that no deep-learning framework is needed. Architecture: Devlin et al. 2019 (BERT);
pooling: Reimers and Gurevych 2019 (Sentence-BERT).
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from rag.embedding.weights import WeightFiles

LAYERS, HEADS, WIDTH = 6, 12, 384
EPSILON = 1e-12
Weights = Mapping[str, NDArray[np.float32]]


class Products(Protocol):
    """How the graph computes its matrix products. A point is a place whose states go into one or several of them."""

    def states(self, x: Any, point: str) -> Any:
        """The states as the products at `point` take them."""
        ...

    def weight(self, name: str, point: str) -> Any:
        """The weights `name` as they meet those states, a node of shape (out, in)."""
        ...


class Exact:
    """As the weights say, in the precision that the processor has for it."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights

    def states(self, x: Any, point: str) -> Any:  # noqa: ARG002
        return x

    def weight(self, name: str, point: str) -> Any:  # noqa: ARG002
        from openvino import opset13 as op

        return op.constant(self._weights[name])


def read_weights(files: WeightFiles) -> Weights:
    """All weights by their published names."""
    from safetensors.numpy import load_file

    weights: Weights = load_file(files.weights)
    return weights


def points(layer: int) -> tuple[str, str, str, str]:
    """The names of a layer's points: into query, key and value; out of attention; into the wide product; out of it."""
    at = f"encoder.layer.{layer}"
    return f"{at}.attention.self", f"{at}.attention.output", f"{at}.intermediate", f"{at}.output"


def build_graph(weights: Weights, products: Products | None = None) -> tuple[Any, Any]:
    """Two OpenVINO models over one graph, (ids int32 [b, n], mask f32 [b, n]) -> unit vectors f32 [b, 384]; the second also
    gives the last layer's states f32 [b, n, 384], which cost a bulk run memory for nothing."""
    silence_openvino()
    import openvino as ov
    from openvino import opset13 as op

    computed = products or Exact(weights)

    def constant(name: str) -> Any:
        return op.constant(weights[name])

    def linear(x: Any, name: str, point: str) -> Any:
        product = op.matmul(x, computed.weight(f"{name}.weight", point), transpose_a=False, transpose_b=True)
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
        asked, mixing, widening, narrowing = points(n)
        taken = computed.states(x, asked)
        q, k, v = (heads(linear(taken, f"{at}.attention.self.{part}", asked)) for part in ("query", "key", "value"))
        mixed = op.transpose(
            op.scaled_dot_product_attention(q, k, v, attention_mask), op.constant(np.array([0, 2, 1, 3], np.int64))
        )
        merged = computed.states(op.reshape(mixed, op.constant(np.array([0, 0, WIDTH], np.int64)), True), mixing)
        x = layer_norm(op.add(linear(merged, f"{at}.attention.output.dense", mixing), x), f"{at}.attention.output.LayerNorm")
        inner = op.gelu(linear(computed.states(x, widening), f"{at}.intermediate.dense", widening), "erf")
        narrow = linear(computed.states(inner, narrowing), f"{at}.output.dense", narrowing)
        x = layer_norm(op.add(narrow, x), f"{at}.output.LayerNorm")

    column = op.unsqueeze(mask, axis(2))
    total = op.reduce_sum(op.multiply(x, column), axis(1), False)
    mean = op.divide(total, op.reduce_sum(column, axis(1), False))
    unit = op.normalize_l2(mean, op.constant(np.array([1], np.int64)), 1e-12, "max")
    name = "all-MiniLM-L6-v2"
    return ov.Model([unit], [ids, mask], name), ov.Model([unit, x], [ids, mask], f"{name} with states")


def silence_openvino() -> None:
    """Keep OpenVINO from reporting its own import over the network, which it does unless its telemetry package is absent.

    To be called before the first import of openvino: None among the modules makes an import fail as if nothing was there.
    """
    cast(dict[str, Any], sys.modules).setdefault("openvino_telemetry", None)
