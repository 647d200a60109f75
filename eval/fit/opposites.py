"""Words and what turns them round, in the form in which they stand: the table from which statements are reversed."""

from __future__ import annotations

from functools import cache

VERBS = """
increase: decrease reduce lower | reduce: increase elevate raise | decrease: increase raise enhance | elevate: reduce lower
enhance: reduce impair diminish | raise: lower decrease | lower: raise increase | augment: diminish attenuate
attenuate: enhance amplify | diminish: enhance increase | promote: inhibit prevent suppress | inhibit: promote activate encourage
activate: inhibit suppress inactivate | suppress: promote activate induce | induce: prevent inhibit suppress
prevent: induce cause promote | stimulate: inhibit suppress | block: promote enable | impair: improve enhance restore
improve: worsen impair reduce | accelerate: slow delay | slow: accelerate | delay: accelerate | facilitate: hinder prevent
enable: prevent | trigger: prevent block | cause: prevent | drive: suppress block | protect: harm | upregulate: downregulate
downregulate: upregulate | repress: activate induce | abolish: restore promote | disrupt: maintain promote
restore: impair disrupt | worsen: improve | exacerbate: alleviate improve | alleviate: exacerbate worsen
ameliorate: worsen exacerbate | outperform: underperform | extend: shorten | prolong: shorten | shorten: prolong extend
strengthen: weaken | weaken: strengthen | require: dispense | amplify: dampen | stabilize: destabilize
destabilize: stabilize | encourage: inhibit prevent | limit: promote expand | expand: limit reduce | support: hinder
"""
WORDS = """
higher: lower | lower: higher | more: less | less: more | greater: smaller lower | fewer: more | larger: smaller
smaller: larger | longer: shorter | shorter: longer | better: worse | worse: better | increased: decreased reduced
decreased: increased elevated | reduced: increased elevated | elevated: reduced decreased | positive: negative
negative: positive | positively: negatively | negatively: positively | high: low | low: high | effective: ineffective
ineffective: effective | superior: inferior | inferior: superior | faster: slower | slower: faster | strong: weak
weak: strong | presence: absence | absence: presence | sensitive: resistant | resistant: sensitive | common: rare
rare: common | beneficial: harmful | harmful: beneficial | necessary: dispensable | essential: dispensable
required: dispensable | critical: unimportant | independent: dependent | dependent: independent | similar: different
different: similar | improvement: deterioration | increase: decrease reduction | decrease: increase | reduction: increase
activation: inhibition suppression | inhibition: activation stimulation | suppression: activation | inhibitor: activator
activator: inhibitor | upregulation: downregulation | downregulation: upregulation | gain: loss | loss: gain | early: late
late: early | poor: good high | good: poor | successful: unsuccessful | safe: unsafe | susceptible: resistant
susceptibility: resistance | resistance: susceptibility | protective: harmful | efficient: inefficient | robust: fragile
cheaper: costlier | accurate: inaccurate | male: female | female: male | men: women | women: men
"""


@cache
def opposites() -> dict[str, tuple[str, ...]]:
    """Lower-case word as it stands -> the words that may stand in its place and say the contrary."""
    table: dict[str, list[str]] = {}
    for word, others in _entries(VERBS):
        for other in others:
            for form, turned in zip(inflected(word), inflected(other), strict=True):
                table.setdefault(form, []).append(turned)
    for word, others in _entries(WORDS):
        known = table.setdefault(word, [])
        known += [other for other in others if other not in known]
    return {word: tuple(others) for word, others in table.items()}


def inflected(verb: str) -> tuple[str, str, str, str]:
    """A regular verb, with its endings -s, -ed, -ing."""
    if verb.endswith("e"):
        return verb, f"{verb}s", f"{verb}d", f"{verb[:-1]}ing"
    if verb.endswith(("sh", "ss", "ch")):
        return verb, f"{verb}es", f"{verb}ed", f"{verb}ing"
    return verb, f"{verb}s", f"{verb}ed", f"{verb}ing"


def _entries(table: str) -> list[tuple[str, list[str]]]:
    entries = (entry.partition(":") for line in table.strip().splitlines() for entry in line.split("|"))
    return [(word.strip(), others.split()) for word, _, others in entries]
