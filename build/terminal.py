"""What the command line shows a person: progress, and a report to act on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table as Grid

from build.findings import Severity
from build.pipeline import Progress as Watcher
from build.report import Report

#: Findings listed of one severity; all of them are in the table `issues` and in `--json`.
_SHOWN = 20
#: Records between two movements of the bar; each costs more than a record.
_STEP = 250
_HEADINGS: dict[Severity, tuple[str, str]] = {
    "error": ("bold red", "Left out"),
    "warning": ("bold yellow", "Loaded, but please look"),
    "info": ("bold cyan", "Notes"),
}


@contextmanager
def watched(console: Console) -> Iterator[Watcher]:
    """Give a progress callback: a moving line on a terminal, now and then a line elsewhere."""
    if not console.is_terminal:
        yield _PlainProgress(console)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("reading", total=None)

        def show(table: str, done: int, total: int) -> None:
            if done % _STEP == 0 or done >= total:
                bar.update(task, description=table, completed=done, total=max(done, total))

        yield show


class _PlainProgress:
    """Prints a line every 10,000 records, so that a log shows that work goes on."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def __call__(self, table: str, done: int, total: int) -> None:
        if done % 10_000 == 0:
            self._console.print(f"{table}: {done:,} of {total:,}")


def print_report(report: Report, console: Console) -> None:
    """Print the counts of each table, then its findings, the grave ones first."""
    grid = Grid(box=None, pad_edge=False, header_style="bold")
    grid.add_column("table")
    for heading in ("loaded", "left out", "located", "not located"):
        grid.add_column(heading, justify="right")
    for table in report.tables:
        grid.add_row(table, *_counts(report, table))
    console.print(grid)
    for severity in _HEADINGS:
        _print_findings(report, severity, console)


def _counts(report: Report, table: str) -> list[str]:
    loaded = report.total(table, "loaded")
    left_out = report.total(table, "rejected")
    row = [f"{loaded:,}", f"{left_out:,}" if left_out else ""]
    if report.total(table, "located") or report.total(table, "not-located"):
        row += [f"{report.total(table, which):,}" for which in ("located", "not-located")]
    return row


def _print_findings(report: Report, severity: Severity, console: Console) -> None:
    chosen = [finding for finding in report.findings if finding.severity == severity]
    if not chosen:
        return
    style, heading = _HEADINGS[severity]
    console.print(f"\n[{style}]{heading}: {len(chosen):,}[/]")
    for finding in chosen[:_SHOWN]:
        field = f" {finding.field}" if finding.field else ""
        console.print(
            f"  [bold]{escape(finding.where)}[/]{escape(field)}: {escape(finding.message)}"
        )
        if finding.value and severity != "info":
            console.print(f"    it says: {escape(finding.value)}", style="dim")
    if len(chosen) > _SHOWN:
        console.print(f"  … and {len(chosen) - _SHOWN:,} more; --json lists them all.")
