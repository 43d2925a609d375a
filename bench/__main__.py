"""`make bench`: every measurement of this machine's own, one after the other; `python -m bench.NAME` is one alone."""

from __future__ import annotations

import subprocess
import sys

PARTS = {
    "warehouse": "what loading costs",
    "readers": "whether readers are answered meanwhile",
    "kills": "what kill -9 costs, at every durable step and at random moments",
    "backfill": "what a decade costs, killed and undisturbed, and whether its holes are named",
    "archive": "what the raw archive costs",
    "importing": "what an import costs beside parsing alone",
    "views": "what the usual questions cost",
    "search": "what search costs",
    "reparse": "what reading the archive anew costs",
    "fetching": "what fetching costs, and how polite it is",
    "unattended": "whether it runs itself: fifteen minutes, with kill -9 of flow, server and worker",
}


def main() -> int:
    """The worst exit code of the parts."""
    codes = []
    for name, measured in PARTS.items():
        print(f"\n{name}: {measured}", flush=True)
        codes.append(subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False).returncode)
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
