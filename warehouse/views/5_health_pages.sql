-- How the pages of an outlet read lately, against its limits and against its own past. Only what an ingest fetched live
-- is judged: a backfill or an import says nothing of how the outlet does now.

-- What each outlet's file called normal at that moment.
CREATE MACRO health_limits(source, moment) AS TABLE
SELECT s.source_id, e.silence_days, coalesce(e.per, 'week') AS per, e.articles_min, e.articles_max, e.filled, e.rejected_max, e.words_min, e.words_max,
       coalesce(e.judge_layout, true) AS judge_layout, coalesce(e.judge_history, true) AS judge_history, coalesce(e.lookback_days, 7) AS lookback_days
FROM sources AS s
LEFT JOIN (
    SELECT * FROM expectations
    WHERE noted_at <= moment
    QUALIFY row_number() OVER (PARTITION BY source_id ORDER BY noted_at DESC) = 1
) AS e ON e.source_id = s.source_id
WHERE source IS NULL OR s.source_id = source;

-- The ingests that asked something, or failed: a pass in which nothing was due says nothing of how the outlet does.
CREATE MACRO health_looks(source, moment) AS TABLE
SELECT * FROM runs
WHERE kind = 'ingest' AND started_at <= moment AND (source IS NULL OR source_id = source) AND (requests > 0 OR state = 'failed');

-- The latest pages that ingests fetched, place 1 being the newest, as one reader read them.
CREATE MACRO health_samples(source, moment) AS TABLE
WITH pages AS (
    SELECT r.source_id, r.fetch_id, r.item, f.run_id, r.observed_at, r.reader, r.url_key, r.article_id, r.record_hash, r.word_count,
           r.layout, r.date_published, row_number() OVER (PARTITION BY r.source_id ORDER BY r.observed_at DESC, r.fetch_id, r.item) AS place
    FROM readings AS r
    JOIN fetches AS f ON f.fetch_id = r.fetch_id
    JOIN runs AS u ON u.run_id = f.run_id
    WHERE r.counts AND r.observed_at <= moment AND f.origin = 'live' AND u.kind = 'ingest'
      AND (source IS NULL OR (r.source_id = source AND f.source_id = source))
    QUALIFY place <= 500
)
SELECT p.*, p.run_id = l.run_id AS in_last_run, p.record_hash IS NOT NULL AS is_article, a.url_key IS NOT NULL AS is_new,
       -- The day by which its date is measured: what listing or address said; a sitemap without days lists the whole archive,
       -- and a feed, when it is first read, what has gathered there.
       CASE WHEN a.day_basis IN ('url', 'listing') THEN a.day
            WHEN a.finder = 'feed' AND a.run_id <> n.run_id THEN p.observed_at::DATE END AS listed_day
FROM pages AS p
-- What another reader read may differ because of the reader.
JOIN (SELECT source_id, arg_min(run_id, place) AS run_id, arg_min(reader, place) AS reader FROM pages GROUP BY source_id) AS l
  ON l.source_id = p.source_id AND l.reader = p.reader
LEFT JOIN addresses AS a ON a.source_id = p.source_id AND a.url_key = p.url_key AND a.run_id = p.run_id
LEFT JOIN (
    SELECT source_id, unit, arg_min(run_id, found_at) AS run_id FROM addresses
    WHERE finder = 'feed' AND (source IS NULL OR source_id = source)
    GROUP BY ALL
) AS n ON n.source_id = a.source_id AND n.unit = a.unit;

-- One answer a page and check, true being good; `usual` is whether the outlet's own past is asked, too.
CREATE MACRO health_answers(source, moment) AS TABLE
WITH samples AS MATERIALIZED (
    SELECT *, count(*) FILTER (in_last_run) OVER (PARTITION BY source_id) AS fresh FROM health_samples(source, moment)
),
limits AS MATERIALIZED (FROM health_limits(source, moment)),
-- What was usual before the last run and the latest pages.
past AS (
    SELECT source_id, quantile_cont(word_count, 0.1) AS short, quantile_cont(word_count, 0.9) AS long, count(*) AS pages
    FROM samples
    WHERE is_article AND NOT in_last_run AND place > 5
    GROUP BY source_id
),
layouts AS (
    SELECT source_id, layout FROM samples
    WHERE layout IS NOT NULL AND NOT in_last_run AND place > 5
    GROUP BY source_id, layout
    HAVING count(*) > 1
),
fields AS (
    SELECT source_id, f."field" AS field, f.share FROM (SELECT source_id, unnest(filled) AS f FROM limits)
    UNION ALL
    SELECT source_id, field, NULL
    FROM limits CROSS JOIN (VALUES ('headline'), ('body'), ('date_published'), ('dateline'), ('byline')) AS usual (field)
    WHERE judge_history
),
read AS (
    SELECT s.source_id, s.place, s.observed_at, s.in_last_run, list_distinct([
        if(coalesce(t.headline, '') = '', 'headline', NULL), if(coalesce(t.subheadline, '') = '', 'subheadline', NULL),
        if(coalesce(t.abstract, '') = '', 'abstract', NULL), if(coalesce(t.byline, '') = '', 'byline', NULL),
        if(len(t.authors) = 0, 'authors', NULL), if(t.word_count = 0, 'body', NULL), if(t.dateline IS NULL, 'dateline', NULL),
        if(t.located IS NULL, 'located', NULL), if(len(t.located_all) = 0, 'located_all', NULL),
        if(t.dateline_date IS NULL, 'dateline_date', NULL), if(t.dateline_date_text IS NULL, 'dateline_date_text', NULL),
        if(t.dateline_date_precision IS NULL, 'dateline_date_precision', NULL), if(t.dateline_date_basis IS NULL, 'dateline_date_basis', NULL),
        if(len(t.datelines) = 0, 'datelines', NULL), if(t.source_tag IS NULL, 'source_tag', NULL),
        if(t.info_source IS NULL, 'info_source', NULL), if(t.is_wire_copy IS NULL, 'is_wire_copy', NULL),
        if(t.credit_text IS NULL, 'credit_text', NULL), if(t.date_published IS NULL, 'date_published', NULL),
        if(t.published_at IS NULL, 'published_at', NULL), if(t.date_published_text IS NULL, 'date_published_text', NULL),
        if(t.date_published_precision IS NULL, 'date_published_precision', NULL), if(t.date_published_basis IS NULL, 'date_published_basis', NULL),
        if(t.date_modified IS NULL, 'date_modified', NULL), if(t.modified_at IS NULL, 'modified_at', NULL),
        if(t.date_modified_text IS NULL, 'date_modified_text', NULL), if(t.language IS NULL, 'language', NULL),
        if(len(t.keywords) = 0, 'keywords', NULL), if(t.article_section IS NULL, 'article_section', NULL),
        if(t.image_url IS NULL, 'image_url', NULL), if(t.canonical_url IS NULL, 'canonical_url', NULL),
        if(t.publisher IS NULL, 'publisher', NULL), if(t.copyright_notice IS NULL, 'copyright_notice', NULL),
        if(t.is_accessible_for_free IS NULL, 'is_accessible_for_free', NULL)]) AS missing
    FROM samples AS s JOIN texts AS t ON t.article_id = s.article_id AND t.record_hash = s.record_hash
),
-- Days that the outlet itself stated and that were not believed: the row may be right all the same, and the outlet is not.
refused AS (
    SELECT source_id, place, bool_or(e.note = 'later than the page was seen') AS is_ahead,
           bool_or(e.note LIKE 'a first of January%' AND coalesce(observed_at::DATE - try_cast(left(e."value", 10) AS DATE) > 7, true)) AS is_january
    FROM (
        SELECT s.source_id, s.place, s.observed_at, unnest(r.evidence) AS e
        FROM samples AS s
        JOIN readings AS r ON r.source_id = s.source_id AND r.observed_at = s.observed_at AND r.fetch_id = s.fetch_id AND r.item = s.item AND r.reader = s.reader
        WHERE s.is_article
    )
    WHERE e.field = 'date_published' AND e.basis IN ('json-ld', 'meta', 'feed', 'news-sitemap', 'url')
    GROUP BY ALL
),
dated AS (
    SELECT s.*, coalesce(r.is_ahead, false) AS is_ahead, coalesce(r.is_january, false) AS is_january
    FROM samples AS s LEFT JOIN refused AS r USING (source_id, place)
)
SELECT source_id, 'rejected' AS "check", place, observed_at, in_last_run, is_article AS good, 1 - rejected_max AS least, judge_history AS usual
FROM samples JOIN limits USING (source_id)
UNION ALL
SELECT source_id, 'filled.' || field, place, observed_at, in_last_run, NOT list_contains(missing, field), max(share), any_value(judge_history)
FROM read JOIN fields USING (source_id) JOIN limits USING (source_id)
GROUP BY ALL
UNION ALL
SELECT source_id, 'layout', place, observed_at, in_last_run, k.layout IS NOT NULL, NULL, judge_history
FROM samples AS s JOIN limits USING (source_id) LEFT JOIN layouts AS k USING (source_id, layout)
WHERE s.layout IS NOT NULL AND judge_layout
UNION ALL
SELECT source_id, 'words.short', place, observed_at, in_last_run, word_count >= short, NULL, judge_history
FROM samples JOIN past USING (source_id) JOIN limits USING (source_id)
WHERE is_article
UNION ALL
SELECT source_id, 'words.long', place, observed_at, in_last_run, word_count <= long, NULL, judge_history
FROM samples JOIN past USING (source_id) JOIN limits USING (source_id)
WHERE is_article
UNION ALL
SELECT source_id, 'dates.future', place, observed_at, in_last_run, NOT is_ahead AND coalesce(date_published <= observed_at::DATE + 1, true), 0.9, false
FROM dated WHERE date_published IS NOT NULL OR is_ahead
UNION ALL
SELECT source_id, 'dates.first_of_january', place, observed_at, in_last_run,
       NOT is_january AND NOT coalesce(month(date_published) = 1 AND day(date_published) = 1 AND observed_at::DATE - date_published > 7, false), 0.8, false
FROM dated WHERE date_published IS NOT NULL OR is_january
UNION ALL
SELECT source_id, 'dates.old', place, observed_at, in_last_run, listed_day - date_published <= 60, 0.8, false
FROM samples WHERE date_published IS NOT NULL AND is_new AND listed_day IS NOT NULL;
