"""Whether something is known of a paper at all: wording such as "without an organisation" or "whose authors are unknown"."""

from __future__ import annotations

import re

from rag.retrieval.wording import PLAIN_WORK, Asked, Read, Rule, Said, rule, says

FIELDS = {
    "has_organisation": r"(?:organi[sz]ations?|affiliations?|institutions?)",
    "has_authors": (
        r"(?:(?:(?:co-?)?authors?|author names?|list of authors|author (?:lists?|counts?)|number of (?:co-?)?authors)(?!['’]))"
    ),
    "has_date": r"(?:(?:publication |release )?dates?(?: of publication)?|publication years?|years? of publication)",
    "has_title": r"titles?",
    "has_arxiv_id": r"arxiv (?:ids?|numbers?|identifiers?)",
    "has_doi": r"(?:dois?|digital object identifiers?)",
    "has_venue": r"(?:venues?|conferences? or journals?|comments?)",
    "has_upvotes": r"(?:(?:number of )?(?:up-?votes?|votes|likes))",
}
"""What a record may lack -> how it is called."""
OWN = frozenset({"has_date", "has_title", "has_arxiv_id", "has_doi"})
"""What nothing but a paper has: said of anything near it, it is said of a paper."""
_GIVE = r"(?:have|name|give|state|mention|list|carry|show)"
_LACKS = (
    rf"(?:without|with no|ha(?:s|ve) no|lack(?:s|ing)?|(?:name|give|state|mention|list|carr(?:y|ie)|show)s? no|missing"
    rf"|(?:do|does)(?: not|n['’]t) {_GIVE})(?: (?:an?|any|the|their|its|known|given|stated))*"
)
_HAS = (
    rf"(?:with|ha(?:s|ve)|having|carry(?:ing)?|that {_GIVE}s?|(?:(?<=papers )|(?<=records )|(?<=entries )|(?<=ones )){_GIVE}"
    r"|receiv(?:ed?|ing)|got|gets?|gather(?:ed)?|collected|earned)(?: (?:an?|any|the|their|known|given|stated))*"
)
_KNOWN = r"(?:known|given|stated|recorded|listed|named|there|available)"
_END = (
    rf"(?=\s*[,.?!;:)\]]|\s*$| (?:and|or|nor|but|about|on|concerning|{_KNOWN}|is|are|at all|please|sorted"
    r"|ordered|ranked|published|dated|since|before"
    r"|after|in (?:the|my|our|this|your) (?:whole )?(?:library|records?|dumps?|files?|collection|corpus|set|list))\b)"
)
_BOUND = r"(?! (?:after|before|since|of|in|between|from|later|earlier|on|until|at(?! all)|who|named)\b)"


def _lacks(name: str) -> Read:
    """`without upvotes` may also mean that nobody gave one."""
    none = {name: False}

    def read(match: re.Match[str], _: Asked) -> Said:
        said = match[0].lower()
        bare = name == "has_upvotes" and "known" not in said and "number" not in said
        return Said((none, {"max_upvotes": 0}) if bare else (none,))

    return read


def _neither(match: re.Match[str], _: Asked) -> Said:
    values = {}
    for group in ("a", "b"):
        said = match[group].lower()
        values[next(name for name, noun in FIELDS.items() if re.fullmatch(noun, said, re.IGNORECASE))] = False
    return Said((values,))


def _of(name: str, noun: str) -> tuple[Rule, ...]:
    """The rules of one field; what an abstract may speak of too must stand near a word for papers."""
    whose = r"(?:(?:where|for which|of which)(?: the| their| its| an?)?|whose)"
    return (
        rule(rf"\b{whose} {noun} (?:is|are) (?:unknown|missing|absent|empty|not {_KNOWN})\b", says(**{name: False})),
        rule(rf"\b(?:where|for which|of which) no {noun} (?:is|are) {_KNOWN}\b", says(**{name: False})),
        rule(rf"\b(?:with|of|from) (?:an? |the )?(?:unknown|missing) {noun}{_END}", says(**{name: False}), near_work=True),
        rule(rf"\b{whose} {noun} (?:is|are) {_KNOWN}\b", says(**{name: True})),
        rule(rf"\b{_LACKS} {noun}{'' if name in OWN else _END}\b", _lacks(name), near_work=name not in OWN),
        rule(rf"\b{_HAS} {noun}{_END}{_BOUND}", says(**{name: True}), near_work=True),
        rule(rf"\b(?:of )?(?:an? )?known {noun}{_END}", says(**{name: True}), near_work=True),
    )


_ANY = f"(?:{'|'.join(FIELDS.values())})"
PRESENCE_RULES: tuple[Rule, ...] = (
    rule(rf"\b(?:with|ha(?:s|ve)) neither (?:an? )?(?P<a>{_ANY}) nor (?:an? )?(?P<b>{_ANY})\b", _neither),
    *(own for name, noun in FIELDS.items() for own in _of(name, noun)),
    rule(rf"\btitled(?=(?:,? (?:and|but|yet) \w+)? {PLAIN_WORK}\b)", says(has_title=True)),
    rule(rf"\bdated(?=(?:,? (?:and|but|yet) \w+)? {PLAIN_WORK}\b)", says(has_date=True)),
    rule(r"\bundated\b", says(has_date=False)),
    rule(r"\buntitled\b", says(has_title=False)),
    rule(r"\b(?:anonymous|unattributed)(?= (?:\w+ )?(?:papers?|records?|abstracts?|entries)\b)", says(has_authors=False)),
)
