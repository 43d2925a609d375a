"""What runs leave for whoever wants to know what they did: lines in a log, and what Prefect shows of them.

event → logs (a line of JSON each); event → recorded (a flow run's log, its artifacts as reports makes them); no secret in
either, by masking
"""
