-- Rows of which the latest holds ({table}): the newest by noted_at, ties broken by content so that order never matters.
CREATE OR REPLACE TEMP TABLE incoming AS
SELECT fact.*, load_id
FROM (
    SELECT {kind} AS fact, getvariable('load_id')::INTEGER AS load_id FROM stage WHERE {kind} IS NOT NULL
    UNION ALL
    SELECT struct_pack({fields}) AS fact, load_id FROM {table} AS t
    WHERE EXISTS (SELECT 1 FROM stage WHERE {kind} IS NOT NULL AND {matches})
)
QUALIFY row_number() OVER (PARTITION BY {parts} ORDER BY fact.noted_at DESC, hash(fact), load_id) = 1;

DELETE FROM {table} AS t WHERE EXISTS (SELECT 1 FROM stage WHERE {kind} IS NOT NULL AND {matches});

INSERT INTO {table} BY NAME SELECT * FROM incoming;
