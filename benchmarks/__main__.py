"""`python -m benchmarks`: all benchmarks, one after the other, with their figures as JSON."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from benchmarks import crawl, geocoding, maps, pages, scale

RESULTS = Path(__file__).parent / "results"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--truth", type=Path, help="geocoding queries with their coordinates (CSV)")
    arguments = parser.parse_args()
    # Small first: Linux counts the memory of the process that starts another to that one's peak.
    results = {
        "build": scale.run(),
        "geocoding": geocoding.run(arguments.truth),
        "pages": pages.run(),
        "maps": maps.run(),
        "crawl": crawl.run(),
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "latest.json").write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
