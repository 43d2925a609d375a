-- What happened, and when we learnt of it.

-- `mark` is a load number (what came after it) or a moment (what was recorded then or later, UTC).
CREATE MACRO changes_since(mark) AS TABLE
SELECT c.load_id, c.recorded_at, c.change, c.article_id, t.outlet, t.headline, t.agency, t.date_published, t.url, c.valid_from,
       c.source_id, c.record_hash, c.previous
FROM changes AS c
LEFT JOIN (SELECT article_id, outlet, headline, agency, date_published, url FROM records WHERE is_current) AS t USING (article_id)
WHERE CASE WHEN try_cast(mark::VARCHAR AS BIGINT) IS NOT NULL THEN c.load_id > try_cast(mark::VARCHAR AS BIGINT)
           ELSE c.recorded_at >= mark::VARCHAR::TIMESTAMP END;

-- `grain` is day, week, month, quarter or year.
CREATE MACRO articles_by_agency(grain) AS TABLE
SELECT date_trunc(grain, date_published)::DATE AS period, outlet, agency, located, count(*) AS articles
FROM records
WHERE is_current
GROUP BY ALL;
