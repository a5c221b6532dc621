"""How fast the portal answers, beside stock Datasette on the same file in the same run."""

from __future__ import annotations

import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from benchmarks.generate import ROOT, generate

_FACETS = "&".join(
    f"_facet={column}"
    for column in ("country", "sector", "impact_area", "legal_form", "registered_status",
                   "founded_decade", "precision")
)  # fmt: skip
#: The same question to both; ours counts seven facets on every list. Stock Datasette has no home
#: page with a map and no GeoJSON, and does not find our index of words.
PATHS = {
    "home": "/",
    "list, 7 facets": f"/baltic/enterprises|/baltic/enterprises?{_FACETS}",
    "two countries": "/baltic/enterprises?country=DK&country=SE|"
    f"/baltic/enterprises?country__in=DK,SE&{_FACETS}",
    "sector": f"/baltic/enterprises?sector=recycling-and-reuse|"
    f"/baltic/enterprises?sector=recycling-and-reuse&{_FACETS}",
    "search": "/baltic/enterprises?_search=cafe",
    "near": "/baltic/enterprises?_near=55.7,12.6,100",
    "columns": "/baltic/enterprises?_view=table|/baltic/enterprises",
    "record": "/baltic/enterprises/{id}",
    "record.json": "/baltic/enterprises/{id}.json",
    "all as CSV": "/baltic/enterprises.csv?_stream=on",
    "all as GeoJSON": "/baltic/enterprises.geojson",
    "search of everything": "/search?q=cafe",
    "suggestions": "/suggest?q=caf",
    "a country": "/countries/dk",
    "twelve countries": "/countries/compare?"
    + "&".join(f"country={code}" for code in "BY DE DK EE FI IS LT LV NO PL RU SE".split()),
    "find support": "/support?country=LT&need=money",
    "events by month": "/baltic/events?_month=2024-05",
    "calendar": "/baltic/events.ics",
    "feed": "/baltic/enterprises.atom",
    "article": "/baltic/articles/in-partnership-with-12-countries",
}
_ONLY_OURS = {"all as GeoJSON", "search", "near", *list(PATHS)[-9:]}
#: Seconds spent on each page; the median of what fits is told.
_PATIENCE_S = 3.0


@contextmanager
def serving(command: list[str], port: int) -> Iterator[httpx.Client]:
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            for _ in range(200):
                try:
                    client.get("/-/versions.json")
                    break
                except httpx.TransportError:
                    time.sleep(0.05)
            yield client
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _median_ms(client: httpx.Client, path: str) -> float:
    times = []
    end = time.perf_counter() + _PATIENCE_S
    while time.perf_counter() < end or len(times) < 3:
        start = time.perf_counter()
        response = client.get(path)
        times.append(time.perf_counter() - start)
        assert response.status_code == 200, (path, response.status_code)
    return statistics.median(times) * 1000


def measure(database: Path) -> dict[str, dict[str, float]]:
    """Median milliseconds of each page, {page: {"ours": ms, "stock": ms}}, one client."""
    port = free_port()
    ours = [sys.executable, "-m", "portal", "--database", str(database), "--port", str(port)]
    stock_port = free_port()
    stock = [sys.executable, "-m", "datasette", "serve", "-i", str(database)]
    # Well tuned: looking for facets to suggest would make stock Datasette far slower still.
    stock += ["--port", str(stock_port), "--setting", "suggest_facets", "off"]
    stock += ["--setting", "max_csv_mb", "0", "--setting", "facet_time_limit_ms", "5000"]
    results: dict[str, dict[str, float]] = {}
    with serving(ours, port) as our_client, serving(stock, stock_port) as stock_client:
        found = our_client.get("/baltic/enterprises.json?_shape=array&_size=1").json()
        for page, path in PATHS.items():
            path, _, stock_path = path.format(id=found[0]["id"]).partition("|")
            results[page] = {"ours": _median_ms(our_client, path)}
            if page not in _ONLY_OURS:
                results[page]["stock"] = _median_ms(stock_client, stock_path or path)
    return results


def run() -> dict[str, dict[str, dict[str, float]]]:
    """Measure with the real records and with 50,000 generated ones; print a table."""
    results = {}
    for size in (None, 50_000):
        with tempfile.TemporaryDirectory() as scratch:
            data = ROOT / "data" if size is None else generate(size, Path(scratch) / "data")
            database = Path(scratch) / "out" / "baltic.db"
            command = [sys.executable, "-m", "build", "build", "--data", str(data)]
            command += ["--output", str(database)]
            subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
            name = "the real records" if size is None else f"{size:,} generated enterprises"
            results[name] = measure(database)
        print(f"\n{name:<20} {'ours ms':>9} {'stock ms':>9} {'stock / ours':>13}")
        for page, times in results[name].items():
            stock = (
                f"{times['stock']:9.1f} {times['stock'] / times['ours']:13.2f}"
                if "stock" in times
                else ""
            )
            print(f"  {page:<18} {times['ours']:9.1f} {stock}")
    return results


if __name__ == "__main__":
    print(json.dumps(run(), indent=1))
