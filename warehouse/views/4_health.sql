-- How each outlet does, from what its runs have said. Clocks are ours and UTC.
-- Its passes say how it does now (where there was none, whatever ran): a backfill that was stopped, and days
-- of an archive that a backfill could not read, say nothing of that.

CREATE VIEW source_health AS
SELECT s.source_id, s.name AS outlet,
       CASE WHEN r.source_id IS NULL THEN 'never_ran'
            WHEN u.listings_failed > 0 AND r.pass.kind = 'ingest' AND r.pass.state IN ('completed', 'failed') THEN 'failing'
            WHEN r.pass.state IN ('failed', 'cancelled') THEN r.pass.state
            WHEN r.pass.state IN ('running', 'interrupted') THEN 'unfinished'
            WHEN coalesce(n.articles, 0) = 0 THEN 'no_article'
            WHEN r.pass.failed > r.pass.fetched + r.pass.unchanged THEN 'failing'
            ELSE 'ok' END AS state,
       r.latest.kind AS last_run_kind, r.latest.state AS last_run_state, r.last_run_at, r.latest.message AS last_run_message,
       r.last_success_at, coalesce(u.listings, 0) AS listings, coalesce(u.listings_failed, 0) AS listings_failed, l.failing_since_at,
       coalesce(r.runs_7d, 0) AS runs_7d, coalesce(r.failed_runs_7d, 0) AS failed_runs_7d,
       n.last_article_at, n.last_date_published, coalesce(n.articles, 0) AS articles, coalesce(n.articles_7d, 0) AS articles_7d,
       coalesce(j.rejected, 0) AS rejected, coalesce(j.failed, 0) AS failed, coalesce(j.never_tried, 0) AS never_tried
FROM sources AS s
LEFT JOIN (
    SELECT source_id, max(started_at) AS last_run_at, max(ended_at) FILTER (state = 'completed') AS last_success_at,
           count(*) FILTER (is_recent) AS runs_7d, count(*) FILTER (is_recent AND state = 'failed') AS failed_runs_7d,
           arg_max({'kind': kind, 'state': state, 'message': message}, started_at) AS latest,
           arg_max({'run_id': run_id, 'kind': kind, 'state': state, 'failed': failed, 'fetched': fetched, 'unchanged': unchanged},
                   {'is_pass': kind = 'ingest', 'started_at': started_at}) AS pass
    FROM (SELECT *, started_at > make_timestamp(epoch_us(now())) - INTERVAL 7 DAY AS is_recent FROM runs)
    GROUP BY ALL
) AS r USING (source_id)
LEFT JOIN (
    SELECT run_id, count(*) AS listings, count(*) FILTER (outcome NOT IN ('fetched', 'unchanged', 'not_yet')) AS listings_failed
    FROM units
    GROUP BY ALL
) AS u ON u.run_id = r.pass.run_id
LEFT JOIN (
    SELECT source_id, min(listed_at) FILTER (kind IS DISTINCT FROM 'backfill' AND outcome <> 'not_yet' AND (last_read IS NULL OR listed_at > last_read)) AS failing_since_at
    FROM (SELECT source_id, kind, listed_at, outcome, max(listed_at) FILTER (outcome IN ('fetched', 'unchanged')) OVER (PARTITION BY source_id) AS last_read
          FROM units LEFT JOIN (SELECT run_id, kind FROM runs) USING (run_id))
    GROUP BY ALL
) AS l USING (source_id)
LEFT JOIN (
    SELECT v.source_id, max(v.valid_from) FILTER (v.version = 1) AS last_article_at, max(t.date_published) AS last_date_published,
           count(*) FILTER (v.valid_to IS NULL) AS articles,
           count(*) FILTER (v.version = 1 AND v.valid_from > make_timestamp(epoch_us(now())) - INTERVAL 7 DAY) AS articles_7d
    FROM versions AS v
    LEFT JOIN (SELECT article_id, record_hash, date_published FROM texts WHERE is_current) AS t USING (article_id, record_hash)
    GROUP BY ALL
) AS n USING (source_id)
LEFT JOIN (
    SELECT source_id, count(*) FILTER (outcome = 'rejected') AS rejected, count(*) FILTER (outcome = 'failed') AS failed,
           count(*) FILTER (outcome = 'never_tried') AS never_tried
    FROM address_states
    GROUP BY ALL
) AS j USING (source_id);
