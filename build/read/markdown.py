"""Markdown with front matter → one row a file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

import frontmatter
import yaml
from frontmatter.default_handlers import YAMLHandler

from build.findings import Findings
from build.read.decode import decode
from build.read.rows import Cell, Row, clean
from build.schema import Table


def read_markdown(table: Table, file: str, raw: bytes, findings: Findings) -> Iterator[Row]:
    """Yield the one record of a Markdown file: its front matter, `id` from the file's name and
    `body` from the text after the front matter."""
    tell = findings.at(table.name, file)
    text, encoding = decode(raw)
    if encoding not in ("utf-8", "utf-8-sig"):
        tell("warning", "encoding", f"The file is not UTF-8; it was read as {encoding}.")
    try:
        post = frontmatter.loads(text, handler=_AsWritten())
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or error
        message = f"The lines between the two `---` at the top cannot be read as YAML: {reason}."
        tell("error", "front-matter", message, line=mark.line + 2 if mark else None)
        return
    if not post.metadata:
        message = "The file must begin with its facts, between two lines of `---`."
        tell("error", "front-matter", message)
        return
    known = [field.name for field in table.input_fields if field.name not in ("id", "body")]
    cells: dict[str, Cell] = {"id": PurePosixPath(file).stem}
    for name, value in post.metadata.items():
        if name in known:
            cells[name] = _cell(value)
            continue
        message = f"There is no field “{name}”; it was ignored. Fields are: {', '.join(known)}."
        line = _line_of(text, name)
        tell("warning", "unknown-field", message, line=line, field=name, value=value)
    cells["body"] = post.content.strip()
    yield Row(file, 1, cells)


class _AsWritten(YAMLHandler):
    """Leaves every value as it is written: a year stays text, `no` stays a language."""

    def load(self, fm: str, **_: object) -> Any:
        return yaml.load(fm, Loader=yaml.BaseLoader)  # noqa: S506 - makes nothing but text


def _cell(value: object) -> Cell:
    if isinstance(value, list):
        return [clean(str(item)) for item in value]
    return clean(str(value))


def _line_of(text: str, key: str) -> int | None:
    match = re.search(rf"^{re.escape(key)}\s*:", text, re.MULTILINE)
    return text.count("\n", 0, match.start()) + 1 if match else None
