"""What a benchmark ran on. A rate without its machine and date means nothing."""

from __future__ import annotations

import datetime as dt
import os
import platform
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

CPUINFO = Path("/proc/cpuinfo")
PACKAGES = ("openvino", "onnxruntime", "chromadb", "tantivy", "llama-index-core")
BUSY = 0.25  # load per core, before anything has started, above which the machine was not ours alone


@dataclass(frozen=True, slots=True)
class Machine:
    """`load` is the one-minute load average before the first run, None where the system does not tell."""

    cpu: str
    cores: int
    memory_gb: float
    system: str
    python: str
    date: str
    load: float | None
    packages: dict[str, str] = field(default_factory=dict)

    @property
    def busy(self) -> bool:
        """Whether something else was running when the measuring began."""
        return self.load is not None and self.load / self.cores > BUSY

    def __str__(self) -> str:
        load = "" if self.load is None else f", load {self.load:.2f} before the start"
        return f"{self.cpu}, {self.cores} cores, {self.memory_gb:.0f} GB, Python {self.python}, {self.system}; {self.date}{load}"

    def to_dict(self) -> dict[str, Any]:
        """All fields, ready for JSON."""
        return asdict(self)


def this_machine() -> Machine:
    """The machine and the moment."""
    return Machine(
        cpu=cpu_name(CPUINFO.read_text(encoding="utf-8", errors="replace") if CPUINFO.is_file() else ""),
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        memory_gb=round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        system=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
        date=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        load=os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        packages={name: found for name in PACKAGES if (found := installed(name))},
    )


def cpu_name(cpuinfo: str) -> str:
    """The processor's name and, where listed, whether it computes in bf16, which the embedding uses where it can."""
    fields = dict(line.split(":", 1) for line in cpuinfo.splitlines() if ":" in line)
    values = {name.strip(): value.strip() for name, value in fields.items()}
    name = values.get("model name") or platform.processor() or platform.machine()
    flags = values.get("flags", "").split()
    known = [shown for flag, shown in (("avx512f", "AVX-512"), ("avx512_bf16", "bf16"), ("amx_bf16", "AMX")) if flag in flags]
    return f"{name} ({', '.join(known)})" if known else name


def installed(package: str) -> str:
    """Its version, or an empty text."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
