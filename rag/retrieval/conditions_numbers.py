"""How many: wording about numbers of upvotes, authors and files."""

from __future__ import annotations

import re

from rag.retrieval.wording import NUMBER, WORK, Asked, Read, Rule, Said, number, rule, says

_UPVOTES = r"(?:up-?votes?)"
_VOTES = r"(?:votes?|likes?)"  # of other things too
_AUTHORS = r"(?:(?:co-?)?authors?(?!['’]))"
_WRITERS = r"(?:people|persons?|writers?|researchers?|scientists?)"
_DUMPS = r"(?:source )?(?:dumps?|sources?|files?)"
_SEVERAL = r"(?:more than one|at least two|two(?: or more)?|several|multiple|both)"
_WITH = r"(?:with|w/|by|of|having|got|get|gets|ha(?:s|ve|d)|received?|from|lists?|listing|names?)"
_LEAST = r"(?:at least|no (?:fewer|less) than|not (?:fewer|less) than|a minimum of|minimum|min\.?|>=|≥)"
_MORE = r"(?:more than|over|above|exceeding|greater than|upwards of|>)"
_MOST = r"(?:at most|no more than|not more than|up to|a maximum of|maximum|max\.?|<=|≤)"
_LESS = r"(?:fewer than|less than|under|below|<)"
_TIMES_SAID = rf"(?:exactly |only |just |at |more |fewer |less |over |under )*(?:{NUMBER}|than|least|most|once|twice)\b"
_TIMES = {"once": 1, "twice": 2}
_BOUNDS = ((_LEAST, True, 0), (_MORE, True, 1), (_MOST, False, 0), (_LESS, False, -1))
"""Words, whether they set a lower bound, and what is added to the number."""


def _count(least: str | None, most: str | None, step: int = 0) -> Read:
    def read(match: re.Match[str], _: Asked) -> Said:
        count = number(match["n"])
        return Said(({name: count + step for name in (least, most) if name},))

    return read


def _span(least: str, most: str) -> Read:
    def read(match: re.Match[str], _: Asked) -> Said:
        first, last = sorted((number(match["n"]), number(match["m"])))
        return Said(({least: first, most: last},))

    return read


def _bounds(before: str, after: str, field: str, *, near_work: bool = False) -> tuple[Rule, ...]:
    """Rules for "at least", "more than" and the like, with what must stand before and after them."""
    return tuple(
        rule(
            rf"{before}{word} ?(?P<n>{NUMBER}){after}",
            _count(f"min_{field}" if lower else None, None if lower else f"max_{field}", step),
            near_work=near_work,
        )
        for word, lower, step in _BOUNDS
    )


def _counts(noun: str, field: str, lead: str = "", *, near_work: bool = False) -> tuple[Rule, ...]:
    """Rules for a number of votes or authors, bounds before exact numbers. Where `lead` is given, it must stand before."""
    least, most = f"min_{field}", f"max_{field}"
    said = rf"(?<!\w)(?:{lead} )" if lead else rf"(?<!\w)(?:written by |{_WITH} )?"
    n, m = rf"(?P<n>{NUMBER})", rf"(?P<m>{NUMBER})"
    further = (
        (rf"{said}{n} (?:or|and) (?:more|above|up) {noun}\b", _count(least, None)),
        (rf"{said}{n} {noun} (?:or|and) (?:more|above|up)\b", _count(least, None)),
        (rf"{said}{n} or (?:fewer|less) {noun}\b", _count(None, most)),
        (rf"{said}{n} {noun} or (?:fewer|less)\b", _count(None, most)),
        (rf"{said}{n}\+ {noun}\b", _count(least, None)),
        (
            rf"(?<!\w)(?:{lead or f'written by|{_WITH}'}) (?:exactly |precisely |only |just |a total of )?{n} {noun}\b",
            _count(least, most),
        ),
    )
    return (
        rule(rf"{said}{_LEAST} {n},? (?:but|and) {_MOST} {m} {noun}\b", _span(least, most), near_work=near_work),
        rule(rf"{said}(?:between |from )?{n}(?: ?[-–—] ?| (?:to|and|or) ){m} {noun}\b", _span(least, most), near_work=near_work),
        *_bounds(said, rf" {noun}\b", field, near_work=near_work),
        *(rule(pattern, read, near_work=near_work) for pattern, read in further),
    )


def _compared(noun: str, field: str) -> tuple[Rule, ...]:
    """`upvotes > 5`, `an upvote count of at least 5`."""
    lead = rf"(?<!\w)(?:with )?(?:an? )?(?:(?:number|count) of )?{noun}(?: count)?:? ?(?:of |is |are )?"
    between = rf"(?:between |from )?(?P<n>{NUMBER})(?: ?[-–—] ?| (?:to|and) )(?P<m>{NUMBER})\b"
    return (
        rule(rf"{lead}{between}", _span(f"min_{field}", f"max_{field}"), near_work=True),
        rule(rf"(?<!\w){noun}(?: count)? ?[=:] ?(?P<n>{NUMBER})\b", _count(f"min_{field}", f"max_{field}")),
        *_bounds(lead, r"\b(?! \w*(?:year|month))", field),
        rule(rf"\b{_WITH} more {noun} than (?P<n>{NUMBER})\b", _count(f"min_{field}", None, 1)),
        rule(rf"\b{_WITH} (?:fewer|less) {noun} than (?P<n>{NUMBER})\b", _count(None, f"max_{field}", -1)),
    )


def _upvoted(match: re.Match[str], _: Asked) -> Said:
    """`upvoted more than 100 times`, `upvoted at least twice`."""
    said = match["n"] or match["times"]
    count = _TIMES.get(said.lower()) or number(said)
    for word, lower, step in _BOUNDS:
        if re.fullmatch(word, match["bound"] or "", re.IGNORECASE):
            return Said(({"min_upvotes" if lower else "max_upvotes": count + step},))
    return Said(({"min_upvotes": count} if match["plus"] else {"min_upvotes": count, "max_upvotes": count},))


def _liked(match: re.Match[str], _: Asked) -> Said | None:
    """`upvoted papers`, but not the most upvoted ones."""
    most = re.search(r"\b(?:most|least|highest|highly|best|top|lowest|fewest)[- ]$", match.string[: match.start()], re.IGNORECASE)
    return None if most else Said(({"min_upvotes": 1},))


NUMBER_RULES: tuple[Rule, ...] = (
    rule(
        rf"\b(?:duplicated?(?: (?:in|across|between|among) (?:the )?{_DUMPS})?"
        r"|(?:occur|appear|stand|come|are|listed)s? (?:there )?(?:more than once|twice|several times|multiple times))\b",
        says(min_sources=2),
        near_work=True,
    ),
    rule(rf"\b(?:in|by|from|across) {_SEVERAL}(?: of)?(?: the)? {_DUMPS}\b", says(min_sources=2)),
    rule(
        rf"\b(?:was |were |been |got )?upvoted (?:(?P<bound>{_LEAST}|{_MORE}|{_MOST}|{_LESS}) )?(?:exactly |only )?"
        rf"(?:(?P<n>{NUMBER})(?P<plus>\+| or more)? times\b|(?P<times>once|twice)\b)",
        _upvoted,
    ),
    *_counts(_UPVOTES, "upvotes"),
    *_compared(r"up-?votes?", "upvotes"),
    *_counts(_VOTES, "upvotes", near_work=True),
    *_counts(_AUTHORS, "authors"),
    *_compared(r"authors?", "authors"),
    *_counts(_WRITERS, "authors", r"(?:(?:(?:co-?)?(?:written|authored)|signed) by|(?<=papers )by)"),
    rule(
        rf"\b(?:up-?voted (?=(?:\w+ ){{0,2}}{WORK}\b)|(?:was|were|been|got|get|is|are) up-?voted\b(?! {_TIMES_SAID})"
        r"|did (?:people|anybody|anyone|somebody|readers|users) up-?vote\b)",
        _liked,
        near_work=True,
    ),
    rule(
        r"\b(?:by )?(?:an? )?(?:single|sole|one|1|solo|lone|solitary)[- ]author(?:ed)?\b"
        r"|\bby (?:one|a single|a lone|a sole) (?:author|person|researcher)(?: alone)?\b",
        says(min_authors=1, max_authors=1),
    ),
    rule(r"\b(?:by )?(?:pairs?|duos?) of (?:co-?)?authors\b", says(min_authors=2, max_authors=2)),
    rule(rf"\b(?P<n>{NUMBER})-author(?:ed)?\b", _count("min_authors", "max_authors")),
    rule(r"\b(?:multi|multiple)-author(?:ed)?\b|\bwith (?:multiple|several) authors\b", says(min_authors=2)),
)
BARE_NUMBERS: tuple[Rule, ...] = tuple(
    rule(rf"(?<!\w)(?P<n>{NUMBER}) {noun}\b", _count(f"min_{field}", f"max_{field}"))
    for noun, field in ((_UPVOTES, "upvotes"), (_VOTES, "upvotes"), (_AUTHORS, "authors"))
)
"""A number wherever it stands: of a question that speaks of papers and of nothing else."""
