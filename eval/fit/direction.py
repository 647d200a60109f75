"""`python -m eval.fit.direction --material FILE [--out FILE]`: the attention of rag.answering.direction, trained anew."""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from eval.fit.attention import Group, Parameters, Side, descend, told
from eval.fit.reversals import Statement, read_abstracts, statements
from rag.answering.direction import PIECES, SAID_PIECES, SENTENCES, marks
from rag.answering.polarity import cues
from rag.embedding import EMBEDDERS, TokenReader, TokenVectors

STATEMENTS = 7000  # some 200 KB each while training
ROUNDS = 2
KEPT_BACK = 0.05  # share of the statements that only say how well the rest was learned
READ_AT_ONCE = 100  # statements
SAME = 0.97  # a sentence as like the statement as this is the statement
DIGITS = 4


def material(paths: Sequence[Path], without: Iterable[str], seed: int) -> Iterator[Statement]:
    """Statements of the abstracts of all files, mixed; papers whose id is in `without` are left out. Each file gives the same
    number of abstracts as the smallest, so that none outweighs another."""
    rng, left_out = random.Random(seed), frozenset(without)  # noqa: S311
    pools = [[(title, text) for paper, title, text in read_abstracts(path) if paper not in left_out] for path in paths]
    least = min(map(len, pools), default=0)
    mixed = [one for pool in pools for one in rng.sample(pool, least)]
    rng.shuffle(mixed)
    return statements(mixed, rng)


def grouped(found: Sequence[Statement], reader: TokenReader) -> list[Group]:
    """The statements as read, each with the sentences of its evidence that are most alike."""
    groups = []
    for at in range(0, len(found), READ_AT_ONCE):
        part = found[at : at + READ_AT_ONCE]
        texts = list(dict.fromkeys(text for one in part for text in (one.text, *one.reversals, *one.evidence)))
        read = dict(zip(texts, reader.read(texts), strict=True))
        groups += [group for one in part if (group := _group(one, read)) is not None]
    return groups


def sides(said: tuple[str, TokenVectors], evidence: Sequence[tuple[str, TokenVectors]]) -> tuple[Side, Side]:
    """A statement and its evidence, at least one sentence, as `Direction.agreement` sees them: the nearest sentences, cut."""
    cosines = np.array([float(own.text @ said[1].text) for _, own in evidence], np.float32)
    order = np.argsort(-cosines, kind="stable")[:SENTENCES].tolist()
    seen = [_side(evidence[n][0], evidence[n][1], float(cosines[n] - cosines.max())) for n in order]
    joined = Side(
        np.concatenate([side.pieces for side in seen])[:PIECES],
        np.concatenate([side.marks for side in seen])[:PIECES],
        np.concatenate([side.near for side in seen])[:PIECES],
    )
    return _side(said[0], said[1], 0.0, SAID_PIECES), joined


def _group(one: Statement, read: dict[str, TokenVectors]) -> Group | None:
    evidence = [(text, read[text]) for text in one.evidence if len(read[text].pieces)]
    if not evidence or max(float(own.text @ read[one.text].text) for _, own in evidence) > SAME:
        return None
    said, joined = sides((one.text, read[one.text]), evidence)
    return Group(said, tuple(_side(text, read[text], 0.0, SAID_PIECES) for text in one.reversals), joined)


def _side(text: str, vectors: TokenVectors, near: float, most: int = PIECES) -> Side:
    pieces = vectors.pieces[:most].astype(np.float16)
    return Side(pieces, marks(vectors, cues(text))[:most], np.full(len(pieces), near, np.float32))


def train(groups: Sequence[Group], rounds: int = ROUNDS, seed: int = 0) -> Parameters:
    """Parameters by the names of `Direction`'s fields."""
    return descend(groups, rounds, seed)


def written(p: Parameters) -> str:
    """The parameters as direction.json holds them."""
    rows = {name: np.round(value, DIGITS).tolist() for name, value in p.items()}
    return "{\n" + ",\n".join(f' "{name}": {json.dumps(row, separators=(",", ":"))}' for name, row in rows.items()) + "\n}\n"


def main() -> None:
    """Make the material, train, say how many reversals of statements kept back are told, and write the parameters."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--material", type=Path, action="append", required=True, help=".jsonl[.gz] of abstracts; may be repeated")
    parser.add_argument("--without", type=Path, help="claims in SciFact's form: abstracts they cite are left out")
    parser.add_argument("--statements", type=int, default=STATEMENTS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("direction.json"))
    given = parser.parse_args()
    cited = [paper for row in _rows(given.without) for paper in row["cited"]]
    found = [one for one, _ in zip(material(given.material, cited, given.seed), range(given.statements), strict=False)]
    reader: Any = EMBEDDERS["minilm"]().load(threads=1)
    groups = grouped(found, reader)
    back = int(len(groups) * KEPT_BACK)
    learned = train(groups[back:], given.rounds, given.seed)
    given.out.write_text(written(learned), encoding="utf-8")
    sys.stdout.write(f"{len(groups)} statements; of {back} kept back, reversals told: {told(learned, groups[:back]):.3f}\n")


def _rows(path: Path | None) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path else []


if __name__ == "__main__":
    main()
