"""What was used longest ago goes first."""

from __future__ import annotations

from rag.recent import Recent


def test_a_third_thing_takes_the_place_of_the_one_used_longest_ago() -> None:
    held: Recent[int] = Recent(2)
    held.put({"a": 1, "b": 2})
    assert held.get(["a"]) == {"a": 1}  # now b was used longest ago
    held.put({"c": 3})
    assert held.get(["a", "b", "c"]) == {"a": 1, "c": 3}


def test_what_is_known_again_takes_the_place_of_what_was_known() -> None:
    held: Recent[int] = Recent(2)
    held.put({"a": 1})
    held.put({"a": 2})
    assert held.get(["a"]) == {"a": 2}
