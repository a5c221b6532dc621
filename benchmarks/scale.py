"""How time and memory of a build grow with the number of records."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.generate import ROOT, generate


def measure(size: int | None) -> dict[str, float]:
    """Build `size` generated enterprises (None: the real records) in a process of its own.

    Returns seconds, peak memory in MB and the number of enterprises loaded.
    """
    with tempfile.TemporaryDirectory() as scratch:
        data = ROOT / "data" if size is None else generate(size, Path(scratch) / "data")
        command = [sys.executable, "-m", "build", "build", "--json", "--data", str(data)]
        start = time.perf_counter()
        process = subprocess.Popen(
            [*command, "--output", f"{scratch}/out/baltic.db"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert process.stdout is not None
        report = json.loads(process.stdout.read())
        _, _, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
    loaded = sum(
        count["value"]
        for count in report["counts"]
        if (count["table"], count["measure"]) == ("enterprises", "loaded")
    )
    # Linux counts in kB.
    return {"enterprises": loaded, "seconds": seconds, "peak_mb": usage.ru_maxrss / 1024}


def run() -> list[dict[str, float]]:
    """Measure the real records and 1,000, 10,000 and 100,000 generated ones; print a table."""
    print(f"{'enterprises':>12} {'seconds':>9} {'ms/1000':>9} {'peak MB':>9}")
    results = []
    for size in (None, 1_000, 10_000, 100_000):
        result = measure(size)
        results.append(result)
        per_thousand = result["seconds"] * 1e6 / max(result["enterprises"], 1)
        print(
            f"{result['enterprises']:>12,.0f} {result['seconds']:>9.2f} {per_thousand:>9.0f} "
            f"{result['peak_mb']:>9.0f}"
        )
    return results


if __name__ == "__main__":
    run()
