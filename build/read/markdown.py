"""Markdown with front matter → one row a file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

import frontmatter
import yaml
from frontmatter.default_handlers import YAMLHandler
from yaml.composer import ComposerError
from yaml.constructor import ConstructorError

from build.findings import Findings
from build.read.decode import decode_telling
from build.read.rows import Cell, Row, clean, damage
from build.schema import Table


def read_markdown(table: Table, file: str, raw: bytes, findings: Findings) -> Iterator[Row]:
    """Yield the one record of a Markdown file: its front matter, `id` from the file's name and
    `body` from the text after the front matter."""
    tell = findings.at(table.name, file)
    text = decode_telling(raw, tell)
    for rule, message in damage(text, text):
        tell("warning", rule, message)
    text = clean(text.replace("\r\n", "\n").replace("\r", "\n"))
    try:
        post = frontmatter.loads(text, handler=_AsWritten())
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or error
        message = f"The lines between the two `---` at the top cannot be read as YAML: {reason}."
        tell("error", "front-matter", message, line=mark.line + 1 if mark else None)
        return
    if not post.metadata:
        message = "The file must begin with its facts, between two lines of `---`."
        tell("error", "front-matter", message)
        return
    known = [field.name for field in table.input_fields if field.name not in ("id", "body")]
    cells: dict[str, Cell] = {"id": PurePosixPath(file).stem}
    for name, value in post.metadata.items():
        line = _line_of(text, name)
        if name not in known:
            message = f"There is no field “{name}”; it was ignored. Fields are: {', '.join(known)}."
            tell("warning", "unknown-field", message, line=line, field=name, value=value)
        elif (cell := _cell(value)) is None:
            message = f"“{name}” should be a text or a list of texts."
            tell("error", "front-matter", message, line=line, field=name, value=value)
            return
        else:
            cells[name] = cell
    cells["body"] = post.content.strip()
    yield Row(file, 1, cells)


class _FactsLoader(yaml.BaseLoader):
    """Makes nothing but text and lists of it: a year stays text, `no` stays a language.

    References to earlier values are refused: with them ten lines can stand for gigabytes.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> Any:
        seen: set[str] = set()
        for key, _value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                raise ConstructorError(None, None, f"{key.value} is given twice", key.start_mark)
            if isinstance(key, yaml.ScalarNode):
                seen.add(key.value)
        return super().construct_mapping(node, deep)

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            problem = "a text that begins with * needs quotation marks"
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise ComposerError(None, None, problem, mark)
        return super().compose_node(parent, index)


class _AsWritten(YAMLHandler):
    """Reads front matter with our own loader."""

    def load(self, fm: str, **_: object) -> Any:
        return yaml.load(fm, Loader=_FactsLoader)  # noqa: S506 - makes nothing but text


def _cell(value: object) -> Cell | None:
    """The text, or list of texts, of a fact; None when it is neither."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return [_text(item) for item in value]
    return None


def _text(value: str) -> str:
    """YAML can write halves of letters (`\\ud800`), which no file can hold."""
    return clean(value.encode("utf-8", errors="replace").decode())


def _line_of(text: str, key: str) -> int | None:
    match = re.search(rf"^{re.escape(key)}\s*:", text, re.MULTILINE)
    return text.count("\n", 0, match.start()) + 1 if match else None
