"""Whether the library answers at all: a calibrated chance, what is missing, and from which chance on to answer."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from rag.answering.abstain_features import CLEAR, Features, features
from rag.answering.abstain_premise import Agrees
from rag.answering.abstain_presence import called, holds, names, text_of
from rag.answering.draft import Draft
from rag.answering.extractive import quote
from rag.answering.record import Hit
from rag.retrieval.evidence import ScoredSentence
from rag.retrieval.understand import QuestionType

MODEL = "confidence.json"
STAGES = ("there", "given", "holds")
LEANING = 0.05
"""Chance of being there below which even a turn that leans on an earlier one is refused, and a list of the papers that meet
conditions: what is left of its own words are few, and its evidence looks poorer than it is."""
CONDITIONED = 0.15
"""The same for a question with conditions, over the papers that meet them. Of 23 that those answer none is below 0.19, of ten
that they do not answer eight are."""
BROAD = 0.1
"""The same for a list or a comparison, of which each paper gives a part."""
FAR, LEFT = 0.25, 0.1
"""Cosine of a paper's best sentence below which it is hardly what the question is about, and what is then left of the chance
that it is; a refusal does not quote it. Of 470 questions that a library answers none is below 0.27, of 171 of other fields 148
are. A paper that leads by `CLEAR` and holds a name of the question that few others hold (`HELD`) is the one all the same, however
little the question tells of it."""
HELD = 0.5
NAMED = 3  # names said to be mentioned nowhere
QUOTED = 60  # words quoted at most where something is missing
REFUSAL = "The library holds nothing that answers this question."
NO_MATCH = "No paper in the library meets the conditions of this question."


@dataclass(frozen=True, slots=True)
class Stage:
    """A logistic regression: its chance is that one condition of an answer is met."""

    intercept: float
    weights: Mapping[str, float]

    def chance(self, values: Mapping[str, float]) -> float:
        """In 0..1."""
        return logistic(self.intercept + sum(weight * values[name] for name, weight in self.weights.items()))


@dataclass(frozen=True, slots=True)
class Point:
    """One point of the risk-coverage curve, over the development questions in the mix that the file describes.

    Answering from `threshold` on answers the share `coverage` of all questions, of which the share `risk` should have been
    refused, and refuses the share `refused` of those that the library answers.
    """

    threshold: float
    coverage: float
    risk: float
    refused: float


@dataclass(frozen=True, slots=True)
class Model:
    """What `eval/fit/confidence.py` fitted. `enough` is the chance of being there above which more tells nothing: a question that
    names its paper is no likelier to be answered than one that describes it. `least` is the one below which nothing close is
    there. `slope` and `offset` calibrate the product of the three chances (Platt scaling)."""

    stages: Mapping[str, Stage]
    enough: float
    least: float
    slope: float
    offset: float
    curve: tuple[Point, ...]

    def confidence(self, found: Features) -> Confidence:
        """The chances of one question."""
        there, given, holds = (self.stages[name].chance(getattr(found, name)) for name in STAGES)
        known = found.there.get("named", 0.0) >= HELD and found.there.get("lead", 0.0) >= CLEAR
        far = found.there.get("cosine", 1.0) < FAR and not known
        there *= LEFT if far else 1.0
        product = min(1.0, there / self.enough) * given * holds
        near = there >= self.enough and not far
        return Confidence(
            self.calibrated(product),
            there,
            there >= self.least,
            near=near,
            missing=found.missing,
            one=found.one,
            told=self.calibrated(given * holds),
        )

    def calibrated(self, product: float) -> float:
        """The chance that stands behind a product of chances."""
        return logistic(self.slope * (math.log(product + 1e-9) - math.log(1 - product + 1e-9)) + self.offset)

    def threshold(self, risk: float) -> float:
        """The lowest threshold at which at most the share `risk` of the answers should have been refusals."""
        return next((point.threshold for point in self.curve if point.risk <= risk), self.curve[-1].threshold)


@dataclass(frozen=True, slots=True)
class Confidence:
    """`value` in 0..1 is the chance that the library answers, `there` the one that a paper is what the question is about; `close`
    says that this is enough to look closer, `near` that it is enough to quote the paper in a refusal. `missing` says what that
    paper lacks, empty where nothing in particular does; `one` that a single paper is meant, whatever the wording; `told` is what
    `value` would be if a paper were surely there."""

    value: float
    there: float
    close: bool
    near: bool = False
    missing: str = ""
    one: bool = False
    told: float = 1.0


def confidence(
    question: str, kind: QuestionType, hits: Sequence[Hit], sentences: Sequence[Sequence[ScoredSentence]], agrees: Agrees
) -> Confidence:
    """How sure it is that the papers found answer the question; `sentences` are those of the first hits, best hit first."""
    if not hits:
        return Confidence(0.0, 0.0, close=False)
    return model().confidence(features(question, kind, hits, sentences, agrees))


def refuses(sure: Confidence, risk: float, *, leaning: bool = False, several: bool = False, conditioned: bool = False) -> bool:
    """Whether to refuse when at most the share `risk` of answers may be wrong; `leaning` on an earlier turn, worded for `several`
    papers where no single one is meant, or asked of the papers that meet conditions only."""
    if leaning:
        return sure.there < LEANING
    if several and not sure.one:
        return sure.there < (LEANING if conditioned else BROAD)
    if conditioned:
        return sure.there < CONDITIONED or sure.told < model().threshold(risk)
    return not sure.close or sure.value < model().threshold(risk)


def nothing(question: str, hits: Sequence[Hit]) -> Draft:
    """A plain refusal; where the question names what none of the papers found holds, it says so."""
    texts = [text_of(hit) for hit in hits]
    titles = [hit.paper.title or "" for hit in hits]
    unheard = [
        name
        for name in names(question)
        if not any(holds(name, text) or called(name, title, text) for title, text in zip(titles, texts, strict=True))
    ]
    if not unheard or not hits:
        return Draft(REFUSAL, (), (), abstained=True)
    what = " or ".join(f"“{name}”" for name in unheard[:NAMED])
    told = f"None of the papers that come closest mentions {what}."
    return Draft(f"{REFUSAL} {told}", (), (), abstained=True, missing=told)


def nearly(question: str, hits: Sequence[Hit], sentences: Sequence[Sequence[ScoredSentence]], missing: str) -> Draft:
    """Between answer and refusal: what is missing, and what the closest paper does say, quoted."""
    picked = quote(QuestionType.ONE, hits[:1], sentences[:1], QUOTED, question=question)
    title = hits[0].paper.title
    told = f"{f'“{title}”' if title else 'The closest abstract'} {missing}." if missing else ""
    opening = f"The library does not answer this. {told or 'The closest paper is quoted.'}"
    return replace(picked, text=f"{opening} It says: {picked.text}", abstained=True, missing=told)


def logistic(x: float) -> float:
    """1 / (1 + e^-x)."""
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, x))))


@cache
def model() -> Model:
    """The fitted model from the file beside this module."""
    return read(files("rag.answering").joinpath(MODEL).read_text(encoding="utf-8"))


def read(text: str) -> Model:
    """A model from its JSON."""
    row = json.loads(text)
    return Model(
        stages={name: Stage(row["stages"][name]["intercept"], row["stages"][name]["weights"]) for name in STAGES},
        enough=row["enough"],
        least=row["least"],
        slope=row["calibration"]["slope"],
        offset=row["calibration"]["offset"],
        curve=tuple(Point(**point) for point in row["curve"]),
    )
