"""The command line: `python -m build …`."""

from __future__ import annotations

import sqlite3
import sys
import traceback
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any, NoReturn

import click
from click_default_group import DefaultGroup
from rich.console import Console
from rich.markup import escape

from build import pipeline
from build.errors import CannotRun
from build.findings import printable
from build.geocode.chain import Chain, Places
from build.geocode.gazetteer import open_gazetteer
from build.geocode.nominatim import PoliteNominatim
from build.geocode_file import geocode_file
from build.report import Report
from build.terminal import print_report, watched

_DATA = click.option(
    "--data",
    type=click.Path(path_type=Path),
    default=Path("data"),
    show_default=True,
    help="Directory with datapackage.yml and the records.",
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
_NOMINATIM = click.option(
    "--nominatim",
    metavar="CONTACT",
    help="Ask OpenStreetMap's Nominatim for what the gazetteer does not know, at most once a "
    "second. CONTACT is the address its operators can write to, as their usage policy asks for. "
    "Places of records then leave this machine.",
)

#: What Nominatim answered, for ever.
_CACHE = Path(".cache") / "nominatim.db"

#: The last is what a shell says of a command that Ctrl-C ended.
DONE, ROWS_LEFT_OUT, COULD_NOT_RUN, INTERRUPTED = 0, 1, 2, 130


class _Commands(DefaultGroup):
    """Ends a command that could not run with its reason in words and its exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except CannotRun as error:
            _give_up(str(error), COULD_NOT_RUN)
        except KeyboardInterrupt:
            _give_up("Stopped before the end, as you asked.", INTERRUPTED)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            if sys.flags.dev_mode:
                raise
            _give_up(_fault(error), COULD_NOT_RUN)


def _give_up(reason: str, code: int) -> NoReturn:
    _console().print(f"[bold red]Nothing was changed.[/] {escape(printable(reason))}")
    sys.exit(code)


def _fault(error: Exception) -> str:
    """What a user can report of a mistake of ours; `python -X dev -m build` shows it whole."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return (
        f"This is a fault in the program, not in your data; please report it: "
        f"{type(error).__name__}: {error} ({Path(place.filename).name}:{place.lineno})."
    )


@click.group(
    cls=_Commands,
    default="build",
    default_if_no_args=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
def main() -> None:
    """Turn the records of the directory `data` into the database the portal serves.

    Exit codes: 0 all is well; 1 done, but some rows were left out (each is reported); 2 nothing
    could be done, and what was there before is still there; 130 stopped by Ctrl-C, likewise.
    """


@main.command()
@_DATA
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("baltic.db"),
    show_default=True,
    help="Becomes a link to the new version, which lies in the folder versions beside it.",
)
@click.option(
    "--allow-shrink", is_flag=True, help="Publish even if more than 10 % of a table would vanish."
)
@_NOMINATIM
@_JSON
def build(
    data: Path, output: Path, allow_shrink: bool, nominatim: str | None, as_json: bool
) -> None:
    """Read, check, geocode and publish the records (the default)."""
    console = _console()
    with _geocoders(nominatim, console) as geocoders, watched(console) as progress:
        report = pipeline.build(
            data, output, geocoders, allow_shrink=allow_shrink, progress=progress
        )
    _show(report, as_json, console)
    if not as_json:
        console.print(f"\n{output} is now version {report.version}.")
    sys.exit(_exit_code(report))


@main.command()
@_DATA
@_JSON
def check(data: Path, as_json: bool) -> None:
    """Read, check and geocode the records, and report, without publishing anything."""
    console = _console()
    with _geocoders(None, console) as geocoders, watched(console) as progress:
        report = pipeline.check(data, geocoders, progress=progress)
    _show(report, as_json, console)
    sys.exit(_exit_code(report))


@main.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), required=True, help="CSV to write."
)
@_NOMINATIM
def geocode(file: Path, output: Path, nominatim: str | None) -> None:
    """Put the places of any list on the map.

    FILE is a CSV with some of the columns name, address, postcode, city, region and country. The
    output has the same rows with latitude, longitude, precision, confidence, matched, geonameid and
    note; what cannot be placed for certain keeps empty coordinates, and its note says why.
    """
    console = _console()
    with _geocoders(nominatim, console) as geocoders, watched(console) as progress:
        rows, located = geocode_file(file, output, Chain(geocoders), progress)
    console.print(f"{located:,} of {rows:,} rows were located; the list is in {output}.")


def _console() -> Console:
    """Messages go to stderr, so that stdout holds nothing but what was asked for."""
    console = Console(stderr=True, highlight=False)
    # Without a terminal lines are cut by nobody: they may be read by a program.
    return console if console.is_terminal else Console(stderr=True, highlight=False, width=1000)


def _show(report: Report, as_json: bool, console: Console) -> None:
    if as_json:
        sys.stdout.writelines(f"{line}\n" for line in report.as_json())
    else:
        print_report(report, console)


def _exit_code(report: Report) -> int:
    return ROWS_LEFT_OUT if report.findings.count("error") else DONE


@contextmanager
def _geocoders(nominatim: str | None, console: Console) -> Iterator[list[Places]]:
    """The offline gazetteer and, if its operator wishes so, Nominatim after it."""

    def told(question: str, asked: int, outcome: str) -> None:
        console.print(f"Nominatim, request {asked}: {escape(question)} {outcome}")

    try:
        with watched(console) as progress:
            gazetteer = open_gazetteer(progress=progress)
    except (OSError, EOFError, KeyError, ValueError, zlib.error) as error:
        raise CannotRun(f"The gazetteer cannot be opened: {error}.") from error
    with closing(gazetteer), ExitStack() as stack:
        geocoders: list[Places] = [gazetteer]
        if nominatim:
            agent = f"baltic-social-enterprise-portal ({nominatim})"
            try:
                _CACHE.parent.mkdir(exist_ok=True)
                online = PoliteNominatim(_CACHE, agent, progress=told)
            except (OSError, ValueError, sqlite3.Error) as error:
                raise CannotRun(f"Nominatim cannot be asked: {error}.") from error
            geocoders.append(stack.enter_context(closing(online)))
        yield geocoders
