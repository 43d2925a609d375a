-- Facts that never change ({table}): only those not yet there, one for each key whatever their order.
INSERT INTO {table} BY NAME
SELECT s.*, getvariable('load_id')::INTEGER AS load_id
FROM stage_{kind} AS s
WHERE s.rowid IN (SELECT arg_min(f.rowid, hash(f)) FROM stage_{kind} AS f GROUP BY {keys})
  AND NOT EXISTS (SELECT 1 FROM {table} AS t WHERE {same});
