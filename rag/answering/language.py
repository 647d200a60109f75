"""Which language a text is in, as far as its script and its commonest words tell."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import lru_cache

_COMMON = {
    "en": "the of and to in is that it for on with as are this by from at which be was were an not but or how what why who",
    "de": "der die das und ist von zu den mit nicht ein eine auf im für dem sich auch als es wie was wird werden sind warum bei",
    "fr": "le la les des et est une du que dans pour qui sur pas avec sont plus par ce au il comment quelle quel cette aux",
    "es": "el la los las y es de en una que por con para del se no su al lo como cómo qué más son cuál esta este",
    "it": "il la gli di che è una per con non del della sono nel come più si lo anche dei quale cosa questo alla",
    "pt": "o os as de que e do da em um uma para com não por mais como se na dos são qual isso pelo ao",
    "nl": "de het een van en is dat op te zijn met voor niet aan er ook als bij door worden hoe wat welke deze",
}
_WORDS = {language: frozenset(words.split()) for language, words in _COMMON.items()}
_WORD = re.compile(r"[^\W\d_]+")
ENOUGH = 3  # words before anything is said
LEAD = 1.5  # times as many common words as in the next language


@lru_cache(maxsize=256)  # a question and its answer are asked about more than once
def language(text: str) -> str | None:
    """An ISO 639-1 code, the name of a script that is not Latin, or None where it cannot be told.

    Words with capitals are left out, but for the first one: they are names in any language.
    """
    words = _WORD.findall(text)
    if (script := _script(words)) != "LATIN":
        return {"HIRAGANA": "CJK", "KATAKANA": "CJK"}.get(script, script)
    plain = [word.lower() for n, word in enumerate(words) if word.islower() or n == 0]
    if len(plain) < ENOUGH:
        return None
    counts = sorted(((sum(map(own.__contains__, plain)), code) for code, own in _WORDS.items()), reverse=True)
    (most, code), (next_, _) = counts[0], counts[1]
    return code if most > next_ and most >= LEAD * next_ else None


def _script(words: list[str]) -> str:
    """The commonest script of the words' letters by its Unicode name; LATIN where there are none."""
    scripts = Counter(LATIN=sum(len(word) for word in words if word.isascii()))
    scripts.update(unicodedata.name(char, "LATIN").partition(" ")[0] for word in words if not word.isascii() for char in word)
    return scripts.most_common(1)[0][0]


def another_language(question: str, answer: str) -> bool:
    """Whether the answer is surely in another language than the question."""
    asked, given = language(question), language(answer)
    return asked is not None and given is not None and asked != given
