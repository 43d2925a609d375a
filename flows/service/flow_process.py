"""The process of one flow run: bound to the worker that started it, then Prefect's own engine.

python -m flows.service.flow_process WORKER
"""

from __future__ import annotations

import runpy
import sys

from flows.service.bound import end_with

if __name__ == "__main__":
    end_with(int(sys.argv.pop(1)))
    runpy.run_module("prefect.engine", run_name="__main__", alter_sys=True)
