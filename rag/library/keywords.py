"""Keyword search in tantivy: BM25 (k1 1.2, b 0.75) over title and abstract as one field, stemmed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rag.errors import LibraryDamaged
from rag.paper import Paper
from rag.terms import QUESTION_WORDS, WORD

VERSION = "k1"
"""Names the schema and the analysis; a change here asks for a new index."""
TOKENIZER = "en_stem"
HEAP_BYTES = 64_000_000


class KeywordIndex:
    """Papers by keyword. One writer at a time; searching goes on meanwhile."""

    def __init__(self, folder: Path) -> None:
        """Open or create the index. Raises LibraryDamaged where tantivy cannot open the folder."""
        import tantivy

        self.folder = folder
        schema = tantivy.SchemaBuilder()
        schema.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
        schema.add_text_field("text", tokenizer_name=TOKENIZER)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._index = tantivy.Index(schema.build(), path=str(folder))
        except (OSError, ValueError) as error:
            raise LibraryDamaged(
                f"The keyword index in {folder} cannot be opened ({error}).",
                remedy="Move that folder away and run `vouch ingest` again: it is rebuilt from the catalogue.",
            ) from error
        self._writer: Any = None

    def put(self, papers: Sequence[Paper]) -> None:
        """Add or replace papers; they are found after `commit`."""
        import tantivy

        if self._writer is None:
            self._writer = self._index.writer(HEAP_BYTES, 1)
        for paper in papers:
            self._writer.delete_documents_by_term("id", paper.id)
            self._writer.add_document(tantivy.Document(id=paper.id, text=f"{paper.title or ''}\n{paper.abstract}"))

    def remove(self, ids: Sequence[str]) -> None:
        """Remove papers; they are gone after `commit`."""
        if self._writer is None:
            self._writer = self._index.writer(HEAP_BYTES, 1)
        for paper_id in ids:
            self._writer.delete_documents_by_term("id", paper_id)

    def clear(self) -> None:
        """Remove all papers, at once."""
        if self._writer is None:
            self._writer = self._index.writer(HEAP_BYTES, 1)
        self._writer.delete_all_documents()
        self.commit()

    def commit(self) -> None:
        """Make what was put since the last commit durable and visible."""
        if self._writer is not None:
            self._writer.commit()
            self._index.reload()

    def release(self) -> None:
        """Finish merging and give up the writer's lock."""
        if self._writer is not None:
            writer, self._writer = self._writer, None  # a writer that has failed once fails for ever
            writer.wait_merging_threads()
            self._index.reload()

    def search(self, question: str, limit: int, only: Sequence[str] | None = None) -> list[tuple[str, float]]:
        """(paper id, BM25) of the papers that share words with the question, best first; framing words do not count.

        `only` narrows the search to these papers; their scores stay what they are among all.
        """
        words = [word for word in WORD.findall(question) if word.lower() not in QUESTION_WORDS]
        if not words:
            return []
        query, _ = self._index.parse_query_lenient(" ".join(f'"{word}"' for word in words), ["text"])
        if only is not None:
            from tantivy import Occur, Query

            those = Query.const_score_query(Query.term_set_query(self._index.schema, "id", list(only)), 0.0)
            query = Query.boolean_query([(Occur.Must, query), (Occur.Must, those)])
        self.refresh()
        searcher = self._index.searcher()
        return [(searcher.doc(address)["id"][0], float(score)) for score, address in searcher.search(query, limit).hits]

    def holding(
        self, phrases: Sequence[str], only: Sequence[str] | None = None, limit: int | None = None
    ) -> list[tuple[str, float]]:
        """(paper id, BM25) of every paper whose text holds all the phrases, the words of each side by side, in any inflection;
        best first. `only` narrows it to these papers, `limit` to so many. About 4 µs of processor time for each paper told."""
        from tantivy import Occur, Query

        parts = self._all_of(phrases)
        if not parts:
            return []
        if only is not None:
            those = Query.const_score_query(Query.term_set_query(self._index.schema, "id", list(only)), 0.0)
            parts.append((Occur.Must, those))
        self.refresh()
        searcher = self._index.searcher()
        wanted = max(1, searcher.num_docs if limit is None else min(limit, searcher.num_docs))
        found = searcher.search(Query.boolean_query(parts), wanted, count=False).hits
        return [(searcher.doc(address)["id"][0], float(score)) for score, address in found]

    def number(self, phrases: Sequence[str]) -> int:
        """How many papers' texts hold all the phrases: as `holding` finds them, without telling which."""
        from tantivy import Query

        parts = self._all_of(phrases)
        self.refresh()
        if not parts:
            return 0
        found: Any = self._index.searcher().search(Query.boolean_query(parts), 1)
        return int(found.count)

    def _all_of(self, phrases: Sequence[str]) -> list[Any]:
        """The parts of a query, none where a phrase has no word."""
        from tantivy import Occur

        said = [" ".join(WORD.findall(phrase)) for phrase in phrases]
        if not all(said):
            return []
        return [(Occur.Must, self._index.parse_query_lenient(f'"{phrase}"', ["text"])[0]) for phrase in said]

    def like(self, stem: str, distance: int, limit: int) -> list[str]:
        """Ids of at most `limit` papers with a stem that at most `distance` slips (0 to 2) make of this one."""
        from tantivy import Query

        query = Query.fuzzy_term_query(self._index.schema, "text", stem, distance)
        self.refresh()
        searcher = self._index.searcher()
        return [searcher.doc(address)["id"][0] for _, address in searcher.search(query, limit, count=False).hits]

    def knows(self, phrase: str) -> bool:
        """Whether any paper's text holds the phrase."""
        said = " ".join(WORD.findall(phrase))
        query, _ = self._index.parse_query_lenient(f'"{said}"', ["text"])
        return bool(said and self._index.searcher().search(query, 1).hits)

    def search_stems(self, weights: Mapping[str, float], limit: int) -> list[tuple[str, float]]:
        """As `search`, for stems (as `rag.terms.content_words` gives them), each counted as often as its weight says."""
        from tantivy import Occur, Query

        if not weights:
            return []
        schema = self._index.schema
        terms = [
            (Occur.Should, Query.boost_query(Query.term_query(schema, "text", stem), weight)) for stem, weight in weights.items()
        ]
        self.refresh()
        searcher = self._index.searcher()
        found = searcher.search(Query.boolean_query(terms), limit).hits
        return [(searcher.doc(address)["id"][0], float(score)) for score, address in found]

    def rarity(self, stems: Iterable[str]) -> dict[str, float]:
        """BM25's inverse document frequency, ln(1 + (N - n + 0.5) / (n + 0.5)), of each stem that the index holds."""
        searcher = self._index.searcher()
        total = searcher.num_docs
        counts = {stem: searcher.doc_freq("text", stem) for stem in stems}
        return {stem: math.log(1 + (total - n + 0.5) / (n + 0.5)) for stem, n in counts.items() if 0 < n <= total}

    def refresh(self) -> None:
        """See what another process has committed; takes less than 0.1 ms where nothing was."""
        try:
            self._index.reload()
        except (OSError, ValueError) as error:
            raise LibraryDamaged(
                f"The keyword index in {self.folder} cannot be read ({error}).",
                remedy="Run `vouch ingest`: what is missing is built again from the catalogue.",
            ) from error

    def count(self) -> int:
        return int(self._index.searcher().num_docs)

    def ids(self) -> list[str]:
        """All paper ids, sorted."""
        import tantivy

        searcher = self._index.searcher()
        hits = searcher.search(tantivy.Query.all_query(), max(1, searcher.num_docs)).hits
        return sorted(searcher.doc(address)["id"][0] for _, address in hits)
