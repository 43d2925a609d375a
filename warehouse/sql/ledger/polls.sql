-- The last looks at the listings of a finder ($1), or at one unit of it ($2), one row a run, the latest first.
WITH looks AS (
    SELECT run_id, listed_at, outcome, reason, new_links, links,
           -- An index page shows other links every time; what a feed or a sitemap says changes with its articles.
           $1 IN ('feed', 'sitemap') AND digest IS NOT NULL
               AND digest IS DISTINCT FROM lag(digest IGNORE NULLS) OVER (PARTITION BY unit ORDER BY listed_at) AS differs
    FROM (SELECT DISTINCT * FROM known_units WHERE finder = $1 AND ($2 IS NULL OR unit = $2))
)
SELECT min(listed_at) AS looked_at, arg_min(outcome, listed_at) AS outcome, arg_min_null(reason, listed_at) AS reason,
       bool_or(new_links > 0 OR differs) AS changed, max(links) AS links
FROM looks
GROUP BY run_id
ORDER BY looked_at DESC
LIMIT 30
