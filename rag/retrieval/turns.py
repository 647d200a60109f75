"""What the wording of a turn says of the conversation: that it moves on, goes back, corrects, or means several papers."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.terms import WORD, content_words, stem

_MOVING = """
aside change changing different else forget leaving moving new separate subject switch switching topic unrelated
"""
_FILLING = """
a about actually all and another anyway ask can completely done enough entirely fine for from get go good great hm hmm hmmm i
is it just know last let like matter me more move my next no nope not note now of off oh ok okay on one onto or other
question quick right s same say so something somewhere sorry talk tell thank thanks that the then thing this time to totally
us wait want well would wrong yes you
"""
MOVING = frozenset(stem(word) for word in _MOVING.split())
FILLING = MOVING | {stem(word) for word in _FILLING.split()}
_LEAD = re.compile(r"^\W*(?P<lead>[^:.;,?!–—]{1,60}?)\s*(?:[:.;,!–—]|\s-+)\s+(?P<rest>\S.*)$", re.DOTALL)
_ONWARD = re.compile(
    r"^\W*(?:(?:and|ok|okay|so|now|then),? )*(?:let['’]?s (?:talk|speak|move|switch|turn|go)|moving|switch(?:ing)?|turning|skip) "
    r"(?:on |over )?(?:to|about)\b",
    re.IGNORECASE,
)
_PAPER = r"(?:papers?|studies|study|surveys?|articles?|works?|preprints?|publications?)"
_PLAIN = (
    r"(?:same|first|second|third|fourth|fifth|last|latter|former|middle|previous|above|other|right|wrong|one|two|three|only|best"
    r"|earlier)"
)
_MODAL = r"(?:should|can|could|would|will|does|do|did|to|if|when)"
_DESCRIBED = re.compile(
    rf"\b(?:another|other) (?:[\w'’-]+ ){{0,4}}?(?:one|thing|{_PAPER})\b"
    rf"|\b(?:the|that) (?!{_PLAIN} )(?:(?!{_MODAL} )[\w'’-]+ ){{1,6}}?(?:one|paper|study|survey|article|thing|stuff)\b"
    r"|\b(?:one|ones|papers?|study|studies|surveys?|articles?|something|anything|stuff|research|literature|thing|work) "
    r"(?:about|on|for|with|that|which|where|whether|using|doing)\b"
    rf"|\b(?:is|are) there (?:also |any |an? |another |some )*(?:something|anything|{_PAPER}|research|literature)\b"
    rf"|\b(?:which|what|any) {_PAPER}\b|^(?!.*\bsame\b).*\binstead\b(?! of\b)",
    re.IGNORECASE,
)
_CALLED = re.compile(
    rf"\b(?:the|that|your) (?!{_PLAIN} )(?P<called>(?:(?!{_MODAL} )[\w'’-]+ ){{1,4}}?)"
    r"(?:one|paper|study|survey|article|thing|work)\b",
    re.IGNORECASE,
)
_CORRECTING = re.compile(
    r"\bi (?:meant|mean|wanted|am looking|was (?:after|looking|thinking|asking|talking))\b|\bi['’]m (?:looking|after)\b"
    r"|\b(?:not|wrong|isn['’]t) (?:this|that|the (?:right )?)? ?(?:one|paper)\b|\bnot what i\b",
    re.IGNORECASE,
)
_RETURNING = re.compile(
    r"\b(?:back to|return(?:ing)? to|go(?:ing)? back|come back|coming back|once more)\b"
    r"|\b(?:one|paper|question|answer) (?:before|earlier|from before)\b|\b(?:previous|earlier) (?:one|paper|answer|question)\b"
    r"|\b(?:you|we) (?:\w+ )?(?:mentioned|cited|quoted|named|showed|discussed|talked|spoke|started|began|had)\b",
    re.IGNORECASE,
)
_LIKE = re.compile(
    r"\b(?:like|such as|similar to|as) (?:this|that|these|those)\b|\b(?:similar to|such as|(?:any|some)thing like) it\b",
    re.IGNORECASE,
)
_VERBS = (
    r"(?:is|are|was|were|do|does|did|has|have|had|came|come|appear\w*|differ\w*|shar\w+|us\w+|agree\w*|relate|related|compar\w+"
    r"|get|report)"
)
_THINGS = (
    r"(?:papers?|works?|studies|surveys?|articles?|ones|methods?|approaches|ideas|answers|preprints?|of (?:them|these|those))"
)
_ALIKE = r"(?:differ\w*|related|similar|compare\w*|agree|disagree|alike|compatible|in common)"
_ENDING = rf"(?=\W*$|[,;:?.!]| {_VERBS}\b| {_THINGS}\b| {_ALIKE}\b| (?:newer|older)\b)"
PIECES = (
    r"(?:stages|phases|steps|tasks|data ?sets|models|losses|settings|parts|techniques|modules|components|versions|variants"
    r"|languages|domains|metrics|baselines)"
)
_TOGETHER = re.compile(
    rf"\b(?:all|those|these|the|of|your) (?:of (?:them|these|those|the) )?(?P<number>two|three|four|five){_ENDING}"
    rf"|\b(?P<both>both)\b(?: (?:of )?(?:the )?(?:them|these|those|papers|methods|approaches|please|pls|plz|again)\b|\W*$|[,;:]"
    rf"| {_VERBS}\b)"
    r"|\b(?:which|either|neither|one|any|each|none) (?:one )?of (?:the|these|those) (?P<few>two|three|four|five)\b"
    rf"(?! {PIECES}\b)"
    r"|\b(?P<all>all|any|which|each|either|neither|one|none) of (?:them|these|those)(?: papers)?\b(?! (?:two|three|four|five)\b)"
    r"|\ball (?:of )?(?:the|these|those) (?P<papers>papers)\b"
    rf"|\b(?:they|these|those) (?:\w+ )?(?:both|{_ALIKE})\b"
    r"|\bbetween (?:them|these|those)(?= two\b|\W*$|[,;?.])",
    re.IGNORECASE,
)
_COMPARING = r"(?:than|compare[ds]?|differ\w*|related|unlike|similar|beats?|outperforms?|contradicts?|agrees?)"
_BESIDE = re.compile(
    rf"\b(?:it|this|that|they|these|those)\b (?!ones?\b)(?:\w+ ){{0,3}}?{_COMPARING}\b"
    rf"|\b{_COMPARING} (?:to |with |from )?(?:it|this|that|them|these|those)\b",
    re.IGNORECASE,
)
COUNTS = {"two": 2, "three": 3, "four": 4, "five": 5, "both": 2}
EVERY = 6  # papers that "all of them" can mean


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn, `text` without the words in front that only lead over to it.

    `moves` where another subject is announced, `corrects` where the paper before is not the one meant, `returns` where one of
    earlier is, `described` where the paper meant is described, `alike` where another like the one before is wanted. `together`
    is how many papers of the conversation are meant, 0 where no number of them is; `beside` where something is set beside the
    paper before; `called` are the words of "the ... one" or "the ... paper".
    """

    text: str
    moves: bool = False
    corrects: bool = False
    returns: bool = False
    described: bool = False
    alike: bool = False
    together: int = 0
    beside: bool = False
    called: tuple[str, ...] = ()


def read_turn(turn: str) -> Turn:
    """What the wording says; every part but `text` and `together` is a hint, to be weighed against what is found."""
    text, moves, corrects = " ".join(turn.split()), _ONWARD.search(turn) is not None, _CORRECTING.search(turn) is not None
    described = _DESCRIBED.search(turn) is not None
    while lead := _LEAD.match(text):
        words = [stem(word) for word in WORD.findall(lead["lead"].lower())]
        if not set(words) <= FILLING:
            break
        moves = moves or not MOVING.isdisjoint(words)
        corrects = corrects or (words[:1] in (["no"], ["nope"], ["wrong"]) and described)
        text = lead["rest"]
    return Turn(
        text,
        moves and _RETURNING.search(turn) is None,
        corrects,
        _RETURNING.search(turn) is not None,
        described,
        _LIKE.search(turn) is not None,
        _number(turn),
        _BESIDE.search(text) is not None,
        tuple(content_words(found["called"])) if (found := _CALLED.search(text)) else (),
    )


def _number(turn: str) -> int:
    found = _TOGETHER.search(turn)
    if found is None:
        return 0
    if found["all"] or found["papers"]:
        return EVERY
    return COUNTS[(found["number"] or found["few"] or "both").lower()]
