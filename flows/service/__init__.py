"""`wireroom up`: a supervisor that knows no Prefect, and under it a Prefect server and the worker that starts flow runs.

    up (supervisor.py) ─┬─► server.py      API, schedules, UI on 127.0.0.1, its home inside the workspace
                        └─► worker.py ──►  flow_process.py, one process a flow run

Whoever is killed is started again by the one above; whoever loses the one above ends at once.
"""
