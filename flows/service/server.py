"""The Prefect server of a workspace, in a process of its own, bound to the supervisor that started it.

python -m flows.service.server SUPERVISOR     settings come from the environment that home.py makes
"""

from __future__ import annotations

import os
import sys

from flows.service.bound import end_with


def main(supervisor: int) -> None:
    """Serve API, schedules and UI until a signal or the supervisor's end."""
    end_with(supervisor, group=True)
    import uvicorn
    from prefect.server.api.server import create_app

    uvicorn.run(
        app=create_app(final=True),
        host=os.environ["PREFECT_SERVER_API_HOST"],
        port=int(os.environ["PREFECT_SERVER_API_PORT"]),
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=2,
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
