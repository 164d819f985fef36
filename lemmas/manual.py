"""A hook of MkDocs: below each lemma in the manual stands what Rocq has proved of it, from the sources themselves.

Each file of `lemmas/rocq` becomes a page, and each section of the course that has theorems in the registry ends
with their statements, as they are in the file, and a link to this page.
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[1]
CONTEXT = re.compile(r"(Variables?|Hypothes[ie]s|Context|Implicit Types?)\b")
TOKEN = re.compile(r"\(\*|\*\)|\"[^\"]*\"|\.(?=\s|$)")


def sentences(source: str) -> Iterator[tuple[str, str]]:
    """The sentences of a file of Rocq: the comment that stands before it, and the sentence with its full stop."""
    depth = start = 0
    comment, text = "", ""
    for match in TOKEN.finditer(source):
        token = match[0]
        if token == "(*":
            if depth == 0:
                text += source[start : match.start()]
                start = match.start()
            depth += 1
        elif token == "*)":
            depth -= 1
            if depth == 0:
                comment = source[start : match.end()] if not text.strip() else comment
                start = match.end()
        elif token == "." and depth == 0:
            yield comment, (text + source[start : match.end()]).strip()
            comment, text, start = "", "", match.end()


def statement(source: str, theorem: str) -> str:
    """The statement of a theorem as it is in the file, below its comment and what the open sections assume."""
    sections: list[tuple[str, list[str]]] = []
    for comment, text in sentences(source):
        if opened := re.match(r"Section\s+(\w+)", text):
            sections.append((opened[1], []))
        elif sections and re.match(rf"End\s+{sections[-1][0]}\b", text):
            sections.pop()
        elif sections and CONTEXT.match(text):
            sections[-1][1].append(text)
        elif re.match(rf"(Theorem|Lemma|Corollary|Proposition)\s+{re.escape(theorem)}\b", text):
            return "\n".join([*filter(None, [comment]), *(each for _, held in sections for each in held), text])
    raise KeyError(theorem)


def registered() -> list[dict[str, Any]]:
    """The entries of the registry that have theorems in Rocq."""
    entries = tomllib.loads((ROOT / "lemmas/lemmas.toml").read_text(encoding="utf-8"))["lemma"]
    return [entry for entry in entries if "rocq" in entry]


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """A page for each file of Rocq."""
    for source in sorted((ROOT / "lemmas/rocq").glob("*.v")):
        text = f"# {source.name}\n\n```coq\n{source.read_text(encoding='utf-8')}\n```\n"
        files.append(File.generated(config, f"lemmas/rocq/{source.stem}.md", content=text))
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """The page of the course, with the theorems of Rocq at the ends of its sections."""
    parts = re.split(r"^(?=## )", markdown, flags=re.M)
    for entry in registered():
        if entry["proof"]["file"] == f"docs/{page.file.src_uri}":
            heading = f"## {entry['proof']['anchor']}\n"
            parts = [part + theorems(entry) if part.startswith(heading) else part for part in parts]
    return "".join(parts)


def theorems(entry: dict[str, Any]) -> str:
    """The theorems of one entry, in boxes that can be opened, one for each file."""
    boxes = []
    for part in entry["rocq"]:
        source = ROOT / part["file"]
        text = source.read_text(encoding="utf-8")
        stated = "\n\n".join(statement(text, name) for name in part["theorems"])
        body = "\n".join(f"    {line}".rstrip() for line in ["```coq", *stated.splitlines(), "```"])
        link = f"    [{source.name} with its proofs](rocq/{source.stem}.md)"
        boxes.append(f'??? abstract "In Rocq: {source.name}"\n{body}\n\n{link}\n\n')
    return "".join(boxes)
