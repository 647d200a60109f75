r"""LaTeX leftovers in prose, turned into plain text.

Abstracts are prose in which some markup was left behind, not LaTeX documents: `50% of` holds no comment, `$5 to $10` no
formula, `a_b` no subscript and `9.85%~21.12%` no tie. A LaTeX parser let loose on such a text eats half of it. So the
prose is never parsed: this module finds the macros and groups by itself, follows their structure, and asks pylatexenc
only what a macro stands for (`\lambda` -> λ, `\'e` -> é). A macro nobody knows keeps its name, since `\eg` and `\ours`
are words of the sentence. What disappears is markup: delimiters, font names, keys of citations and references.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.readers import latex_macros as macros

MAX_DEPTH = 30  # groups nested deeper than this stay as they are
MAX_ARGUMENTS = 3

_MARKUP = re.compile(r"[\\{}$]")
_DISPLAY = re.compile(r"(?<!\\)\$\$(.+?)(?<!\\)\$\$", re.DOTALL)
_DOLLAR = re.compile(r"(?<!\\)\$")
_MACRO = re.compile(r"\\[A-Za-z]")
_MATH_SIGN = re.compile(r"[\\^_{]")
_WORDS_IN_A_ROW = re.compile(r"[A-Za-z]{2,}[,;:]?\s+[A-Za-z]{2,}")
_TOKEN = re.compile(r"\\([A-Za-z]+)|\\(.)|([{}])", re.DOTALL)
_OPTIONAL = re.compile(r"\s?\[[^\[\]{}]{0,80}\](?=[\[{])")
_ACCENT_BASE = re.compile(r"\{\\?([A-Za-z]?)\s?\}|\\([ij])(?![A-Za-z])|([A-Za-z])")
_CONTRACTION = re.compile(r"(s|t|d|m|ll|re|ve)\b")
_LONE_LETTER = re.compile(r"\s?([A-Za-z])(?![A-Za-z])")
_NEXT_LETTER = re.compile(r" ([A-Za-z])")
_FENCED = re.compile(r"(.)(.*?)\1", re.DOTALL)
_SPACED_ACCENT = re.compile(r"\{\\([cvukrHd]) ([A-Za-z])\}")  # `{\v S}` is `\v{S}`
_CODE_POINT = re.compile(r"x([0-9A-Fa-f]{2,5})")


def plain_text(text: str) -> str:
    """`text` without its LaTeX markup; returned as it is where it holds no backslash, brace or dollar sign."""
    if _MARKUP.search(text) is None:
        return text
    text = _without_math_delimiters(_SPACED_ACCENT.sub(r"{\\\1{\2}}", text))
    return _Prose(text).convert() if "\\" in text or "{" in text else text


def _without_math_delimiters(text: str) -> str:
    """`$n^2$` -> `n^2`. Amounts of money keep their sign: `$5 to $10`, `US$5-$8`, `$5k a month, 10$ a day`."""
    text = _DISPLAY.sub(r" \1 ", text)
    signs = [m.start() for m in _DOLLAR.finditer(text)]
    drop: set[int] = set()
    k = 0
    while k + 1 < len(signs):
        start, end = signs[k], signs[k + 1]
        if _is_math(text[start + 1 : end], text[end + 1 : end + 2]):
            drop |= {start, end}
            k += 2
        else:
            k += 1
    return "".join(c for i, c in enumerate(text) if i not in drop) if drop else text


def _is_math(content: str, after: str) -> bool:
    """Whether dollar signs around `content` delimit a formula. One that opens hugs what follows, as in Markdown."""
    if not content.strip():
        return False
    if content[0].isspace():
        return _MACRO.search(content) is not None
    if content[-1].isspace() and not _MATH_SIGN.search(content):
        return False
    if after.isdigit() and content[0].isdigit():
        return False
    return _MATH_SIGN.search(content) is not None or not _WORDS_IN_A_ROW.search(content)


@dataclass(frozen=True, slots=True)
class _Call:
    """A macro where it stands: its name, the text converted before it, where its name ends, and its converted arguments
    with the place where each ends.
    """

    name: str
    out: str
    at: int
    arguments: list[str]
    ends: list[int]

    def after(self, used: int = MAX_ARGUMENTS) -> int:
        """Where the text goes on when `used` arguments belong to the macro."""
        used = min(used, len(self.ends))
        return self.ends[used - 1] if used else self.at


class _Prose:
    """One text under conversion: the text, and for every opening brace the place of its partner.

    Each method takes what is converted so far and gives it back with its own part added, and the place to go on from.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.partner: dict[int, int] = {}
        self.groups: dict[int, str] = {}  # converted once: a macro sees its arguments before it knows how many are its own
        opened: list[int] = []
        for m in _TOKEN.finditer(text):
            if m[3] == "{":
                opened.append(m.start())
            elif m[3] and opened:
                self.partner[opened.pop()] = m.start()

    def convert(self) -> str:
        return self._span(0, len(self.text), 0)

    def _span(self, start: int, end: int, depth: int) -> str:
        if depth > MAX_DEPTH:
            return self.text[start:end]
        out = ""
        while (m := _TOKEN.search(self.text, start, end)) is not None:
            out += self.text[start : m.start()]
            if m[1]:
                out, start = self._macro(self._call(m[1], out, m.end(), end, depth))
            elif m[2]:
                out, start = self._escape(out, m[2], m.end())
            elif m[3] == "{" and m.start() in self.partner:
                start = self.partner[m.start()] + 1
                accent = self.text.startswith("{\\", m.start())
                out = _join(out, self._group(m.start(), depth), inside_word=accent)
            else:
                out, start = out + m[3], m.end()
        return out + self.text[start:end]

    def _group(self, brace: int, depth: int) -> str:
        if brace not in self.groups:
            self.groups[brace] = self._span(brace + 1, self.partner[brace], depth + 1)
        return self.groups[brace]

    def _call(self, name: str, out: str, at: int, end: int, depth: int) -> _Call:
        """The macro with the groups that follow it directly; optional arguments in brackets are left out."""
        at += self.text.startswith("*{", at)
        place, arguments, ends = at, list[str](), list[int]()
        while place < end and len(ends) < MAX_ARGUMENTS:
            if not ends and (optional := _OPTIONAL.match(self.text, place, end)):
                place = optional.end()
            if place not in self.partner:
                break
            arguments.append(self._group(place, depth))
            place = self.partner[place] + 1
            ends.append(place)
        return _Call(name, out, at, arguments, ends)

    def _escape(self, out: str, char: str, at: int) -> tuple[str, int]:
        r"""`\%`, `\&`, `\,`, `\'e` and the like."""
        if char in macros.ACCENTS:
            m = _ACCENT_BASE.match(self.text, at)
            letter = next((g for g in m.groups() if g), "") if m else ""
            apostrophe = char == "'" and out[-1:].isalpha() and _CONTRACTION.match(self.text, at)
            if m and letter and letter in macros.ACCENTS[char] and not apostrophe:
                return out + macros.accented(char, letter), m.end()
            return out + char, m.end() if m and m[0] in ("{}", "{ }") else at
        if char == "@":  # `mAP\@0.5` means the sign; elsewhere it tells TeX how a sentence ends
            return out + ("@" if self.text[at : at + 1].isalnum() else ""), at
        return out + macros.ESCAPED.get(char, "\\" + char), at

    def _macro(self, call: _Call) -> tuple[str, int]:  # noqa: PLR0911 - one case a kind of macro
        name, out = call.name, call.out
        if name in macros.DROPPED:
            return out.rstrip("~") + (" " if name in ("begin", "rule") else ""), call.after(2 if name == "rule" else 1)
        if name == "verb" and (fenced := _FENCED.match(self.text, call.at)):
            return out + fenced[2], fenced.end()
        if name == "unicode" and call.arguments and (point := _CODE_POINT.fullmatch(call.arguments[0])):
            return out + chr(int(point[1], 16)), call.after(1)
        if name in macros.OVER_LETTER or name in macros.LETTER_ACCENTS or name in macros.LETTERS:
            return self._letter(call)
        if name in macros.FONTS:
            if call.arguments:
                return _join(out, call.arguments[0]), call.after(1)
            return out, call.at + (name in ("left", "right") and self.text.startswith(".", call.at))
        arity, compose = macros.COMPOSED.get(name, (0, None))
        if compose is not None and len(call.arguments) >= arity:
            return _spaced(out, compose(*call.arguments[:arity])), call.after(arity)
        return self._word(call)

    def _letter(self, call: _Call) -> tuple[str, int]:
        r"""`\tilde{O}`, `\tilde O`, `\c{c}`, `fran\c cais`, `stra\ss e`."""
        name, out, arguments = call.name, call.out, call.arguments
        if name in macros.LETTERS:
            eaten = 1 if out[-1:].isalpha() and self.text.startswith(" ", call.at) else 0
            return out + macros.LETTERS[name], call.at + eaten
        if name in macros.OVER_LETTER:
            if arguments:
                return out + macros.accented(name, arguments[0]), call.after(1)
            m = _LONE_LETTER.match(self.text, call.at)
            return (out + macros.accented(name, m[1]), m.end()) if m else (out, call.at)
        if arguments:
            return out + (macros.accented(name, arguments[0]) if len(arguments[0]) == 1 else name + arguments[0]), call.after(1)
        m = _NEXT_LETTER.match(self.text, call.at)
        if m and out[-1:].isalpha() and name in "cvkr":
            return out + macros.accented(name, m[1]), m.end()
        return out + name, call.at

    def _word(self, call: _Call) -> tuple[str, int]:
        r"""A symbol (`\lambda`), a word (`\eg`), or a macro of the authors' own (`\ours`, `\method{}`, `\added{text}`)."""
        name, out = call.name, call.out
        if name in ("n", "t") and not call.arguments:  # newline and tab of a program text, which papers talk about
            return out + "\\" + name, call.at
        symbol = macros.symbol(name)
        if symbol is not None:
            if symbol.endswith(".") and self.text.startswith(".", call.at):
                symbol = symbol[:-1]
            glued = call.arguments and symbol[-1:].isalnum() and call.arguments[0][:1].isalnum()
            return _spaced(out, symbol) + (" " if glued else ""), call.at
        if any(argument.strip() for argument in call.arguments):
            return _join(out, " ".join(call.arguments)), call.after()
        if name[:-1] in macros.BRACELESS:
            return out + ("√" if name.startswith("sqrt") else "") + name[-1], call.after()
        return _spaced(out, name), call.after()


def _spaced(out: str, word: str) -> str:
    r"""`n\log n` reads `n log n`."""
    return f"{out} {word}" if len(word) > 1 and word[0].isalpha() and out[-1:].isalnum() else out + word


def _join(out: str, inner: str, *, inside_word: bool = False) -> str:
    r"""`out` followed by the contents of a group.

    A group inside a word stays inside it (`Pok{\'e}mon`, `82{,}115`, `{B}ayes`); a group of words behind a word, as in
    `github.com/a/b{this https URL}`, gets a space. An exponent or index of several terms gets parentheses.
    """
    if out[-1:] in ("^", "_"):
        return out + (macros.enclosed(inner) if len(inner) > 1 else inner)
    behind_word = len(out) > 2 and out[-3:].isalnum() and len(inner) > 2 and inner[0].isalnum()
    return f"{out} {inner}" if behind_word and not inside_word else out + inner
