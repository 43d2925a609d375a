"""A process that ends with the one that started it, also where that one is killed with -9."""

from __future__ import annotations

import os
import signal
import threading
import time

SECONDS = 0.5
"""Between two looks. A thread that looks works on every platform, and does not mind which thread forked us."""


def end_with(parent: int, *, group: bool = False) -> None:
    """From now on end at once, with the whole process group where it is ours, when process `parent` is gone."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(SECONDS)
        if group:
            os.killpg(os.getpgrp(), signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, name="bound", daemon=True).start()
