r"""What single LaTeX macros stand for. Symbols and accents come from pylatexenc's tables; here is what it does not know, and
what a reader of prose needs in another form (`\mathcal{O}` as O, which can be searched, not as a letter of its own kind).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

_COMPOUND = re.compile(r"[\s+\-*/=<>,]")


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# The macro goes, its argument stays.
FONTS = _names(
    """
    emph textbf textit texttt textsc textsl textrm textsf textmd textup textnormal text mbox hbox fbox underline uline ul
    mathrm mathbf mathit mathsf mathtt mathbb mathcal mathscr mathfrak mathds boldsymbol bm pmb ensuremath operatorname
    textsuperscript textsubscript overline underbrace overbrace smash url path nolinkurl uppercase lowercase
    em bf it rm tt sc sf sl cal frak bfseries itshape ttfamily scshape sffamily rmfamily mdseries upshape normalfont
    tiny scriptsize footnotesize small normalsize large Large LARGE huge Huge
    displaystyle textstyle scriptstyle limits nolimits noindent centering par protect xspace
    left right middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr
    """
)
# The macro goes and its argument with it: keys, lengths, names of environments.
DROPPED = _names(
    """
    cite citep citet citealp citealt citeauthor citeyear citeyearpar parencite textcite autocite footcite nocite ref autoref
    cref Cref eqref pageref label vspace hspace color includegraphics bibliography bibliographystyle begin end ding
    rule pagestyle thispagestyle phantom hphantom vphantom hypersetup footnotemark
    """
)
OVER_LETTER = _names("tilde hat bar vec dot ddot check breve acute grave widetilde widehat mathring")
LETTER_ACCENTS = _names("c v u k r H b d t")  # \c{c}, \v{s}; but `\b{eta}` is no accent, it is a broken \beta
LETTERS = {"ss": "ß", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "AA": "Å"}
ACCENTS = {  # and the letters an unbraced accent is believed on: `\'e` is é, but `it\'s` an escaped apostrophe
    "'": "aeiouycnszlrgAEIOUYCNSZLRG", "`": "aeiounAEIOUN", "^": "aeiouwyAEIOUWYcghjsCGHJS", '"': "aeiouyAEIOUY",
    "~": "anoiuAONIU", "=": "aeiouAEIOU", ".": "zegcaiZEGCAI",
}  # fmt: skip
ESCAPED = {c: c for c in "%&_#${}"} | dict.fromkeys(",;:> []\\\n\t", " ") | dict.fromkeys("!-/()", "") | {"|": "‖"}
BRACELESS = _names("mathcal mathbb mathbf mathrm sqrt widetilde tilde emph textbf")  # `\sqrtT`, where braces were lost
_WORDS = {
    "eg": "e.g.", "ie": "i.e.", "etc": "etc.", "etal": "et al.", "wrt": "w.r.t.", "aka": "a.k.a.", "vs": "vs.", "cf": "cf.",
    "eps": "ε", "deg": "°", "degree": "°", "texttimes": "×", "textasciitilde": "~", "textbackslash": "\\",
    "textquotesingle": "'", "textquotedbl": '"', "textless": "<", "textgreater": ">", "textbar": "|", "lvert": "|",
    "rvert": "|", "vert": "|", "mid": "|", "lVert": "‖", "rVert": "‖", "Vert": "‖", "quad": " ", "qquad": " ", "bmod": "mod",
    "item": " ", "newline": " ", "linebreak": " ",
}  # fmt: skip
_NOT_SYMBOLS = _names("today input include title author date maketitle part chapter section subsection")


@lru_cache(maxsize=4096)
def symbol(name: str) -> str | None:
    r"""What a macro without arguments stands for (`lambda` -> λ), or None where nobody knows such a macro."""
    from pylatexenc.latex2text import get_default_latex_context_db

    if name in _WORDS:
        return _WORDS[name]
    spec = None if name in _NOT_SYMBOLS else get_default_latex_context_db().get_macro_spec(name)
    meaning = spec.simplify_repl if spec is not None else None
    if not isinstance(meaning, str) or not meaning or (len(meaning) > 1 and "%" in meaning):  # %s: a place for an argument
        return None
    return " ".join(meaning.split()) or " "


@lru_cache(maxsize=4096)
def accented(macro: str, letter: str) -> str:
    """A letter under an accent, composed where Unicode has the composition; anything but one ASCII letter as it is."""
    from pylatexenc.latex2text import LatexNodes2Text

    if not (len(letter) == 1 and letter.isascii() and letter.isalpha()):
        return letter
    name = {"widetilde": "tilde", "widehat": "hat", "mathring": "r"}.get(macro, macro)
    shown: str = LatexNodes2Text().latex_to_text(f"\\{name}{{{letter}}}")
    return unicodedata.normalize("NFC", shown) if len(shown) <= 2 else letter


def enclosed(inner: str) -> str:
    """In parentheses where it has several terms."""
    inner = inner.strip()
    return f"({inner})" if _COMPOUND.search(inner) else inner


def _root(radicand: str) -> str:
    inner = radicand.strip()
    return f"√{inner}" if len(inner) == 1 or inner.isdigit() else f"√({inner})"


def _link(address: str, shown: str) -> str:
    bare = re.sub(r"^[a-z]+://|/$", "", address.strip())
    return shown if bare in shown else f"{shown.strip()} ({address.strip()})"


def _fraction(above: str, below: str) -> str:
    return f"{enclosed(above)}/{enclosed(below)}"


# Macros whose arguments are arranged: how many there are, and how.
COMPOSED: dict[str, tuple[int, Callable[..., str]]] = {
    **dict.fromkeys(("frac", "tfrac", "dfrac", "nicefrac", "sfrac"), (2, _fraction)),
    **dict.fromkeys(("textcolor", "colorbox", "raisebox", "foreignlanguage", "scalebox", "hyperlink"), (2, lambda _, text: text)),
    **dict.fromkeys(("fcolorbox", "resizebox", "multicolumn"), (3, lambda _, __, text: text)),
    "binom": (2, lambda n, k: f"binom({n}, {k})"),
    "sqrt": (1, _root),
    "pmod": (1, lambda modulus: f" (mod {modulus})"),
    "footnote": (1, lambda note: f" ({note.strip()})"),
    "href": (2, _link),
}
