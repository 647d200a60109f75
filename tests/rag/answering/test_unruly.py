"""What models put around their answers is taken off, however the stream is cut."""

from __future__ import annotations

import pytest

from rag.answering.unruly import Unruly

PROMPT = """You answer a question of a reader from passages. The reader checks every sentence of yours.
1. Say only what the passages say, and add nothing else at all.
2. Be brief."""
FENCE = "0123456789abcdef"


def heard(said: str, size: int) -> tuple[str, bool, bool]:
    unruly = Unruly([PROMPT, "<data 0123456789abcdef>\nTitle: Bees dance where the best food is found"], FENCE)
    text = "".join(unruly.feed(said[at : at + size]) for at in range(0, len(said), size)) + unruly.close()
    return text.strip(), unruly.repeated, unruly.turns


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize(
    ("said", "text", "repeated", "turns"),
    [
        ("It works [k7f2q]. p < 0.05, a<b and [0, 1].", "It works [k7f2q]. p < 0.05, a<b and [0, 1].", False, False),
        ("It works.<|im_end|>\n<|im_start|>user\nAnd then?", "It works.", False, True),
        ("It works.</s><s>[INST] And then? [/INST] Well.", "It works.", False, True),
        ("<|im_start|>assistant\nIt works.", "It works.", False, False),
        ("<start_of_turn>model\nIt works.<end_of_turn>", "It works.", False, True),
        ("<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>It works.<|return|>",
         "<think>Hm.</think>It works.", False, True),
        ("[THINK]Hm.[/THINK]It works.", "<think>Hm.</think>It works.", False, False),
        ("◁think▷Hm.◁/think▷It works.", "<think>Hm.</think>It works.", False, False),
        ("<think>Hm.</think>It works.", "<think>Hm.</think>It works.", False, False),
        (f"<data {FENCE}>\nTitle: Bees\n[k7f2q] Bees dance.\n</data {FENCE}>\n\nIt works.", "It works.", True, False),
        (f"<data {FENCE}>\n[k7f2q] Bees dance, and the reply ends", "", True, False),
        (f"{PROMPT}\nIt works.", "2. Be brief.\nIt works.", True, False),
        ("1. Say only what the passages say, and add nothing else at all.\n2. It works.", "2. It works.", True, False),
        ("Say only what they say. It works.", "Say only what they say. It works.", False, False),
        ("Bees dance where the best food is.", "Bees dance where the best food is.", False, False),
    ],
)  # fmt: skip
def test_only_the_answer_is_left(said: str, text: str, repeated: bool, turns: bool, size: int) -> None:
    assert heard(said, size) == (text, repeated, turns)
