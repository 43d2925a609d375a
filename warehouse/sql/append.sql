-- Facts that never change ({table}): only those not yet there.
CREATE OR REPLACE TEMP TABLE incoming AS
SELECT {kind}.*, getvariable('load_id')::INTEGER AS load_id
FROM stage
WHERE {kind} IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY {parts} ORDER BY hash({kind})) = 1;

DELETE FROM incoming AS i
WHERE EXISTS (SELECT 1 FROM {table} AS t WHERE {same});

INSERT INTO {table} BY NAME SELECT * FROM incoming;
