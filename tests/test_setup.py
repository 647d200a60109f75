"""Set-up: the lock is complete and names no address, and `make` builds the environment when, and only when, it has to."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
TARGETS = ("serve", "test", "check", "bench", "lock", "clean")

# Stands in for the interpreter: answers the version check truly, and "creates" an environment whose python logs its calls
# and fails while the file `broken` exists.
INTERPRETER = """#!/bin/sh
if [ "$1" = -c ]; then exec python3 "$@"; fi
echo "created" >> log
mkdir -p .venv/bin
printf '#!/bin/sh\\n[ "$1" = -c ] || echo "$@" >> log\\n[ ! -e broken ]\\n' > .venv/bin/python
chmod +x .venv/bin/python
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "requirements.lock").write_text("rich==15.0.0\n", encoding="utf-8")
    script(tmp_path / "interpreter", INTERPRETER)
    return tmp_path


def script(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    file.chmod(0o755)


def setup(folder: Path, interpreter: str = "./interpreter", target: str = "setup") -> subprocess.CompletedProcess[str]:
    quiet = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(
        ["make", target, f"PYTHON={interpreter}"], cwd=folder, env=quiet, capture_output=True, text=True, check=False
    )


def log(folder: Path) -> list[str]:
    """What was called since the last look."""
    file = folder / "log"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    file.unlink(missing_ok=True)
    return lines


def test_the_first_set_up_installs_the_lock_by_hash_then_the_project(folder: Path) -> None:
    assert setup(folder).returncode == 0
    created, packages, project = log(folder)
    assert created == "created"
    assert "--no-deps --require-hashes -r requirements.lock" in packages
    assert "--no-deps --no-build-isolation -e ." in project


def test_a_second_set_up_does_nothing(folder: Path) -> None:
    setup(folder)
    log(folder)
    again = setup(folder)
    assert (again.returncode, again.stdout, log(folder)) == (0, "", [])


def test_a_changed_lock_builds_the_environment_anew(folder: Path) -> None:
    setup(folder)
    log(folder)
    (folder / "requirements.lock").write_text("rich==15.0.1\n", encoding="utf-8")
    assert setup(folder).returncode == 0
    assert log(folder)[0] == "created"


def test_a_set_up_that_broke_off_is_done_again(folder: Path) -> None:
    (folder / "broken").touch()
    assert setup(folder).returncode != 0
    assert len(log(folder)) == 2, "the project is not installed after the packages failed"
    (folder / "broken").unlink()
    assert setup(folder).returncode == 0
    assert log(folder)[0] == "created"


def test_an_environment_that_was_moved_is_built_anew(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    setup(folder)
    moved = tmp_path_factory.mktemp("elsewhere") / "vouch"
    shutil.copytree(folder, moved)
    log(moved)
    assert setup(moved).returncode == 0
    assert log(moved)[0] == "created"


def test_an_old_interpreter_is_refused_in_one_clear_sentence(folder: Path) -> None:
    script(folder / "old", '#!/bin/sh\nif [ "$1" = --version ]; then echo Python 3.9.2; fi\n[ "$1" != -c ]\n')
    result = setup(folder, "./old")
    assert result.returncode != 0
    assert "Vouch needs Python 3.11 or newer, but ./old is Python 3.9.2." in result.stderr
    assert log(folder) == []


@pytest.mark.parametrize("target", TARGETS)
def test_make_has_the_target(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


def test_make_alone_explains_itself(folder: Path) -> None:
    result = setup(folder, target="help")
    assert all(f"make {target} " in result.stdout for target in TARGETS)


def test_the_lock_holds_no_address() -> None:
    assert "://" not in LOCK
    assert not re.search(r"^\s*-", LOCK.replace("    --hash=", "    "), re.MULTILINE), (
        "an option line would name a place to load from"
    )


def test_the_lock_holds_no_torch() -> None:
    assert not [name for name in locked() if name.startswith(("torch", "nvidia", "triton", "sentence-transformers"))]


def test_every_locked_package_has_a_version_and_a_hash() -> None:
    entries = LOCK.replace("\\\n", " ").splitlines()
    assert entries
    assert not [entry[:60] for entry in entries if "==" not in entry or "--hash=sha256:" not in entry]


def test_the_lock_holds_every_dependency_of_the_project_at_a_version_it_allows() -> None:
    wanted = [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]]
    for extra in PROJECT["project"]["optional-dependencies"].values():
        wanted += extra
    for requirement in map(Requirement, wanted):
        version = locked().get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement.name} is not in the lock: run `make lock`"
        assert requirement.specifier.contains(version, prereleases=True), f"{requirement} but the lock has {version}"


def locked() -> dict[str, str]:
    """Package -> version."""
    return {canonicalize_name(name): version for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", LOCK, re.MULTILINE)}
