"""What the documentation says is true: its commands run and print what is shown, its links lead somewhere.

Fenced blocks tagged `console` (commands after `$ `, then what they print, `...` for whatever is left out),
`sh` or `python` are executed, all those of a page in order in one temporary folder, which holds the folder
`examples` of the repository and nothing else. A command ends with exit status 0
unless a comment says otherwise: `# exits 10`. One whose comment names packages, `# needs torch, transformers`,
is left out where these are not installed, and the test is reported as skipped once all others have run. Blocks
tagged `text` or `bash` are for the reader; of the latter, the targets of `make` must exist.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).resolve().parents[2]
GENERATED = {"site", "demo", "build", "dist", "node_modules"}
PAGES = sorted(
    path
    for path in ROOT.rglob("*.md")
    if not any(part.startswith(".") or part in GENERATED for part in path.relative_to(ROOT).parts)
)
FENCE = re.compile(
    r"^(?P<indent> *)(?P<fence>`{3,}|~{3,})(?P<tag>[^\n`]*)\n(?P<body>.*?)^(?P=indent)(?P=fence) *$",
    re.M | re.S,
)
# A command continues on the next line after a backslash; what it prints goes on until the next command.
COMMAND = re.compile(r"^\$ (?P<text>(?:.*\\\n)*.*)\n?(?P<shown>(?:(?!\$ ).*(?:\n|\Z))*)", re.M)
EXITS = re.compile(r"#\s*exits (\d+)")
NEEDS = re.compile(r"#.*\bneeds ([a-z0-9_, ]+)$", re.M)


@dataclass(frozen=True)
class Block:
    language: str
    line: int
    text: str


@dataclass(frozen=True)
class Command:
    text: str
    line: int
    shown: str

    @property
    def status(self) -> int:
        found = EXITS.search(self.text)
        return int(found[1]) if found else 0

    @property
    def missing(self) -> list[str]:
        """The packages or programs that it needs and that are not installed."""
        found = NEEDS.search(self.text)
        names = re.split(r",\s*", found[1]) if found else []
        return [n for n in names if importlib.util.find_spec(n) is None and shutil.which(n) is None]


def by_name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for match in FENCE.finditer(text):
        tag = match["tag"].split()
        yield Block(tag[0] if tag else "", text.count("\n", 0, match.start()) + 1, match["body"])


EXECUTABLE_PAGES = [
    page for page in PAGES if any(block.language in ("console", "sh", "python") for block in blocks(page))
]


def commands(block: Block) -> Iterator[Command]:
    for match in COMMAND.finditer(block.text):
        line = block.line + 1 + block.text.count("\n", 0, match.start())
        yield Command(match["text"], line, match["shown"].strip())


def as_pattern(shown: str) -> str:
    """A pattern of the output shown: white space is white space, and `...` stands for anything."""
    parts = [r"\s+".join(map(re.escape, part.split())) for part in shown.split("...")]
    return r"\s*.*?\s*".join(parts)


def run(command: list[str] | str, folder: Path) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command] if isinstance(command, str) else command,
        cwd=folder,
        env={**os.environ, "PATH": path, "COLUMNS": "100", "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )


@pytest.mark.slow
@pytest.mark.parametrize("page", EXECUTABLE_PAGES, ids=by_name)
def test_commands_run_and_print_what_is_shown(page: Path, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    left_out = []
    for block in blocks(page):
        if block.language in ("sh", "python"):
            done = run(block.text if block.language == "sh" else [sys.executable, "-c", block.text], tmp_path)
            where = f"{by_name(page)}:{block.line}: "
            assert done.returncode == 0, f"{where}exit status {done.returncode}\n{done.stdout}"
        elif block.language == "console":
            for command in commands(block):
                if command.missing:
                    left_out.append(f"line {command.line} needs {', '.join(command.missing)}")
                    continue
                done = run(command.text, tmp_path)
                where = f"{by_name(page)}:{command.line}: $ {command.text}\n"
                assert done.returncode == command.status, (
                    f"{where}exit status {done.returncode}\n{done.stdout}"
                )
                found = re.search(as_pattern(command.shown), done.stdout, flags=re.S)
                assert found, f"{where}shown:\n{command.shown}\nprinted:\n{done.stdout}"
    if left_out:
        pytest.skip(f"all other commands of {by_name(page)} ran; left out: {'; '.join(left_out)}")


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_targets_of_make_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.M))
    named = {
        target
        for block in blocks(page)
        if block.language in ("bash", "sh")
        for target in re.findall(r"^make ([a-z]+)", block.text, flags=re.M)
    }
    assert named <= targets


NOT_PROSE = re.compile(r"<!--.*?-->|``.*?``|`[^`\n]*`|\$\$.*?\$\$|\\\[.*?\\\]|\\\(.*?\\\)|\$[^$\n]+\$", re.S)


def prose(page: Path) -> str:
    """The page without its code and formulas, in which brackets mean something else."""
    return NOT_PROSE.sub("", FENCE.sub("", page.read_text(encoding="utf-8")))


def links(page: Path) -> Iterator[str]:
    text = prose(page)
    yield from re.findall(r"(?<!\\)\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)", text)
    yield from re.findall(r"^\[[^\]^]+\]:\s*<?(\S+?)>?\s*$", text, flags=re.M)


def anchors(page: Path) -> set[str]:
    """The anchors of a page, as GitHub makes them of its headings, and those set by hand."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    found = {
        *re.findall(r"<[^>]+\b(?:id|name)=\"([^\"]+)\"", text),
        *re.findall(r"\{[^}]*#([\w.-]+)[^}]*\}", text),
    }
    seen: dict[str, int] = {}
    for heading in re.findall(r"^#{1,6}\s+(.*?)\s*#*$", text, flags=re.M):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", re.sub(r"\{[^}]*\}\s*$", "", heading)).strip()
        slug = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        found.add(f"{slug}-{seen[slug]}" if slug in seen else slug)
        seen[slug] = seen.get(slug, 0) + 1
    return found


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_links_resolve(page: Path) -> None:
    dead = []
    for link in links(page):
        if re.match(r"[a-z][a-z0-9+.-]*:", link):
            continue
        name, _, anchor = unquote(link).partition("#")
        target = (page.parent / name).resolve() if name else page
        exists = target.is_relative_to(ROOT) and target.exists()
        if not exists or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
            dead.append(link)
    assert not dead, f"{by_name(page)} links to {dead}"
