"""What a build has to say about files, rows and cells."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any, Literal

Severity = Literal["error", "warning", "info"]

#: What would move a terminal's cursor or recolour it, and halves of letters (UTF-16 surrogates).
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")

#: A cell may hold a megabyte; a line of a report must not.
VALUE_LIMIT = 200


def printable(text: str) -> str:
    """Return `text` as it can be shown and stored anywhere; its line breaks stay."""
    return _UNPRINTABLE.sub("�", text)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found at one place in the data.

    `error` means the row was left out, `warning` that it was kept but should be looked at,
    `info` that something was noted. `line` is the 1-based line of the file on which the record
    begins, None when the whole file is meant. `message` is a sentence for a partner, not for a
    programmer.
    """

    table: str
    file: str
    line: int | None
    field: str
    value: str
    rule: str
    severity: Severity
    message: str
    record: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def where(self) -> str:
        """`enterprises/dk.csv:14` or `enterprises/dk.csv`."""
        return self.file if self.line is None else f"{self.file}:{self.line}"


class Findings(list[Finding]):
    """All findings of one run, in the order in which they were made."""

    def count(self, severity: object) -> int:
        """How many findings are of this severity."""
        return sum(finding.severity == severity for finding in self)

    def at(self, table: str, file: str, line: int | None = None, record: str = "") -> Reporter:
        """A reporter for one file, or one record of it, so that its checks name it only once."""
        return Reporter(self, table, file, line, record)


@dataclass(frozen=True, slots=True)
class Reporter:
    """Adds findings about one file, or one record of it."""

    findings: Findings
    table: str
    file: str
    line: int | None = None
    record: str = ""

    def __call__(
        self,
        severity: Severity,
        rule: str,
        message: str,
        *,
        line: int | None = None,
        field: str = "",
        value: object = "",
    ) -> None:
        text = "; ".join(map(str, value)) if isinstance(value, list) else str(value)
        if len(text) > VALUE_LIMIT:
            text = text[: VALUE_LIMIT - 1] + "…"
        self.findings.append(
            Finding(
                table=self.table,
                file=self.file,
                line=self.line if line is None else line,
                field=printable(field),
                value=printable(text),
                rule=rule,
                severity=severity,
                message=printable(message),
                record=self.record,
            )
        )
