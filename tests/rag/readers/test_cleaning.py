from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.readers.cleaning import clean


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        (r"by up to $13.5\%$ in", "by up to 13.5% in"),
        (r"of 0.53{\lambda}, and", "of 0.53λ, and"),
        (r"Harmless\&Helpful", "Harmless&Helpful"),
        ("{named entity recognition (NER)} and", "named entity recognition (NER) and"),
        ("**CK-PLUG** is", "**CK-PLUG** is"),
        (r"(\eg users) with \ours and \model{}", "(e.g. users) with ours and model"),
        (r"\textbf{D}ual-\textbf{S}tage", "Dual-Stage"),
        (r"{\em foo} \emph{bar}", "foo bar"),
        (r"at \url{https://a.b/x_y~z%20}.", "at https://a.b/x_y~z%20."),
        (r"\href{https://a.b/c}{our page}", "our page (https://a.b/c)"),
        ("https://a.b/CK-PLUG{this https URL}.", "https://a.b/CK-PLUG this https URL."),
        (r"as in~\cite{smith2020}.", "as in."),
        (r"$\mathcal{O}(n\log n)$ and $\tilde{O}(\sqrt{n T})$", "O(n log n) and Õ(√(n T))"),
        (r"$x_{i}^{2}$, $e^{-n/2}$, $\frac{a+b}{c}$", "x_i^2, e^(-n/2), (a+b)/c"),
        (r"10$\times$ faster, $\sim$2, $+$3", "10× faster, ∼2, +3"),
        (r"{\v S}koda, {\c c}a and Erd{\H o}s", "Škoda, ça and Erdős"),
        (r"na\"ive Poincar\'e, Schr\"{o}dinger, fran\c cais", "naïve Poincaré, Schrödinger, français"),
        (r"the model\'s", "the model's"),
        ("``X-Cross'' is", '"X-Cross" is'),
        ("Q^{pi_{sft}} and rho_{BL}", "Q^pi_sft and rho_BL"),
        ("82{,}115 and Pok{\\'e}mon", "82,115 and Pokémon"),
    ],
)
def test_latex_leftovers(raw: str, plain: str) -> None:
    assert clean(raw) == plain


@pytest.mark.parametrize(
    "text",
    [
        "from $5 to $10",
        "US$5-$8, or $4, $8 and $10 per hour",
        "$5k a month and 10$ a day",
        "World Preference Modeling$ (WorldPM) to emphasize",
        "50% of a_b, 9.85%~21.12% and ~90%",
        "R^3 and x_1 & y, #1",
        'the token "\\n\\n" and a lone \\',
        "a closed } brace and an open { one",
        "1% - 10% --- and -- so on",
        "`relevance' and ``you may be attacked``",
        "“quoted” and ‘quoted’",
    ],
)
def test_prose_stays_as_it_is(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("cafÃ© donâ€™t", "café don’t"),
        ("don\x92t", "don’t"),
        ("p &lt; 0.05 &amp; so on", "p < 0.05 & so on"),
        ("ﬁnite", "finite"),
        ("a\u200bb\u202ec\ufeff\x00d\u2066e", "abcde"),
        ("hid\U000e0041\U000e0042den", "hidden"),
        ("lone \ud800 surrogate", "lone \ufffd surrogate"),
        (" a \u200b b\t\n\u00a0c\u2028d ", "a b c d"),
        ("", ""),
    ],
)
def test_broken_and_invisible_characters(raw: str, plain: str) -> None:
    assert clean(raw) == plain


@given(st.text(alphabet=st.sampled_from("ab1 \\{}$%&_^'\"~`[]()|,.\nlémd"), max_size=60))
def test_any_markup_is_survived_and_no_digit_lost(text: str) -> None:
    cleaned = clean(text)
    assert cleaned == " ".join(cleaned.split())
    assert cleaned.count("1") == text.count("1")


@pytest.mark.parametrize("unit", ["\\alpha{", "\\textbf{a}{", "{", "$a ", "a{b}", "``", "\\'", "\\frac{a}"])
def test_nested_and_repeated_markup_is_read_in_linear_work(unit: str) -> None:
    """Doubling work at each level of nesting would never come back from this."""
    assert clean(unit * 2000 + "}" * 2000) is not None
