-- The article of every address: what the rule of warehouse/identity.py says of those that are no loners, and the loners.
CREATE OR REPLACE TEMP TABLE member AS
SELECT row.k AS url_key, row.i AS item, row.a AS article_id
FROM (SELECT unnest(CAST(CAST(getvariable('member')::VARCHAR AS JSON) AS STRUCT(k UUID, i SMALLINT, a UUID)[])) AS row);

-- Only with: loners.
INSERT INTO member BY NAME FROM loners;

CREATE OR REPLACE TEMP TABLE merged AS
SELECT row.a AS article_id, row.b AS merged_into
FROM (SELECT unnest(CAST(CAST(getvariable('merged')::VARCHAR AS JSON) AS STRUCT(a UUID, b UUID)[])) AS row);
