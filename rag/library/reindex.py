"""The derived stores built anew from the catalogue, and indexes that no setting names any more removed."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable

from rag.embedding import Embedder
from rag.library.ingest import Progress, index_pending, prepare
from rag.library.manifest import begin_clearing, cleared, forget, indexes, is_clearing, parts
from rag.library.report import ReindexReport
from rag.library.stores import Stores


def reindex(stores: Stores, embedder: Callable[[], Embedder], progress: Progress, *, prune: bool = False) -> ReindexReport:
    """Index every paper under the current settings.

    An index that is not complete is completed: after a changed setting, or after a run that was killed. A complete one is
    emptied and built again; so is one that holds what the catalogue does not know. With `prune` the other indexes are
    removed afterwards; without it, they serve at once when the settings name them again.
    """
    began = time.perf_counter()
    prepare(stores)
    catalogue, name = stores.catalogue, stores.index_name
    whole = catalogue.count() > 0 and not catalogue.pending_count(name)
    if whole or is_clearing(catalogue, name):
        _clear(stores)
    passages = index_pending(stores, embedder, progress)
    if not agree(stores):
        _clear(stores)
        passages = index_pending(stores, embedder, progress)
    removed = _prune(stores) if prune else ()
    kept = tuple(index.name for index in indexes(catalogue, name) if not index.current and index.papers)
    return ReindexReport(name, catalogue.count(), passages, time.perf_counter() - began, removed, kept)


def agree(stores: Stores) -> bool:
    """Whether Chroma and tantivy hold as much as the catalogue says, no less and no more. Indexes may share the keywords."""
    papers, passages = stores.catalogue.indexed_count(stores.index_name)
    return stores.vectors.count() == passages and stores.keywords.count() == papers


def _clear(stores: Stores) -> None:
    """Empty the stores of the index. The catalogue is told first, so that a killed run is noticed."""
    catalogue, name = stores.catalogue, stores.index_name
    begin_clearing(catalogue, name)
    stores.vectors.clear()
    if any(index.keywords == parts(name)[1] for index in indexes(catalogue, name) if not index.current):
        known = {paper.id for paper in catalogue.papers()}  # another index needs the keywords: only strangers go
        stores.keywords.remove([paper_id for paper_id in stores.keywords.ids() if paper_id not in known])
        stores.keywords.commit()
    else:
        stores.keywords.clear()
    stores.keywords.release()
    cleared(catalogue, name)


def _prune(stores: Stores) -> tuple[str, ...]:
    """Remove the collections of the other indexes, and keywords that no index has any more."""
    collection, keywords = parts(stores.index_name)
    others = [index for index in indexes(stores.catalogue, stores.index_name) if not index.current]
    for index in others:
        if index.collection != collection:
            stores.vectors.drop(index.collection)
        if index.keywords != keywords:
            shutil.rmtree(stores.keywords.folder.with_name(f"keywords-{index.keywords}"), ignore_errors=True)
        forget(stores.catalogue, index.name)
    return tuple(index.name for index in others)
