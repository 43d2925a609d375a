-- Rows of which the latest holds ({table}): the newest by noted_at, ties broken by content so that order never matters.
CREATE OR REPLACE TEMP TABLE incoming_{kind} AS
SELECT fact.*, load_id
FROM (
    SELECT s AS fact, getvariable('load_id')::INTEGER AS load_id FROM stage_{kind} AS s
    UNION ALL
    SELECT struct_pack({fields}) AS fact, load_id FROM {table} AS t
    WHERE EXISTS (SELECT 1 FROM stage_{kind} AS s WHERE {same})
)
QUALIFY row_number() OVER (PARTITION BY {parts} ORDER BY fact.noted_at DESC, hash(fact), load_id) = 1;

DELETE FROM {table} AS t WHERE EXISTS (SELECT 1 FROM stage_{kind} AS s WHERE {same});

INSERT INTO {table} BY NAME SELECT * FROM incoming_{kind};
