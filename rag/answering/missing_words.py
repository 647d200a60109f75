"""Word lists by which `missing` reads what a question asks for. All are matched as stems."""

from __future__ import annotations

from rag.terms import stem


def stems(text: str) -> frozenset[str]:
    """The stems of the words of a text."""
    return frozenset(stem(word) for word in text.split())


_AUXILIARY = """
is are was were be been do does did can could will would should may might must has have had
"""
_STOP = """
of in on for with from to by at under over into through during against between among about as per after before without within
than when if that who which where while because given since and or but used using reported made the a an its their this these
those his her our your my each every any some it they we
"""
_DO = """
do does did can could will would should may might must has have had
"""
_MEASURE = """
share percentage percent fraction proportion rate number size accuracy score f1 bleu sacrebleu ndcg perplexity margin factor
rank temperature threshold value amount gain improvement speed speedup throughput width depth length price cost budget
count level error agreement ratio auroc recall precision latency memory saving reduction consumption footprint runtime
"""
_RESULT = """
share percentage percent fraction proportion accuracy score gain improvement margin factor amount number level count value
less more smaller larger higher lower faster slower better additional extra other new main size
"""
_NAMED = """
model dataset benchmark language library compiler platform company city country hardware gpu cpu processor tool toolkit
framework license licence release version corpus corpora hospital university journal taxonomy optimizer optimiser engine
software institution conference chip baseline backbone website llm system competitor algorithm enterprise organisation
organization firm supplier sponsor
"""
_SHELL = """
part kind sort type category family group class way thing one aspect factor element component ingredient mechanism remedy
solution problem issue reason cause effect role quality property criterion criteria condition situation case step stage idea
trick approach method technique strategy scheme architecture design change shift bias assumption result finding evidence
conclusion limitation difficulty challenge downside drawback advantage benefit disadvantage signal source feature data
information term variant combination difference direction form objective goal figure headline edge field area study paper work
author name order sequence range extent degree scope place position pattern trend outcome consequence behaviour behavior skill
topic quantity structure relation relationship connection similarity purpose motivation intuition explanation interpretation
risk harm concern shape curve law example characteristic lesson gap need lack hurdle obstacle barrier complaint failure
weakness flaw strength merit virtue aid help precaution countermeasure action experiment recommendation
suggestion tip guidance guideline opinion attitude belief claim habit tendency ability capability requirement
"""
_COUNTING = """
two three four five six seven eight nine ten eleven twelve twenty thirty hundred hundreds thousand thousands million millions
billion half third quarter twice dozen
"""
_ORDINARY = """
we i this the in our it these however for to a an on llm llms lm lms ai ml nlp sota plm plms code qa vqa ner rlhf sft rag icl
cot gpu cpu url github surprisingly furthermore moreover finally first second extensive experiments experimental results
"""

AUXILIARIES = frozenset(_AUXILIARY.split())
DO = frozenset(_DO.split())
STOP = frozenset(_STOP.split()) | AUXILIARIES
"""Words at which the phrase that names a detail ends."""
ARTICLES = frozenset(["the", "a", "an", "its", "their", "his", "her", "our", "your", "my"])
POINTS = stems("point points percent percentage times fold")
"""Units of a change: "by how many points" asks for an amount."""
MEASURE = stems(_MEASURE)
RESULT = stems(_RESULT) | POINTS
"""Measures that an abstract gives without naming them ("reaches 82% on CIFAR-10")."""
NAMED = stems(_NAMED)
"""Things that have a name of their own, so that an answer names one."""
PEOPLE = stems("people person persons participant respondent volunteer subject")
PERSONS = PEOPLE | stems("user worker annotator student expert rater evaluator clinician patient child adult individual")
"""Who may have taken part; who asks for the people may mean any of them."""
WRITTEN = stems("paper study work article")
"""Shell nouns that a survey counts."""
CLASSES = stems("dataset benchmark corpus corpora model llm baseline task")
"""Things that an abstract names without saying what they are ("on ImageNet")."""
SHELL = stems(_SHELL)
"""Shell nouns: they stand for whatever the abstract says there, and seldom occur in it themselves."""
COUNTING = frozenset(_COUNTING.split())
ORDINARY = frozenset(_ORDINARY.split())
"""Words written with capitals that name nothing."""
