"""Calendar programs that people run, as they see the portal: vdirsyncer fetches, khal shows."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

_VDIRSYNCER = """
[general]
status_path = "{folder}/status/"
[pair events]
a = "own"
b = "portal"
collections = null
[storage own]
type = "filesystem"
path = "{folder}/events/"
fileext = ".ics"
[storage portal]
type = "http"
url = "{address}"
"""
_KHAL = """
[calendars]
[[events]]
path = {folder}/events/
readonly = True
[locale]
local_timezone = {zone}
default_timezone = {zone}
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
[sqlite]
path = {folder}/khal.db
"""
_EVENT = "{title}|{start-long}|{end-long}|{status}"


@dataclass(frozen=True)
class Subscription:
    """A calendar subscribed to at `address`, kept in `folder`."""

    folder: Path
    address: str

    def __post_init__(self) -> None:
        (self.folder / "events").mkdir(parents=True)
        settings = _VDIRSYNCER.format(folder=self.folder, address=self.address)
        (self.folder / "vdirsyncer").write_text(settings)
        _run("vdirsyncer", "--config", str(self.folder / "vdirsyncer"), "discover")

    @property
    def files(self) -> list[Path]:
        """One file an event, as vdirsyncer keeps them."""
        return sorted((self.folder / "events").iterdir())

    def sync(self) -> str:
        """Fetch what is new; what vdirsyncer says it did."""
        return _run("vdirsyncer", "--config", str(self.folder / "vdirsyncer"), "sync")

    def shown(self, zone: str, first: str, last: str) -> dict[str, tuple[str, str, str]]:
        """What a reader in `zone` sees: title → (start, end, status)."""
        settings = self.folder / f"khal-{zone.replace('/', '-')}"
        settings.write_text(_KHAL.format(folder=self.folder, zone=zone))
        words = (
            "--once",
            "--day-format",
            "",
            "--format",
            "{title}|{start-long}|{end-long}|{status}",
        )
        lines = _run("khal", "--config", str(settings), "list", *words, first, last).splitlines()
        events = (line.split("|") for line in lines if "|" in line)
        return {title: (start, end, status.strip()) for title, start, end, status in events}


def _run(program: str, *arguments: str) -> str:
    """What it prints; it must not complain."""
    done = subprocess.run(
        [sys.executable, "-m", program, *arguments], capture_output=True, text=True, timeout=60
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert not [word for word in ("warning", "error", "critical") if word in said.lower()], said
    return done.stdout
