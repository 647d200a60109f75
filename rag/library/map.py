"""A map of the library: papers as points in the plane, in clusters named by the terms that set them apart."""

from __future__ import annotations

import json
import math
import os
from collections import Counter
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from rag.embedding import Vectors
from rag.library import topics
from rag.library.schema import INDEXED, PAPERS
from rag.library.similar import centre
from rag.library.stores import Stores

SAMPLE = 5_000  # papers drawn; of a larger library as many, spread over it
MOST_CLUSTERS, PER_CLUSTER = 16, 12  # as many clusters as the root of (papers / PER_CLUSTER)
FILE = "map-2.json"  # the number changes with the way it is drawn


@dataclass(frozen=True, slots=True)
class Point:
    """A paper on the map. `cluster` is its cluster's number."""

    id: str
    label: str
    year: int | None
    x: float
    y: float
    cluster: int


@dataclass(frozen=True, slots=True)
class LibraryMap:
    """The map of a library whose catalogue had the mark `mark`. `names` are the clusters', by number; `papers` are all there
    were, `points` those drawn."""

    mark: str
    papers: int
    names: tuple[str, ...]
    points: tuple[Point, ...]


def draw(stores: Stores, mark: str) -> LibraryMap:
    """Make the map. Takes seconds for 5,000 papers: their vectors are read, clustered by k-means and projected."""
    ids = _spread(stores)
    places: dict[str, list[Vectors]] = {}
    for passage, vector in stores.vectors.of_papers(ids):
        places.setdefault(passage.paper_id, []).append(vector)
    papers = stores.catalogue.get([paper_id for paper_id in ids if paper_id in places])
    chosen = [papers[paper_id] for paper_id in ids if paper_id in papers and paper_id in places]
    if not chosen:
        return LibraryMap(mark, stores.catalogue.count(), (), ())
    vectors = np.stack([centre(np.stack(places[paper.id])) for paper in chosen])
    clusters = _clusters(vectors)
    plane = _plane(vectors, clusters)
    points = tuple(
        Point(paper.id, paper.label, paper.year, round(float(x), 4), round(float(y), 4), int(cluster))
        for paper, (x, y), cluster in zip(chosen, plane, clusters, strict=True)
    )
    return LibraryMap(mark, stores.catalogue.count(), tuple(topics.names(chosen, clusters.tolist())), points)


def _spread(stores: Stores) -> list[str]:
    """Ids of indexed papers, spread over the library: the same for the same library."""
    scattered = (PAPERS.c.seq * 2_654_435_761) % 4_294_967_296  # Knuth's multiplicative hash
    held = sa.select(INDEXED.c.paper_id).where(INDEXED.c.index_name == stores.index_name, INDEXED.c.paper_id == PAPERS.c.id)
    with stores.catalogue.reading() as db:
        return list(db.execute(sa.select(PAPERS.c.id).where(held.exists()).order_by(scattered).limit(SAMPLE)).scalars())


def _clusters(vectors: Vectors) -> NDArray[np.int64]:
    """The number of each vector's cluster, the largest cluster first."""
    from scipy.cluster.vq import kmeans2  # type: ignore[import-untyped]

    count = min(len(vectors), MOST_CLUSTERS, max(1, round(math.sqrt(len(vectors) / PER_CLUSTER))))
    _, found = kmeans2(vectors, count, iter=30, minit="++", rng=np.random.default_rng(7), missing="warn")
    order = [number for number, _ in Counter(found.tolist()).most_common()]
    return np.asarray([order.index(number) for number in found.tolist()], np.int64)


def _plane(vectors: Vectors, clusters: NDArray[np.int64]) -> Vectors:
    """Points (n, 2): the vectors on the two directions in which the clusters' centres lie farthest apart (PCA of the centres,
    each as heavy as its cluster), or with less than three clusters on those of the vectors themselves."""
    centred = vectors - vectors.mean(axis=0)
    spread = centred
    if clusters.max() >= 2:
        sizes = [np.count_nonzero(clusters == number) for number in range(clusters.max() + 1)]
        means = [centred[clusters == number].mean(axis=0) * math.sqrt(size) for number, size in enumerate(sizes)]
        spread = np.stack(means)
    if len(spread) < 2:
        return np.zeros((len(vectors), 2), np.float32)
    _, _, directions = np.linalg.svd(spread, full_matrices=False)
    plane: Vectors = centred @ directions[:2].T
    return plane


def load(home: Path, mark: str) -> LibraryMap | None:
    """The map kept in `home`, where it is one of the library as it is now."""
    with suppress(OSError, ValueError, TypeError, KeyError):
        kept = json.loads((home / FILE).read_text(encoding="utf-8"))
        if kept["mark"] == mark:
            points = tuple(Point(*row) for row in kept["points"])
            return LibraryMap(mark, kept["papers"], tuple(kept["names"]), points)
    return None


def keep(home: Path, drawn: LibraryMap) -> None:
    """Keep the map in `home`; where that cannot be written, it is drawn again another time."""
    with suppress(OSError):
        beside = home / f".{FILE}.{os.getpid()}.part"
        values = {**asdict(drawn), "points": [tuple(asdict(point).values()) for point in drawn.points]}
        beside.write_text(json.dumps(values, ensure_ascii=False), encoding="utf-8")
        beside.replace(home / FILE)
