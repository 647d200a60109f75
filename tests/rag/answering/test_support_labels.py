"""Verdicts on sentences about papers of the bundled sample, judged by a person: what a reader must not be told wrongly.

Each case names the paper by words of its title.
"""

from __future__ import annotations

import json
from importlib.resources import files

import pytest

from rag.answering.record import Passage, Support
from rag.answering.support import SupportChecker
from rag.embedding.minilm import MiniLM

RIGHT = [
    ("Two-Pass", "The Two-Pass algorithm is up to 28% faster than the usual one with AVX512 on Skylake-X."),
    ("Two-Pass", "Memory bandwidth is what limits every pass of a softmax that is well implemented."),
    ("Two-Pass", "The code is part of XNNPACK, an open-source library."),
    ("PowerNorm", "Batch statistics of text data vary widely during training, which makes BN unstable."),
    ("PowerNorm", "Power Normalization replaces per-batch statistics by a running quadratic mean."),
    ("PowerNorm", "On IWSLT14 BLEU improves by 0.4 compared with layer normalization."),
    ("Pre-RMSNorm", "Removing redundant mean information turns LayerNorm into RMSNorm, which is cheaper."),
    ("Pre-RMSNorm", "The switch saves between 1% and 10% of training time."),
    ("Peri-LN", "Peri-LN places normalization on both sides of a sublayer."),
    ("AdamP", "SGDP and AdamP remove the radial component from every update."),
    ("AdamP", "Gains are reported on 13 benchmarks."),
    ("Data Filtering", "Good data loses its usefulness when it is repeated."),
    ("Thousands of Preferences", "Janus wins or ties against GPT-4 in 66.4% of cases."),
    ("QUEACO", "QUEACO extracts attribute values from shopping queries in two stages."),
    ("OneRec", "OneRec raised watch-time by 1.6% in the main scene of Kuaishou."),
    ("CrossNER", "CrossNER covers five domains, each with its own entity categories."),
    ("Direct Preference", "DPO controls the sentiment of generated text better than RLHF."),
]
WRONG_NUMBER = [
    ("Two-Pass", "The Two-Pass algorithm beats the usual one by up to 82% with AVX512."),
    ("PowerNorm", "Compared with layer normalization, perplexity improves by 7.9 on PTB."),
    ("AdamP", "Uniform gains are reported on 31 benchmarks."),
    ("Thousands of Preferences", "The Multifaceted Collection has 912k combinations of values over 65k instructions."),
    ("OneRec", "In the main scene of Kuaishou the system raised watch-time by 16%."),
    ("CrossNER", "CrossNER is a fully labeled dataset over nine domains."),
    ("Words to Worth", "The released dataset has over 45,000 entries for fine-tuning."),
]
REVERSED = [
    ("PowerNorm", "Batch statistics of text data make BN stable."),
    ("Peri-LN", "With Peri-LN variance growth is less balanced and convergence is less stable."),
    ("Direct Preference", "DPO controls the sentiment of generated text worse than RLHF."),
    ("Two-Pass", "The Two-Pass algorithm is slower than the usual one on Intel Skylake-X."),
    ("OneRec", "In the main scene of Kuaishou the system reduced watch-time."),
]
MISSED = [
    ("Data Filtering", "Good data gains usefulness as it is repeated."),
    ("AdamP", "AdamP increases the radial component of every update."),
]
SWAPPED = [
    ("Direct Preference", "RLHF controls the sentiment of generated text better than DPO."),
    ("Pre-RMSNorm", "Removing redundant mean information turns RMSNorm into LayerNorm."),
]
ELSEWHERE = [
    ("Two-Pass", "Graph neural networks predict the toxicity of small molecules."),
    ("PowerNorm", "The dataset has 4,000 annotated medical images."),
    ("AdamP", "Large language models can write unit tests for Java programs."),
    ("CrossNER", "Power Normalization improves BLEU on WMT14."),
    ("Direct Preference", "The authors trained the model on 64 GPUs for two weeks."),
    ("Words to Worth", "Reinforcement learning improves robot grasping in cluttered scenes."),
]
HALF = [
    ("QUEACO", "QUEACO extracts attribute values from shopping queries and translates them into French for the warehouse staff."),
    (
        "Peri-LN",
        "Peri-LN normalizes both sides of a sublayer, and the authors recommend it for protein folding on mobile phones.",
    ),
]


@pytest.fixture(scope="module")
def abstracts() -> dict[str, str]:
    lines = files("rag").joinpath("sample", "sample-library.jsonl").read_text(encoding="utf-8").splitlines()
    return {row["title"]: row["abstract"] for row in map(json.loads, lines)}


@pytest.fixture(scope="module")
def checker(embedder: MiniLM) -> SupportChecker:
    return SupportChecker(embedder)


def verdict(checker: SupportChecker, abstracts: dict[str, str], paper: str, said: str) -> Support:
    (text,) = [abstract for title, abstract in abstracts.items() if paper in title]
    return checker.check(said, [Passage(paper, 0, 0, len(text), text)])


@pytest.mark.parametrize(("paper", "said"), RIGHT)
def test_what_the_paper_says_in_other_words_is_supported(
    checker: SupportChecker, abstracts: dict[str, str], paper: str, said: str
) -> None:
    assert verdict(checker, abstracts, paper, said).label == "supported"


@pytest.mark.parametrize(("paper", "said"), WRONG_NUMBER)
def test_another_number_is_a_number_mismatch(checker: SupportChecker, abstracts: dict[str, str], paper: str, said: str) -> None:
    support = verdict(checker, abstracts, paper, said)
    assert (support.label, support.probability < 0.3) == ("number mismatch", True)


@pytest.mark.parametrize(("paper", "said"), REVERSED + SWAPPED)
def test_the_contrary_is_contradicted(checker: SupportChecker, abstracts: dict[str, str], paper: str, said: str) -> None:
    support = verdict(checker, abstracts, paper, said)
    assert (support.label, support.probability < 0.3) == ("contradicted", True)


@pytest.mark.xfail(strict=True, reason="the words that turn these round are no antonyms in the list, and context does not tell")
@pytest.mark.parametrize(("paper", "said"), MISSED)
def test_what_is_still_missed(checker: SupportChecker, abstracts: dict[str, str], paper: str, said: str) -> None:
    assert verdict(checker, abstracts, paper, said).label == "contradicted"


@pytest.mark.parametrize(("paper", "said"), ELSEWHERE)
def test_what_is_not_in_the_paper_is_unsupported(
    checker: SupportChecker, abstracts: dict[str, str], paper: str, said: str
) -> None:
    support = verdict(checker, abstracts, paper, said)
    assert (support.label, support.probability < 0.1) == ("unsupported", True)


@pytest.mark.parametrize(("paper", "said"), HALF)
def test_half_a_truth_is_not_supported(checker: SupportChecker, abstracts: dict[str, str], paper: str, said: str) -> None:
    assert verdict(checker, abstracts, paper, said).label in {"partly", "unsupported"}
