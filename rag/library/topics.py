"""What groups of papers are about: the words and two-word phrases that set each group apart, as people would name it."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from rag.paper import Paper
from rag.terms import QUESTION_WORDS, WORD, stem

TERMS = 3  # that name a group
TITLE = 2  # how much heavier a term counts that stands in the title
PHRASE = 1.15  # how much better a phrase names a group than a word that is as distinctive
SMOOTH = 0.5  # papers added to both sides of the comparison, so that what occurs in one paper alone is not taken for telling
_STYLE_WORDS = """
ability able about above accuracy accurate accurately achieve achieved achieves achieving across actually adapt adaptive add
additional additionally address addresses addressing advance advanced advances affect after again against aim aims all allow
allowing allows along already also although among amount analyse analysis analyze analyzing and another any application
applications applied apply applying appear approach approaches area around art aspect aspects assess assumption attain available
average based baseline baselines because become been before behavior behaviour being benefit best better between beyond both
bring broad build building builds capabilities capability capable capture captures capturing case cases cause challenge
challenges challenging change changes choice clear clearly code collect combination combine combined combining common commonly
compare compared comparing comparison competitive complex complexity component components comprehensive conduct consider
considerable considering consist consistent consistently construct contain contrast contribute contribution contributions
control cost costs could create created creating critical crucial current currently data dataset datasets deal deep demonstrate
demonstrated demonstrates demonstrating depend describe design designed designing despite detail detailed determine develop
developed developing development difference differences different difficult difficulty direct directly discover discuss discussed
diverse diversity does domain domains done drive driven due during each early easily easy effect effective effectively
effectiveness effects efficiency efficient efficiently effort eight either element eliminate employ employed enable enables
enabling encourage end enhance enhanced enhances enhancing ensure ensuring entire error especially essential establish
estimate etc evaluate evaluated evaluating evaluation even every evidence examine example examples excellent existing expect
expensive experiment experimental experiments explicit explicitly exploit exploration explore explored exploring extend extended
extensive extensively extra extract fact factor fail fails far fast faster feature features few field fields final finally find
finding findings finds first five flexible focus focuses focusing follow following form formulate found four framework frameworks
free full fully function fundamental further furthermore gain gains gap general generally generate generated generates
generating give given gives goal good great greater group growing hand handle hard help helps hence here high higher highlight
highly hold how however human idea identify identifying impact implement implementation implicit important improve improved
improvement improvements improves improving include included includes including increase increased increases increasing
increasingly indeed independent individual influence inform information initial input insight insights inspired instance instead
integrate integrated integrating interest interesting introduce introduced introduces introducing investigate investigated
involve issue issues itself joint jointly keep key known lack large larger largely largest last latest lead leading leads learn
learned learning learns least led less level levels leverage leverages leveraging like limit limitation limitations limited little
long longer low lower made main mainly maintain maintaining major make makes making manner many match mean means measure meet
mechanism method methodology methods might minimal model modeling modelling models modern moreover most motivated much multiple
must namely natural necessary need needed needs network networks nevertheless never new next nine non nor notable notably novel
novelty now number numerous observe obtain obtained obtaining occur offer offers often one ones open operate order original other
others otherwise our out outperform outperforming outperforms output outputs over overall overcome paper papers part particular
particularly per perform performance performing performs perhaps phenomenon play point points poor popular possible potential
potentially power powerful practical practice present presented presents preserve prevent previous previously primarily principle
prior problem problems procedure process processes processing produce produced produces project promising proper property
properties propose proposed proposes proposing prove provide provided provides providing public publicly purpose put quality
question questions quite range rate rather reach real recent recently reduce reduced reduces reducing regarding relate related
relative relatively release reliable reliably rely relying remain remains remarkable report reported represent representative
require required requirement requirements requires requiring research researchers resource respect respectively result resulted
resulting results reveal reveals review rich robust robustness role same scale scenario scenarios scheme scores second section see
seek seen select selected separate serve set sets setting settings setup seven several share short should show showed showing
shown shows side significant significantly similar simple simply simultaneously since single six size small smaller solution
solutions solve solving some specific specifically stage stages standard state step steps still strategies strategy strength
strong structure studied studies study studying subsequent substantial substantially success successful successfully suffer
suffers suggest suggesting suggests suitable superior support surpass survey system systems tackle take taken takes target task
tasks technique techniques tell ten term terms test tested testing than thanks then there thereby therefore thorough though
thousands three through throughout thus time times today together tool toward towards traditional train trained training try two
type types typical typically under underlying understand understanding unified unique unlike until upon use used useful user
users uses using usually utilize utilizes utilizing valid validate value values variant variants variety various vary vast verify
version very via view want way ways well whereas whether while whole wide widely within without word work works world would
year years yet yield yields zero
"""
_HEAD_WORDS = """
control data detection evaluation generation learning modeling modelling models network networks optimization process processing
reasoning representation representations search selection systems testing training understanding
"""
_HEADS = frozenset(_HEAD_WORDS.split())  # name nothing by themselves, but end the names of many things: reinforcement learning
_PREFIXES = frozenset(("cross", "inter", "multi", "non", "pre", "self", "semi"))  # only begin a name: cross-lingual
_STYLE = frozenset(_STYLE_WORDS.split()) | QUESTION_WORDS
_STYLE_STEMS = frozenset(map(stem, _STYLE))
_JOINED = re.compile(r"[ -]")

Term = tuple[str, ...]  # one stem or two


def names(papers: Sequence[Paper], groups: Sequence[int]) -> list[str]:
    """A name for each group by number: the terms with the largest s · log(s / r), where s is a term's share of the group's papers
    and r its share of all others (class-based tf-idf), a paper counted once a term, and once more where its title has it."""
    count = max(groups, default=-1) + 1
    inside: list[Counter[Term]] = [Counter() for _ in range(count)]
    held: list[Counter[Term]] = [Counter() for _ in range(count)]  # by how many papers
    spelled: dict[Term, Counter[str]] = {}
    for paper, group in zip(papers, groups, strict=True):
        titled = dict(_terms(paper.title or ""))
        found = dict(_terms(paper.abstract)) | titled
        held[group].update(found.keys())
        inside[group].update({term: TITLE if term in titled else 1 for term in found})
        for term, said in found.items():
            spelled.setdefault(term, Counter())[said] += 1
    everywhere: Counter[Term] = sum(inside, Counter())
    named: list[str] = []
    for number, counts in enumerate(inside):
        size = sum(1 for group in groups if group == number)
        scores = {
            term: _score(weight, everywhere[term], size, len(papers), phrase=len(term) > 1)
            for term, weight in counts.items()
            if held[number][term] > 1 or size < 3
        }
        chosen = ", ".join(_spelling(spelled, term) for term in _best(scores, held[number])) or "other"
        named.append(chosen if chosen not in named else f"{chosen} ({number + 1})")
    return named


def _score(weight: float, everywhere: float, size: int, papers: int, *, phrase: bool) -> float:
    inside = weight / size
    outside = (everywhere - weight + SMOOTH) / (papers - size + SMOOTH)
    return (PHRASE if phrase else 1.0) * inside * math.log((inside + SMOOTH / size) / outside)


def _best(scores: dict[Term, float], held: Counter[Term]) -> list[Term]:
    """The best terms that share no word: where half of what holds a word has it in a phrase, the phrase stands for it."""
    chosen: list[Term] = []
    for word in sorted(scores, key=lambda term: (-scores[term], term)):
        if len(chosen) == TERMS or scores[word] <= 0:
            break
        phrases = [own for own in scores if len(own) > len(word) and word[0] in own and 2 * held[own] >= held[word]]
        term = max(phrases, key=lambda own: (scores[own], own), default=word)
        if not any(set(term) & set(own) for own in chosen):
            chosen.append(term)
    return chosen


def _terms(text: str) -> Iterator[tuple[Term, str]]:
    """The words that say what a text is about, and the pairs of them side by side, each as (stems, as it is written)."""
    before, end = None, 0
    for match in WORD.finditer(text):
        word, own = match.group(), stem(match.group().lower())
        telling = len(word) > 2 and word.isalpha() and not _empty(word)
        if telling and word.lower() not in _PREFIXES:
            yield (own,), word
        beside = before is not None and own != before[0] and _JOINED.fullmatch(text[end : match.start()])
        if before is not None and beside and (telling or word.lower() in _HEADS):
            yield (before[0], own), text[before[1] : match.end()]
        before, end = (own, match.start()) if telling else None, match.end()


def _empty(word: str) -> bool:
    lower = word.lower()
    return lower in _STYLE or stem(lower) in _STYLE_STEMS or lower.endswith("ly")


def _spelling(spelled: dict[Term, Counter[str]], term: Term) -> str:
    """As most papers write it: in small letters, but for abbreviations and names with capitals inside."""
    ways: Counter[str] = Counter()
    for said, times in spelled[term].items():
        words = [word if sum(c.isupper() for c in word) > 1 else word.lower() for word in re.split(r"([ -])", said)]
        ways["".join(words)] += times
    return max(ways, key=lambda said: (ways[said], said))
