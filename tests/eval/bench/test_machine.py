"""The description of the machine."""

from __future__ import annotations

import json
from dataclasses import replace

from eval.bench.machine import cpu_name, this_machine

CPUINFO = """processor\t: 0
model name\t: AMD EPYC 9005
flags\t\t: fpu sse2 avx2 avx512f avx512_bf16

processor\t: 1
model name\t: AMD EPYC 9005
flags\t\t: fpu sse2 avx2 avx512f avx512_bf16
"""


def test_the_processor_is_named_with_what_speeds_embedding_up() -> None:
    assert cpu_name(CPUINFO) == "AMD EPYC 9005 (AVX-512, bf16)"
    assert cpu_name("model name : Old\nflags : sse2\n") == "Old"


def test_where_the_system_does_not_list_the_processor_something_is_said() -> None:
    assert cpu_name("")


def test_this_machine_can_be_told_in_a_line_and_in_json() -> None:
    machine = this_machine()
    data = json.loads(json.dumps(machine.to_dict()))
    assert data["cores"] >= 1
    assert data["memory_gb"] > 0
    assert "chromadb" in data["packages"]
    assert machine.python in str(machine)
    assert machine.date in str(machine)


def test_a_machine_that_was_at_work_already_is_called_busy() -> None:
    machine = replace(this_machine(), cores=2, load=0.3)
    assert not machine.busy
    assert replace(machine, load=3.0).busy
    assert not replace(machine, load=None).busy
