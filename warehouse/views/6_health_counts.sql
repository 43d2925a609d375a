-- How much an outlet brings, day by day, beside what it usually brings.

-- Articles of every day since the first ingest, the empty days included, summed over the one, three, seven and 28 days
-- that end with it; not where nobody looked at the outlet on one of those days or the two after it.
CREATE MACRO health_sums(source, moment) AS TABLE
WITH looks AS (
    SELECT DISTINCT source_id, started_at::DATE AS day FROM health_looks(source, moment) WHERE state <> 'failed'
),
days AS (
    SELECT d.source_id, d.day, bool_or(l.day BETWEEN d.day AND d.day + 2) AS watched
    FROM (
        SELECT source_id, unnest(generate_series(greatest(min(day), moment::DATE - 150)::TIMESTAMP, max(day)::TIMESTAMP, INTERVAL 1 DAY))::DATE AS day
        FROM looks
        GROUP BY source_id
    ) AS d
    JOIN looks AS l ON l.source_id = d.source_id
    GROUP BY ALL
),
counted AS (
    SELECT a.source_id, coalesce(a.day, a.found_at::DATE) AS day, count(DISTINCT u.article_id) AS articles
    FROM addresses AS a
    JOIN article_urls AS u ON u.source_id = a.source_id AND u.url_key = a.url_key
    WHERE a.found_at <= moment AND coalesce(a.day, a.found_at::DATE) BETWEEN moment::DATE - 150 AND moment::DATE + 1
      AND (source IS NULL OR (a.source_id = source AND u.source_id = source))
    GROUP BY ALL
)
SELECT source_id, day, span, articles
FROM (
    SELECT d.source_id, d.day, coalesce(c.articles, 0) AS articles1, d.watched::INTEGER AS watched1,
           sum(articles1) OVER three AS articles3, sum(watched1) OVER three AS watched3,
           sum(articles1) OVER seven AS articles7, sum(watched1) OVER seven AS watched7,
           sum(articles1) OVER month AS articles28, sum(watched1) OVER month AS watched28
    FROM days AS d LEFT JOIN counted AS c ON c.source_id = d.source_id AND c.day = d.day
    WINDOW three AS (PARTITION BY d.source_id ORDER BY d.day ROWS 2 PRECEDING),
           seven AS (PARTITION BY d.source_id ORDER BY d.day ROWS 6 PRECEDING),
           month AS (PARTITION BY d.source_id ORDER BY d.day ROWS 27 PRECEDING)
),
LATERAL (VALUES (1, articles1, watched1), (3, articles3, watched3), (7, articles7, watched7), (28, articles28, watched28))
    AS s (span, articles, watched)
WHERE watched = span;

-- Each sum of now beside those that ended on the same day of earlier weeks: `usual` is their median, `share` how often it is
-- reached, and `evidence` grows with how hard it is to believe that nothing has changed (9.2: one in ten thousand).
CREATE MACRO health_rates(source, moment) AS TABLE
SELECT *, articles * ln(greatest(articles, 1) / greatest(rate, 1e-9)) - articles + rate AS evidence
FROM (
    SELECT n.source_id, n.direction, n.span, n.day, n.articles, count(*) AS weeks, median(p.articles) AS usual,
           min(p.articles) AS lowest, max(p.articles) AS highest,
           CASE n.direction WHEN 'many' THEN greatest(0.25, median(p.articles), avg(p.articles))
                ELSE least(median(p.articles), avg(p.articles)) END AS rate
    FROM (
        SELECT s.source_id, e.direction, s.span, s.day, s.articles
        FROM (SELECT source_id, max(started_at) AS looked_at FROM health_looks(source, moment) WHERE state <> 'failed' GROUP BY source_id) AS l,
        -- Of a day that is going on there may already be too many articles; too few there are when it has ended everywhere.
        LATERAL (VALUES ('many', l.looked_at::DATE), ('few', (l.looked_at - INTERVAL 36 HOUR)::DATE)) AS e (direction, day)
        JOIN health_sums(source, moment) AS s ON s.source_id = l.source_id AND s.day = e.day
        WHERE s.span <> if(e.direction = 'many', 3, 1)
    ) AS n
    JOIN health_sums(source, moment) AS p
      ON p.source_id = n.source_id AND p.span = n.span AND p.day <= n.day - n.span AND p.day >= n.day - if(n.span = 28, 112, 63)
     AND (n.day - p.day) % 7 = 0
    GROUP BY n.source_id, n.direction, n.span, n.day, n.articles
);

-- What the last ingest found for the first time, beside what the one with the most had found, and what the outlet's rate leads to expect.
CREATE MACRO health_bursts(source, moment) AS TABLE
WITH looks AS MATERIALIZED (
    SELECT source_id, run_id, started_at, state, row_number() OVER (PARTITION BY source_id ORDER BY started_at DESC) AS place,
           lag(started_at) OVER (PARTITION BY source_id ORDER BY started_at) AS before_at
    FROM health_looks(source, moment)
),
brought AS (
    SELECT a.source_id, a.run_id, count(DISTINCT u.article_id) AS articles
    FROM addresses AS a
    JOIN article_urls AS u ON u.source_id = a.source_id AND u.url_key = a.url_key
    WHERE a.found_at <= moment AND (source IS NULL OR (a.source_id = source AND u.source_id = source))
    GROUP BY ALL
),
rates AS (  -- articles a day: over the days of the articles themselves, so that the very first ingest already says it
    SELECT source_id, sum(articles) / greatest(7, max(day) - min(day)) AS a_day, max(articles) AS on_busiest_day FROM (
    SELECT a.source_id, a.day, count(DISTINCT u.article_id) AS articles
    FROM addresses AS a
    JOIN article_urls AS u ON u.source_id = a.source_id AND u.url_key = a.url_key
    JOIN looks AS l ON l.source_id = a.source_id AND l.place = 1
    WHERE a.day IS NOT NULL AND a.found_at < l.started_at AND a.day >= moment::DATE - 730
      AND (source IS NULL OR (a.source_id = source AND u.source_id = source))
    GROUP BY a.source_id, a.day)
    GROUP BY source_id
)
SELECT l.source_id, l.run_id, l.started_at, coalesce(b.articles, 0) AS articles, p.most, r.a_day,
       greatest(r.on_busiest_day, r.a_day * epoch(l.started_at - l.before_at) / 86400) AS due
FROM looks AS l
JOIN rates AS r ON r.source_id = l.source_id
LEFT JOIN brought AS b ON b.source_id = l.source_id AND b.run_id = l.run_id
-- The first ingest that came to its end, and any that was cut off, bring what had gathered.
JOIN (
    SELECT e.source_id, coalesce(max(b.articles) FILTER (e.started_at > first_at), 0) AS most
    FROM (SELECT *, min(started_at) FILTER (state = 'completed') OVER (PARTITION BY source_id) AS first_at FROM looks) AS e
    LEFT JOIN brought AS b ON b.source_id = e.source_id AND b.run_id = e.run_id
    WHERE e.place > 1 AND first_at IS NOT NULL
    GROUP BY e.source_id
    HAVING bool_or(e.place = 2 AND e.state = 'completed')
) AS p ON p.source_id = l.source_id
-- A file that was changed since then may ask for more.
LEFT JOIN (
    SELECT source_id, max(noted_at) FILTER (age > 1) AS changed_at
    FROM (SELECT source_id, noted_at, row_number() OVER (PARTITION BY source_id ORDER BY noted_at DESC) AS age
          FROM expectations WHERE noted_at <= moment)
    GROUP BY source_id
) AS c ON c.source_id = l.source_id
WHERE l.place = 1 AND (c.changed_at IS NULL OR c.changed_at < l.before_at);
