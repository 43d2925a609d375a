-- The ledger has no gap: every page fetched was read, every reading has its request, every request its address.
-- means: Something was fetched or read that the tables know only in part.
-- mend: wireroom rebuild
SELECT source_id, url AS subject, 'was fetched and never read' AS what FROM address_states WHERE outcome = 'fetched'
UNION ALL
SELECT r.source_id, 'reading of ' || r.fetch_id, 'has no request' FROM readings AS r ANTI JOIN fetches AS f USING (fetch_id)
UNION ALL
SELECT f.source_id, f.requested_url, 'was asked for and never found'
FROM (SELECT source_id, url_key, any_value(requested_url) AS requested_url FROM fetches WHERE role = 'article' GROUP BY ALL) AS f
ANTI JOIN addresses AS a USING (source_id, url_key)
