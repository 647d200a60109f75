"""The layout holds: who imports whom, which library is used where, how long files get, what lies at the top."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("rag", "eval", "ui")
LONGEST = 350  # lines of one file

# A library, or a module of ours -> where alone it may be imported. A trailing slash means the whole folder.
ONLY_IN = {
    "chromadb": ("rag/library/chroma.py",),
    "tantivy": ("rag/library/keywords.py",),
    "streamlit": ("ui/",),
    "openai": ("rag/backends/",),
    "anthropic": ("rag/backends/",),
    "ollama": ("rag/backends/",),
    "google.genai": ("rag/backends/protocols/google.py",),
    "mistralai": ("rag/backends/protocols/mistral.py",),
    "litellm": ("rag/backends/protocols/litellm.py",),
    "llama_index.llms": ("rag/backends/",),
    "arxiv": ("rag/remote/",),
    "pyalex": ("rag/remote/",),
    "rag.assistant": ("rag/cli.py", "rag/terminal/", "rag/llama.py", "eval/runner.py", "ui/state.py"),
}
# A package -> the packages of ours it must not import.
NOT_FROM = {"rag": ("eval", "ui"), "eval": ("ui",), "ui": ()}

TOP_LEVEL = {
    *("rag", "eval", "ui", "tests", ".ci", ".streamlit"),
    *(
        ".env.example",
        ".gitignore",
        "LICENSE",
        "CHANGELOG.md",
        "LOG.md",
        "Makefile",
        "README.md",
        "pyproject.toml",
        "requirements.lock",
    ),
}

# Spelt in parts, so that this file does not hold what it looks for.
REGISTRY_HOSTS = ("py" + "pi.org", "python" + "hosted.org", "ana" + "conda.org", "npm" + "js.org", "deb." + "debian.org")


def files_of_the_project() -> list[Path]:
    """Every file git tracks or would track, relative to the root; deleted ones are left out."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=False
    )
    if listing.returncode:
        pytest.skip("not a git checkout: which files belong to the project is not recorded")
    names = listing.stdout.decode().split("\0")
    return sorted(Path(name) for name in names if name and (ROOT / name).is_file())


def modules(*packages: str) -> list[str]:
    """The Python files of the packages, relative to the root."""
    return sorted(str(file.relative_to(ROOT)) for package in packages for file in (ROOT / package).rglob("*.py"))


def imports(file: str) -> Iterator[str]:
    """Dotted names a file imports: `from a.b import c` gives `a.b` and `a.b.c`."""
    for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8"), filename=file)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno} imports relatively; write the whole name"
            yield from (str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names))


def within(name: str, module: str) -> bool:
    """Whether a dotted name is `module` or lies in it."""
    return name == module or name.startswith(f"{module}.")


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_import_in_one_direction(package: str) -> None:
    wrong = [
        f"{file} imports {name}"
        for file in modules(package)
        for name in imports(file)
        if any(within(name, other) for other in NOT_FROM[package])
    ]
    assert not wrong


@pytest.mark.parametrize("module", ONLY_IN)
def test_each_library_has_its_place(module: str) -> None:
    wrong = [
        f"{file} imports {name}"
        for file in modules(*PACKAGES)
        for name in imports(file)
        if within(name, module) and not file.startswith(ONLY_IN[module])
    ]
    assert not wrong


def test_eval_is_imported_by_its_parts_and_never_shadows_the_builtin() -> None:
    """`import eval` would hide Python's own `eval` in that file."""
    wrong = []
    for file in modules(*PACKAGES, "tests"):
        for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import) and any(alias.name.split(".")[0] == "eval" for alias in node.names):
                wrong.append(f"{file}:{node.lineno}")
    assert not wrong


def test_no_file_outgrows_its_subject() -> None:
    lengths = {file: len((ROOT / file).read_text(encoding="utf-8").splitlines()) for file in modules(*PACKAGES, "tests")}
    assert not {file: lines for file, lines in lengths.items() if lines > LONGEST}


def test_every_package_says_what_it_is_for() -> None:
    silent = [file for file in modules(*PACKAGES) if not ast.get_docstring(ast.parse((ROOT / file).read_text(encoding="utf-8")))]
    assert not silent


def test_there_is_no_drawer_for_odds_and_ends() -> None:
    assert not [file for file in modules(*PACKAGES) if Path(file).stem in {"utils", "util", "helpers", "misc", "common"}]


def test_the_top_level_holds_only_what_belongs_there() -> None:
    assert {file.parts[0] for file in files_of_the_project()} - TOP_LEVEL == set()


def test_no_file_names_a_package_registry() -> None:
    found = []
    for file in files_of_the_project():
        text = (ROOT / file).read_bytes().decode("utf-8", errors="replace").casefold()
        found += [f"{file}: {host}" for host in REGISTRY_HOSTS if host in text]
    assert not found
