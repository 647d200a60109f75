"""Verified: answers that a reader found good and kept, shown first when a similar question is asked."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa

from rag.answering.record import Answer
from rag.conversations.record import new_id
from rag.conversations.schema import VERIFIED
from rag.conversations.store import ConversationStore
from rag.embedding import Vectors

SIMILAR = 0.80
"""Cosine from which a question of the same names and numbers counts as the same. 12 of 16 questions that were worded anew reach
it with their original; no two of the development questions come above 0.6, and pairs that differ in a year or a name, which do,
are told apart by that (LOG.md)."""
_NAME = re.compile(r"\b\w*(?:\d|[A-Z]\w*[A-Z])\w*\b")


@dataclass(frozen=True, slots=True)
class Verified:
    """A question with the answer that was kept for it. `kept` is in UTC."""

    id: str
    question: str
    answer: Answer
    kept: dt.datetime


class VerifiedAnswers:
    """The kept answers, in the file of the conversations. Raises LibraryError as that store does."""

    def __init__(self, store: ConversationStore) -> None:
        self._store = store

    def keep(self, answer: Answer, embedder: str, vector: Vectors) -> str:
        """Keep an answer under the vector of what it was `asked`, as the embedder of that fingerprint made it; returns its id.

        The same answer is kept once.
        """
        row = {
            "id": new_id(),
            "question": asked(answer),
            "embedder": embedder,
            "vector": vector.astype("<f4").tobytes(),
            "answer": answer.id or self._store.answers.add(answer),
            "kept": dt.datetime.now(dt.UTC).isoformat(),
        }
        with self._store.told("saved"), self._store.engine.begin() as db:
            there = db.execute(sa.select(VERIFIED.c.id).where(VERIFIED.c.answer == row["answer"])).scalar_one_or_none()
            if there is None:
                db.execute(sa.insert(VERIFIED), row)
        return str(there or row["id"])

    def drop(self, verified_id: str) -> None:
        """Keep it no longer; the answer stays in its conversation."""
        if self._store.exists():
            with self._store.told("saved"), self._store.engine.begin() as db:
                db.execute(sa.delete(VERIFIED).where(VERIFIED.c.id == verified_id))

    def near(self, question: str, embedder: str, vector: Vectors) -> str:
        """The id of the answer kept for the most similar question, the latest of equals; empty where none is SIMILAR."""
        if not self._store.exists():
            return ""
        with self._store.told("read"), self._store.engine.connect() as db:
            query = sa.select(VERIFIED.c.id, VERIFIED.c.question, VERIFIED.c.vector).where(VERIFIED.c.embedder == embedder)
            found = db.execute(query.order_by(VERIFIED.c.kept.desc())).all()
        rows = [row for row in found if names(row.question) == names(question)]
        if not rows:
            return ""
        cosines = np.stack([np.frombuffer(row.vector, "<f4") for row in rows]) @ vector
        best = int(np.argmax(cosines))
        return rows[best].id if cosines[best] >= SIMILAR else ""

    def get(self, verified_id: str) -> Verified | None:
        """The kept answer of that id."""
        if not verified_id or not self._store.exists():
            return None
        with self._store.told("read"), self._store.engine.connect() as db:
            row = db.execute(sa.select(VERIFIED).where(VERIFIED.c.id == verified_id)).first()
        if row is None:
            return None
        return Verified(row.id, row.question, self._store.answers.get(row.answer), dt.datetime.fromisoformat(row.kept))

    def of_answer(self, answer_id: str) -> str:
        """The id under which that answer is kept, empty where it is not."""
        if not answer_id or not self._store.exists():
            return ""
        with self._store.told("read"), self._store.engine.connect() as db:
            return db.execute(sa.select(VERIFIED.c.id).where(VERIFIED.c.answer == answer_id)).scalar_one_or_none() or ""


def asked(answer: Answer) -> str:
    """The question of an answer as it is understood without the conversation it stood in."""
    return answer.standalone if answer.standalone and not answer.filters else answer.question


def names(question: str) -> frozenset[str]:
    """What must be equal in two questions for one answer: numbers, and words that are names by their spelling."""
    return frozenset(_NAME.findall(question))
