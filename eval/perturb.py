"""Questions and papers made harder by rules: typos, other wordings, abstracts that contradict, abstracts that distract.

Everything depends on the texts and a seed alone. A higher level holds the changes of a lower one.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from eval.questions import Question
from rag.paper import Paper, paper_id
from rag.sentences import sentences
from rag.terms import QUESTION_WORDS

LONG_WORD = re.compile(r"[A-Za-z]{4,}")
NUMBER = re.compile(r"\d+(?:\.\d+)?")
NEIGHBOURS = dict(zip("qwertyuiopasdfghjklzxcvbnm", "wqwrtyuiopsasdfghjkxzxcvbn", strict=True))
MIXED_FROM = 5  # papers that lend a sentence to a distractor


def pairs_of(text: str) -> dict[str, str]:
    """`word:other, word:other` as a mapping."""
    return dict(pair.strip().split(":") for pair in text.replace(",\n", ", ").split(", "))


SYNONYMS = pairs_of(
    """
    method:approach, methods:approaches, model:system, models:systems, paper:study, papers:studies,
    dataset:data collection, datasets:data collections, performance:results, improve:enhance, improves:enhances,
    reduce:lower, reduces:lowers, increase:raise, increases:raises, use:employ, uses:employs, used:employed,
    propose:introduce, proposes:introduces, proposed:introduced, show:demonstrate, shows:demonstrates, problem:issue,
    problems:issues, task:assignment, tasks:assignments, compare:contrast, compared:contrasted, large:big, small:little,
    fast:quick, faster:quicker, generate:produce, generates:produces, generation:production, find:discover,
    finds:discovers, help:aid, detect:spot, detection:spotting, evaluate:assess, evaluated:assessed,
    evaluation:assessment, better:superior, worse:inferior, many:numerous, main:principal, limits:restricts
    """
)
OPPOSITES = pairs_of(
    """
    outperforms:underperforms, outperform:underperform, improves:degrades, improve:degrade, improved:degraded,
    improvement:decline, improvements:declines, increases:decreases, increase:decrease, increased:decreased,
    reduces:raises, reduce:raise, reduced:raised, higher:lower, lower:higher, better:worse, worse:better, more:fewer,
    fewer:more, best:worst, faster:slower, slower:faster, can:cannot, is:is not, are:are not, effective:ineffective,
    effectively:ineffectively, successfully:unsuccessfully, robust:fragile, largest:smallest, smallest:largest,
    strong:weak, significant:negligible, most:least, significantly:negligibly, substantially:barely, consistently:rarely,
    always:never, enables:prevents, allows:prevents, helps:hinders, achieves:misses, supports:refutes
    """
)
WORD = re.compile(r"[A-Za-z]+")


def generator(*parts: object) -> random.Random:
    """Random numbers that depend on nothing but `parts`."""
    return random.Random(hashlib.sha256("\x1f".join(map(str, parts)).encode()).digest())  # noqa: S311  no secret


def reworded(question: Question, change: Callable[[str], str]) -> Question:
    """The question with every text the user says changed."""
    turns = tuple(replace(turn, question=change(turn.question)) for turn in question.turns)
    return replace(question, question=change(question.question), turns=turns)


def typos(text: str, count: int, seed: object = 0) -> str:
    """So many words of four letters or more misspelt: two letters swapped, one lost, doubled, or the neighbouring key hit."""
    chance = generator("typos", seed, text)
    words = [found.span() for found in LONG_WORD.finditer(text)]
    chance.shuffle(words)
    edits = [(start, end, chance.randrange(1, end - start - 1), chance.randrange(4)) for start, end in words]
    for start, end, at, kind in sorted(edits[:count], reverse=True):
        text = text[:start] + misspelt(text[start:end], at, kind) + text[end:]
    return text


def misspelt(word: str, at: int, kind: int) -> str:
    """One slip at the letter `at`; where it would change nothing, the letter is lost."""
    slips = [
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        word[:at] + word[at + 1 :],
        word[:at] + word[at] + word[at:],
        word[:at] + NEIGHBOURS.get(word[at].lower(), word[at]) + word[at + 1 :],
    ]
    return slips[kind] if slips[kind] != word else slips[1]


def paraphrase(text: str, level: int) -> str:
    """1: the same request in another frame; 2: and common words replaced; 3: the words that carry meaning alone."""
    if level <= 0:
        return text
    if level >= 3:
        kept = [word for word in paraphrase_words(text).split() if word.strip("?.,;:!").lower() not in QUESTION_WORDS]
        return " ".join(kept).strip(" ?.,;:!") or text
    body = paraphrase_words(text) if level == 2 else text
    first = body.split(maxsplit=1)[0] if body.split() else ""
    # A name keeps its capital; a question word at the beginning loses it.
    lowered = body[:1].lower() + body[1:] if first.lower() in QUESTION_WORDS else body
    return f"I would like to know the following: {lowered}"


def paraphrase_words(text: str) -> str:
    """Common words replaced by others of the same meaning; names and terms stay."""
    return WORD.sub(lambda found: same_case(found[0], SYNONYMS.get(found[0].lower(), found[0])), text)


def contradiction(paper: Paper, copy: int, seed: object = 0) -> Paper:
    """A paper on the same matter that claims the opposite: other numbers, and words of direction and quality reversed."""
    chance = generator("contradiction", seed, paper.id, copy)

    def other(found: re.Match[str]) -> str:
        value = found[0]
        factor = chance.choice((0.3, 0.5, 1.7, 2.6, 3.4))
        changed = float(value) * factor + 1
        return f"{changed:.{len(value.partition('.')[2])}f}"

    text = NUMBER.sub(other, paper.abstract)
    text = WORD.sub(lambda found: same_case(found[0], OPPOSITES.get(found[0].lower(), found[0])), text)
    opening = ("We repeat an earlier study and find the opposite.", "Our replication does not confirm what was reported.")
    abstract = (
        f"{opening[copy % 2]} {text} These results contradict the earlier report{'' if copy < 2 else f' once more ({copy})'}."
    )
    title = f"{('A failed replication', 'Evidence to the contrary')[copy % 2]} {copy + 1}: {paper.label}"
    return Paper(id=paper_id(abstract), abstract=abstract, title=title)


def distractor(papers: Sequence[Paper], number: int, seed: object = 0) -> Paper:
    """An abstract that reads like those of the library and is about nothing: a sentence from each of several papers."""
    chance = generator("distractor", seed, number)
    lenders = chance.sample(list(papers), min(MIXED_FROM, len(papers)))
    abstract = " ".join(chance.choice(sentences(paper.abstract) or [paper.abstract]) for paper in lenders)
    return Paper(id=paper_id(abstract), abstract=abstract, title=f"Notes {number + 1}: {lenders[0].label}")


def same_case(original: str, word: str) -> str:
    """The word with a capital where the original had one."""
    return word[:1].upper() + word[1:] if original[:1].isupper() else word
