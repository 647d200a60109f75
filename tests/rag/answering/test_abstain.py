"""When the library does not answer, and what is said then."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from importlib.resources import files

import pytest

from rag.answering import abstain
from rag.answering.abstain import LEANING, Confidence, Features, Model, Point, Stage, confidence, model, read, refuses
from rag.answering.abstain_features import DENIED, features, literal
from rag.answering.abstain_premise import UNDENIED, premise
from rag.answering.abstain_presence import holds, meant, names, names_held
from rag.answering.record import AnswerKind, Hit, Passage
from rag.assistant import Assistant
from rag.paper import Paper
from rag.retrieval.evidence import ScoredSentence, sentence_passages
from rag.retrieval.understand import QuestionType

ONE = QuestionType.ONE


def silent(text: str, sentences: Sequence[str]) -> None:
    """A verdict for which no evidence speaks of any question."""


def found(abstract: str, title: str = "Bees", cosine: float = 0.7) -> tuple[list[Hit], list[list[ScoredSentence]]]:
    """One paper as it would be found, every sentence equally near."""
    paper = Paper(id="p", abstract=abstract, title=title)
    passages = sentence_passages(paper)
    return [Hit(paper, passages[0], 0.8, {})], [[ScoredSentence(paper, passage, 1.0, cosine, 0.5) for passage in passages]]


def plain(there: float, given: float, holds: float) -> Model:
    """A model whose stages are as sure as said, whatever they see."""
    odds = {"there": there, "given": given, "holds": holds}
    return Model({name: Stage(value, {}) for name, value in odds.items()}, 0.5, 0.2, 1.0, 0.0, (Point(0.3, 0.9, 0.05, 0.0),))


def test_without_papers_nothing_is_sure() -> None:
    assert confidence("What is GPT-4?", ONE, [], [], silent) == Confidence(0.0, 0.0, close=False)


def test_the_chances_are_multiplied_and_being_there_is_enough_at_a_half() -> None:
    assert plain(0.0, 0.0, 0.0).confidence(Features()).value == pytest.approx(0.25, abs=1e-6)  # 0.5 / 0.5 * 0.5 * 0.5
    assert plain(9.0, 0.0, 0.0).confidence(Features()).value == pytest.approx(0.25, abs=1e-6)
    assert not plain(-3.0, 0.0, 0.0).confidence(Features()).close


def test_a_paper_none_of_whose_sentences_is_near_is_hardly_the_one_meant() -> None:
    near, far = (plain(3.0, 0.0, 0.0).confidence(Features(there={"cosine": cosine})) for cosine in (0.25, 0.24))
    assert near.close
    assert near.near
    assert far.there == pytest.approx(near.there / 10)
    assert not far.close
    assert not far.near


def test_the_threshold_is_the_lowest_that_keeps_the_risk() -> None:
    points = (Point(0.1, 1.0, 0.3, 0.0), Point(0.2, 0.9, 0.1, 0.02), Point(0.3, 0.8, 0.05, 0.1))
    curve = Model({}, 0.5, 0.2, 1.0, 0.0, points)
    assert [curve.threshold(risk) for risk in (1.0, 0.1, 0.06, 0.0)] == [0.1, 0.2, 0.3, 0.3]


def test_the_file_says_what_it_was_fitted_on_and_trades_risk_for_coverage() -> None:
    row = json.loads(files("rag.answering").joinpath(abstain.MODEL).read_text(encoding="utf-8"))
    assert {"description", "date", "questions", "mix", "made_by"} <= row.keys()
    fitted = read(json.dumps(row))
    assert fitted == model()
    assert [point.coverage for point in fitted.curve] == sorted((p.coverage for p in fitted.curve), reverse=True)
    assert fitted.threshold(0.02) > fitted.threshold(0.1) >= fitted.threshold(0.3)
    # More of what is missing or denied is never more confidence.
    assert all(weight < 0 for name in ("given", "holds") for weight in fitted.stages[name].weights.values())
    assert all((weight > 0) == (name not in {"unnamed", "nowhere"}) for name, weight in fitted.stages["there"].weights.items())


def test_a_turn_that_leans_on_another_is_refused_only_where_nothing_is_near() -> None:
    assert refuses(Confidence(0.0, 0.9, close=True), 0.1)
    assert not refuses(Confidence(0.0, 0.9, close=True), 0.1, leaning=True)
    assert refuses(Confidence(0.0, LEANING / 2, close=False), 0.1, leaning=True)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How do bees dance?", []),
        ("What is Q7LatticeSign?", ["Q7LatticeSign"]),
        ("Is Q7LatticeSign faster than RSA2048?", ["Q7LatticeSign", "RSA2048"]),
        ("Which loss does Mamba use?", ["Mamba"]),
        ("Where do X-Cross and cosFormer differ from LLMs?", ["X-Cross", "cosFormer", "LLM"]),
        ("What does 'Attention Is All You Need' say of Q7LatticeSign?", ["Attention Is All You Need", "Q7LatticeSign"]),
        ("Which 7B model was read 3 times? Ten of them?", []),
        ("Must all of it hold, so that it acts like an AND?", []),
    ],
)
def test_what_is_written_like_a_name(question: str, expected: list[str]) -> None:
    assert names(question) == expected


@pytest.mark.parametrize(
    ("name", "text", "held"),
    [
        ("GPT-4", "We ask GPT4 and others.", True),
        ("Mix-LN", "Only LN is used, and a mix of data.", False),
        ("RULE", "This is the rule.", False),
        ("US", "stocks of the U.S. market", True),
        ("EREN", "These are different.", False),
        ("DPO-like", "It resembles DPO.", True),
    ],
)
def test_a_name_is_held_as_words_of_its_own(name: str, text: str, held: bool) -> None:
    assert holds(name, text) is held


def test_a_name_tells_the_more_the_fewer_papers_hold_it() -> None:
    texts = ["Janus: Janus is an LLM.", "One LLM.", "Another LLM.", "A fourth LLM."]
    titles = ["Janus: Preferences"]
    named, unnamed = names_held("What does Janus do with an LLM?", titles, texts)
    assert 0.4 < named < 1.0
    assert unnamed == 0.0
    assert names_held("What does Falcon do with an LLM?", titles, texts) == (pytest.approx(0.05, abs=0.05), 1.0)
    assert names_held("What does 'Falcon Is a Bird' say?", titles, texts) == (0.0, 2.0)  # a title that no paper has
    assert names_held("What does the Jannus paper say of Januss?", titles, texts)[1] == 0.0  # a slip of the pen


def test_a_question_worded_for_several_papers_may_mean_one() -> None:
    hits, _ = found("We filmed 120 dances in 14 hives.")
    other = Hit(replace(hits[0].paper, id="q", title="Ants"), hits[0].passage, 0.5, {})
    assert meant("On which datasets were the dances judged?", [*hits, other])
    assert not meant("On which datasets were the dances judged?", [*hits, replace(other, score=0.7)])
    assert not meant("Compare the dances with those of RoboBee.", [*hits, other])


def test_what_the_paper_lacks_and_what_it_denies() -> None:
    hits, sentences = found("We filmed 120 dances in 14 hives. Rain cut the dances by half.")
    assert features("How many cameras filmed the dances?", ONE, hits, sentences, silent).missing == "gives no number of cameras"
    assert features("How many hives were filmed?", ONE, hits, sentences, silent).missing == ""
    assert features("Why does rain increase the dances?", ONE, hits, sentences, silent).missing == DENIED


def test_a_question_that_describes_a_paper_freely_may_ask_in_words_it_lacks() -> None:
    hits, sentences = found("We filmed 120 dances in 14 hives. Rain cut the dances by half.")
    freely = "Someone recorded insects wiggling in wooden boxes during storms to study foraging: how many cameras filmed it?"
    assert features("How many cameras filmed the dances?", ONE, hits, sentences, silent).given["value"] == 1.0
    assert features(freely, ONE, hits, sentences, silent).given["value"] == 0.0
    assert features(freely, ONE, hits, sentences, silent).missing == ""


@pytest.mark.parametrize(("words", "told"), [("bees dance", 1.0), ("a1 a2 a3 a4 a5", 1.0), ("a1 a2 a3 a4 a5 a6 a7", 1 / 3)])
def test_the_more_words_a_paper_lacks_the_less_one_of_them_tells(words: str, told: float) -> None:
    assert literal(words, "Bees dance.") == pytest.approx(told)
    assert literal(f"{words} b1 b2 b3 b4 b5 b6 b7 b8", "Bees dance.") == 0.0


def test_what_the_learned_verdict_says_of_a_premise(small: Assistant) -> None:
    said = ["Bread from high bakeries rises slower.", "Altitude explains which yeasts dominate, and flour does not."]
    right = premise("Why does bread from high bakeries rise slower?", "Sourdough", said, small._checker.agrees)
    wrong = premise("Why does bread from high bakeries rise faster?", "Sourdough", said, small._checker.agrees)
    assert right.denied < 0.5 < wrong.denied
    assert premise("Does bread from high bakeries rise faster?", "Sourdough", said, small._checker.agrees).denied == UNDENIED


@pytest.mark.parametrize(
    ("question", "said", "against"),
    [
        ("Why does Gemma beat Falcon?", "Falcon beats Gemma by far.", True),
        ("Why does Falcon beat Gemma?", "Falcon beats Gemma by far.", False),
        ("How much faster than Gemma does Falcon run?", "Falcon runs faster than Gemma.", False),
        ("How much faster than Falcon does Gemma run?", "Falcon runs faster than Gemma.", True),
        ("Why are dances on rainy days the easiest to read?", "Dances on rainy days are the hardest to read.", True),
        ("What comes of removing old bees in training?", "Old bees learn, including in training on flowers.", False),
        ("What comes of removing old bees in training?", "We add old bees in training on flowers.", True),
        ("Why do they not dance?", "Bees do not dance in rain.", False),  # both deny it
        ("How do bees dance without music?", "Bees dance to music.", False),  # what is wanted, and nothing taken for granted
        ("How does it train, and does it need any labels?", "It trains on dances without any labels.", False),
        ("How does it train on dances that need any labels?", "It trains on dances without any labels.", True),
        ("In which hive sizes was it tried?", "It works without larger hive sizes.", False),  # asks for them
        ("How many rules stand behind Gemma?", "Gemma outperforms Falcon by many rules.", False),  # no place in a race
    ],
)
def test_what_the_rules_say_of_a_premise(question: str, said: str, against: bool) -> None:
    found = premise(question, "Bees", [said], silent)
    assert bool(found.anchored or found.negated or found.swapped) is against


def test_of_several_papers_no_single_one_has_to_say_it_all() -> None:
    hits, sentences = found("We filmed 120 dances in 14 hives.")
    alone = features("How many cameras filmed the dances?", QuestionType.COMPARE, hits, sentences, silent)
    assert set(alone.given.values()) == {0.0}
    assert alone.missing == ""


# --- asked of a library ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "question",
    [
        "What is the capital of France?",
        "How do I reset the password of my router?",
        "Who won the football match yesterday?",
        "Please write a poem about spring.",
        "What does the contract say about notice periods?",
    ],
)
def test_questions_of_another_world_are_refused(small: Assistant, question: str) -> None:
    answer = small.ask(question)
    assert (answer.abstained, answer.kind) == (True, AnswerKind.REFUSED)
    assert answer.text.startswith((abstain.REFUSAL, "The library does not answer this."))


def test_a_refusal_says_which_name_no_paper_found_mentions(small: Assistant) -> None:
    answer = small.ask("Which optimizer does the GraphCast report use?")
    assert answer.text == f"{abstain.REFUSAL} {answer.missing}"
    assert answer.missing == "None of the papers that come closest mentions “GraphCast”."
    hits = small.search("bee dances")
    assert abstain.nothing("Why do bees dance?", hits).text == abstain.REFUSAL
    assert abstain.nothing("Does Zeppelin3 beat ORKA-9?", hits).missing.endswith("mentions “Zeppelin3” or “ORKA-9”.")
    assert abstain.nothing("Does Zeppelin3 fly?", []).text == abstain.REFUSAL


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("How many hives were the bee dances filmed in?", "14 hives"),
        ("How much more power does the best turbine layout yield?", "18% more power"),
        ("How long does Q7LatticeSign take to sign?", "41 milliseconds"),
        ("In how many won endgames with a rook does the network win?", "97%"),
    ],
)
def test_questions_about_the_papers_are_answered(small: Assistant, question: str, words: str) -> None:
    answer = small.ask(question)
    assert not answer.abstained
    assert words in answer.sentences[0].text


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("How many cameras filmed the waggle dances of the honey bees?", "gives no number of cameras"),
        ("How much were the bakeries paid for their sourdough cultures?", "gives no amount of money for this"),
    ],
)
def test_between_answer_and_refusal_the_closest_paper_is_quoted(small: Assistant, question: str, missing: str) -> None:
    told: list[str] = []
    answer = small.ask(question, on_token=told.append)
    assert answer.abstained
    assert answer.missing == f"“{answer.retrieved[0].paper.title}” {missing}."
    assert answer.text.startswith(f"The library does not answer this. {answer.missing} It says: ")
    assert "".join(told) == answer.text
    assert [source.paper for source in answer.sources] == [answer.retrieved[0].paper]
    quoted: list[Passage] = list(answer.sources[0].passages)
    assert all(passage.text in answer.text for passage in quoted)


@pytest.mark.parametrize("question", ["How do I bake a sponge cake?", "What are the side effects of ibuprofen?"])
def test_the_real_library_refuses_them_too(corpus: Assistant, question: str) -> None:
    assert corpus.ask(question).abstained
