"""Archives, which are read member by member, and files that were built to do harm."""

from __future__ import annotations

import gzip
import tarfile
from pathlib import Path

import pytest

from rag.errors import ReadError
from rag.paper import Paper
from rag.readers import read_file, streams
from tests.rag.readers.packing import COMPRESS, tarred, zipped
from tests.rag.readers.samples import DATA, READER_OF, sample

LINE = '{"title": "Cats", "abstract": "Cats sleep."}\n'


def read(path: Path) -> tuple[list[Paper], list[ReadError]]:
    reads = list(read_file(path))
    return [r for r in reads if isinstance(r, Paper)], [r for r in reads if isinstance(r, ReadError)]


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def test_archives_are_read_member_by_member(tmp_path: Path) -> None:
    members = [(f"a/{name}", (DATA / name).read_bytes()) for name in READER_OF] + [
        ("b.ris.gz", gzip.compress(sample("export.ris").encode()))
    ]
    plain = [paper for name in READER_OF for paper in read(DATA / name)[0]]
    for path in (
        written(tmp_path / "dumps.zip", zipped(members)),
        written(tmp_path / "dumps.tar", tarred(members)),
        written(tmp_path / "dumps.tgz", tarred(members, "w:gz")),
        written(tmp_path / "dumps.tar.xz", tarred(members, "w:xz")),
    ):
        papers, problems = read(path)
        assert [paper.id for paper in papers[:-2]] == [paper.id for paper in plain]
        assert papers[0].sources[0].file == f"{path.name}/a/arxiv_api.xml"
        assert papers[-1].sources[0].file == f"{path.name}/b.ris.gz"
        assert [problem.file for problem in problems] == [f"{path}/a/semantic_scholar.json"]


def test_names_in_archives_lead_nowhere(tmp_path: Path) -> None:
    names = [
        "../../etc/passwd",
        "/etc/shadow",
        "C:\\Windows\\cats.jsonl",
        "a/../../b.jsonl",
        "x\x1b[31m\n.jsonl",
        "..",
        "ordner/übung.jsonl",
    ]
    shown = ["etc/passwd", "etc/shadow", "Windows/cats.jsonl", "a/b.jsonl", "x?[31m?.jsonl", "unnamed", "ordner/übung.jsonl"]
    folder = tmp_path / "deep" / "down"
    folder.mkdir(parents=True)
    for path in (
        written(folder / "a.zip", zipped([(n, LINE.encode()) for n in names])),
        written(folder / "a.tar", tarred([(n, LINE.encode()) for n in names])),
    ):
        papers, problems = read(path)
        assert [paper.sources[0].file for paper in papers] == [f"{path.name}/{name}" for name in shown]
        assert problems == []
    assert {path.name for path in tmp_path.rglob("*") if path.is_file()} == {"a.zip", "a.tar"}


def test_members_that_cannot_be_read_are_reported_and_the_rest_is_read(tmp_path: Path) -> None:
    inner = written(tmp_path / "inner.zip", zipped([("a.jsonl", LINE.encode())])).read_bytes()
    members = [
        ("a.zip", inner),
        ("empty.txt", b""),
        (".DS_Store", b"x"),
        ("__MACOSX/._a", b"x"),
        ("notes", b"Dear diary.\n"),
        ("z", LINE.encode()),
    ]
    for path in (written(tmp_path / "a.zip", zipped(members)), written(tmp_path / "a.tar", tarred(members))):
        papers, problems = read(path)
        assert len(papers) == 1
        assert [(problem.file.rsplit("/", 1)[1], problem.found) for problem in problems] == [
            ("a.zip", "an archive inside an archive"),
            ("empty.txt", "an empty file"),
            ("notes", "text in a form no reader knows"),
        ]


def test_links_devices_and_passwords(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE):
            member = tarfile.TarInfo("cats")
            member.type, member.linkname = kind, "/etc/passwd"
            archive.addfile(member)
    papers, problems = read(tmp_path / "a.tar")
    assert (papers, [problem.found for problem in problems]) == ([], ["a link or device"] * 4)
    data = bytearray(written(tmp_path / "a.zip", zipped([("a.jsonl", LINE.encode())])).read_bytes())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "a.zip").write_bytes(data)
    papers, [problem] = read(tmp_path / "a.zip")
    assert (papers, problem.found) == ([], "a member behind a password")


def test_damaged_archives(tmp_path: Path) -> None:
    members = [(f"{i}.jsonl", LINE.replace("Cats", f"Cats {i}").encode()) for i in range(50)]
    whole = written(tmp_path / "a.tar", tarred(members)).read_bytes()
    for end in (20_480, 20_900):  # between two members, and in the middle of a header
        (tmp_path / "a.tar").write_bytes(whole[:end])
        papers, [problem] = read(tmp_path / "a.tar")
        assert len(papers) == 20
        assert "incomplete" in problem.found
    path = written(tmp_path / "a.zip", zipped(members))
    data = bytearray(path.read_bytes())
    data[data.index(b"7.jsonl") + 12] ^= 0xFF
    path.write_bytes(data)
    papers, [problem] = read(path)
    assert len(papers) == 49
    assert problem.file == f"{path}/7.jsonl"
    path.write_bytes(data[: len(data) // 2])
    assert "incomplete" in read(path)[1][0].found


def test_documents_packed_as_zip_are_no_archives(tmp_path: Path) -> None:
    path = written(tmp_path / "cats.xlsx", zipped([("[Content_Types].xml", b"<Types/>"), ("xl/sheet1.xml", b"<worksheet/>")]))
    papers, [problem] = read(path)
    assert (papers, problem.found) == ([], "a document or program packed as zip")
    assert "CSV" in problem.remedy


@pytest.mark.parametrize("form", ["gz", "bz2", "xz", "zst", "zip", "zip.gz in zip"])
def test_what_expands_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    monkeypatch.setattr(streams, "FREE", 500_000)
    bomb = LINE.encode() * 40_000  # 1.8 million bytes
    path = tmp_path / "bomb"
    if form == "zip":
        written(path, zipped([("a.jsonl", bomb)]))
    elif form == "zip.gz in zip":
        written(path, zipped([(f"{i}.jsonl.gz", gzip.compress(bomb[:200_000])) for i in range(9)]))
    else:
        path.write_bytes(COMPRESS[form](bomb))
    papers, problems = read(path)
    assert len(papers) < 30_000
    assert "expands to more than 100 times its size" in problems[-1].found
    assert problems[-1].file == str(path)


def test_files_that_compress_well_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.gz").write_bytes(gzip.compress(LINE.encode() * 5_000))
    assert len(read(tmp_path / "a.gz")[0]) == 5_000
