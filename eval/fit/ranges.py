"""Find the ranges by which the encoder's products are rounded to eight bits: `python -m eval.fit.ranges`.

Reads the sample library's abstracts sentence by sentence in single precision and notes the smallest and the largest state of
every channel at every point. Writes rag/embedding/ranges.npz.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import typer

from rag.embedding.eight_bits import RANGES, Range
from rag.embedding.graph import Exact, Weights, build_graph, read_weights, silence_openvino
from rag.embedding.minilm import padded
from rag.embedding.weights import WeightFiles, find_weights
from rag.sentences import sentences
from rag.upkeep import SAMPLE

BATCH = 16


class Tapped(Exact):
    """Exact products; keeps the nodes of the states that go into them."""

    def __init__(self, weights: Weights) -> None:
        super().__init__(weights)
        self.nodes: dict[str, Any] = {}

    def states(self, x: Any, point: str) -> Any:
        self.nodes[point] = x
        return x


def ranges_of(texts: Sequence[str], source: WeightFiles) -> dict[str, Range]:
    """The range of every point over these texts, padding left out."""
    silence_openvino()
    import openvino as ov
    from openvino import opset13 as op
    from tokenizers import Tokenizer

    weights = read_weights(source)
    tapped = Tapped(weights)
    graph = build_graph(weights, tapped)[0]
    graph.add_results([op.result(node) for node in tapped.nodes.values()])
    request = ov.Core().compile_model(graph, "CPU", {"INFERENCE_PRECISION_HINT": "f32"}).create_infer_request()
    tokenizer = Tokenizer.from_file(str(source.tokenizer))
    found: dict[str, Range] = {}
    for at in range(0, len(texts), BATCH):
        ids, mask = padded([own.ids for own in tokenizer.encode_batch(list(texts[at : at + BATCH]))])
        request.infer([ids, mask])
        for n, point in enumerate(tapped.nodes, start=1):
            states = request.get_output_tensor(n).data[mask > 0]
            ends = np.stack([states.min(axis=0), states.max(axis=0)])
            before = found.get(point, ends)
            found[point] = np.stack([np.minimum(before[0], ends[0]), np.maximum(before[1], ends[1])])
    return found


def main() -> None:
    """Read the sample library and write the ranges."""
    papers = [json.loads(line) for line in SAMPLE.read_text(encoding="utf-8").splitlines()]
    texts = [sentence for paper in papers for sentence in sentences(paper["abstract"])]
    found = ranges_of(texts, find_weights())
    held: dict[str, Any] = {point: own.astype(np.float16) for point, own in found.items()}
    np.savez_compressed(Path(str(files("rag.embedding"))) / RANGES, **held)
    typer.echo(f"{len(texts)} sentences, {sum(own.shape[1] for own in found.values())} channels")


if __name__ == "__main__":
    main()
