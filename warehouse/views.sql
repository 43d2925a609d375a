-- What analysts use. Made anew whenever this file changes, so a view can be bettered without a migration.
-- What each column means: catalogue.toml.

CREATE OR REPLACE VIEW article_versions AS
SELECT v.article_id, v.version, v.valid_from, v.valid_to, v.valid_to IS NULL AS is_current,
       CASE WHEN v.version = 1 THEN 'new' ELSE 'revised' END AS change_reason,
       t.source_id, s.name AS outlet, t.url, t.canonical_url,
       t.headline, t.subheadline, t.abstract, t.byline, t.authors, t.body, t.body_extent, t.word_count,
       t.dateline, t.located, t.located_all, t.dateline_date, t.dateline_date_text, t.dateline_date_precision, t.dateline_date_basis,
       t.source_tag, t.info_source, a.name AS agency, t.is_wire_copy, t.credit_text,
       t.date_published, t.published_at, t.date_published_text, t.date_published_precision, t.date_published_basis,
       t.date_modified, t.modified_at, t.date_modified_text,
       t.language, t.keywords, t.article_section, t.image_url, t.publisher, t.copyright_notice, t.is_accessible_for_free,
       v.content_hash, v.record_hash, v.fetch_id, v.reader, v.opened_load_id, v.closed_load_id, t.warnings
FROM versions AS v
JOIN texts AS t USING (article_id, record_hash)
LEFT JOIN sources AS s ON s.source_id = t.source_id
LEFT JOIN agencies AS a ON a.info_source = t.info_source;

CREATE OR REPLACE VIEW articles AS
SELECT t.article_id, t.source_id, s.name AS outlet, t.url, t.canonical_url,
       t.headline, t.subheadline, t.abstract, t.byline, t.authors, t.body, t.body_extent, t.word_count,
       t.dateline, t.located, t.located_all, t.dateline_date, t.dateline_date_text, t.dateline_date_precision, t.dateline_date_basis,
       t.source_tag, t.info_source, a.name AS agency, t.is_wire_copy, t.credit_text,
       t.date_published, t.published_at, t.date_published_text, t.date_published_precision, t.date_published_basis,
       t.date_modified, t.modified_at, t.date_modified_text,
       t.language, t.keywords, t.article_section, t.image_url, t.publisher, t.copyright_notice, t.is_accessible_for_free,
       v.content_hash, v.version, v.valid_from, v.opened_load_id AS load_id, t.warnings
FROM texts AS t
JOIN versions AS v ON v.article_id = t.article_id AND v.valid_to IS NULL
LEFT JOIN sources AS s ON s.source_id = t.source_id
LEFT JOIN agencies AS a ON a.info_source = t.info_source
WHERE t.is_current;

CREATE OR REPLACE MACRO articles_as_of(moment) AS TABLE
SELECT * FROM article_versions WHERE valid_from <= moment AND (valid_to IS NULL OR valid_to > moment);

-- Every page that was read and counts, in the order in which the outlet showed them.
CREATE OR REPLACE VIEW article_history AS
SELECT r.article_id, r.observed_at, v.version, t.headline, r.word_count, r.body_extent, r.weaker, r.reject_reason,
       f.origin, f.requested_url, r.read_at, r.reader, r.content_hash, r.record_hash, r.fetch_id, r.load_id
FROM readings AS r
LEFT JOIN versions AS v
  ON v.article_id = r.article_id AND NOT r.weaker AND r.record_hash IS NOT NULL
 AND r.observed_at >= v.valid_from AND (v.valid_to IS NULL OR r.observed_at < v.valid_to)
LEFT JOIN texts AS t ON t.article_id = r.article_id AND t.record_hash = r.record_hash
LEFT JOIN fetches AS f ON f.fetch_id = r.fetch_id
WHERE r.counts AND r.article_id IS NOT NULL;

CREATE OR REPLACE VIEW datelines AS
SELECT article_id, source_id, outlet, url, date_published, position, d.raw AS dateline, d.places AS located_all, d.places[1] AS located,
       d."day" AS dateline_date, d.date_text AS dateline_date_text, d."precision" AS dateline_date_precision, d.basis AS dateline_date_basis,
       d.source_tags, d.info_sources, d.byline, d.rule, d.confidence, d.warnings
FROM (
    SELECT t.article_id, t.source_id, s.name AS outlet, t.url, t.date_published,
           unnest(t.datelines) AS d, generate_subscripts(t.datelines, 1) AS position
    FROM texts AS t
    LEFT JOIN sources AS s ON s.source_id = t.source_id
    WHERE t.is_current
);

CREATE OR REPLACE VIEW field_evidence AS
SELECT article_id, source_id, e."field" AS field, e."value" AS value, e.basis, e.chosen, e.note, observed_at, read_at, reader, fetch_id
FROM (
    SELECT article_id, source_id, unnest(evidence) AS e, observed_at, read_at, reader, fetch_id
    FROM readings
    WHERE counts AND NOT weaker
);

-- The state of every address: what came of its last request, and of reading it.
CREATE OR REPLACE VIEW address_states AS
SELECT a.source_id, a.url_key, a.url, a.finder, a.unit, a.day, a.found_at,
       f.observed_at AS asked_at, f.status, f.next_attempt_at,
       CASE WHEN f.url_key IS NULL AND r.url_key IS NULL THEN 'never_tried'
            WHEN r.is_article THEN 'article'
            WHEN f.outcome IN ('deferred', 'failed', 'gone', 'disallowed', 'reserved', 'refused') THEN f.outcome
            WHEN r.url_key IS NOT NULL THEN 'rejected'
            ELSE 'fetched' END AS outcome,
       CASE WHEN r.is_article THEN NULL WHEN f.outcome IN ('fetched', 'unchanged') OR f.outcome IS NULL THEN r.reason ELSE f.reason END AS reason,
       CASE WHEN r.is_article THEN NULL ELSE r.message END AS message
FROM addresses AS a
LEFT JOIN (
    SELECT source_id, url_key, max(observed_at) AS observed_at, arg_max(outcome, observed_at) AS outcome,
           arg_max(status, observed_at) AS status, arg_max(reason, observed_at) AS reason,
           arg_max(next_attempt_at, observed_at) AS next_attempt_at
    FROM fetches
    WHERE role = 'article'
    GROUP BY ALL
) AS f USING (source_id, url_key)
LEFT JOIN (
    SELECT source_id, url_key, bool_or(record_hash IS NOT NULL) AS is_article,
           arg_max(reject_reason, observed_at) AS reason, arg_max(reject_message, observed_at) AS message
    FROM readings
    WHERE counts
    GROUP BY ALL
) AS r USING (source_id, url_key);

CREATE OR REPLACE VIEW rejects AS
SELECT source_id, url, outcome, reason, message, status, asked_at, next_attempt_at, day, finder, unit, url_key
FROM address_states
WHERE outcome IN ('rejected', 'gone', 'failed', 'disallowed', 'reserved', 'refused');

-- The last look at each unit of an archive.
CREATE OR REPLACE VIEW unit_states AS
SELECT *, CASE WHEN outcome IN ('failed', 'gone', 'deferred', 'disallowed', 'reserved', 'refused') THEN 'unreachable'
               WHEN NOT whole THEN 'partial'
               WHEN links = 0 THEN 'confirmed_empty'
               ELSE 'whole' END AS listing
FROM units
QUALIFY row_number() OVER (PARTITION BY source_id, finder, unit ORDER BY listed_at DESC) = 1;

CREATE OR REPLACE VIEW coverage AS
WITH counted AS (
    SELECT source_id, scope, finder, unit, day, count(*) AS found,
           count(*) FILTER (outcome IN ('article', 'rejected', 'fetched')) AS fetched,
           count(*) FILTER (outcome = 'article') AS articles,
           count(*) FILTER (outcome = 'rejected') AS rejected,
           count(*) FILTER (outcome = 'failed') AS failed,
           count(*) FILTER (outcome = 'deferred') AS deferred,
           count(*) FILTER (outcome IN ('gone', 'disallowed', 'reserved', 'refused')) AS gone,
           count(*) FILTER (outcome = 'never_tried') AS never_tried
    FROM (
        SELECT source_id, 'day' AS scope, NULL AS finder, NULL AS unit, day, outcome FROM address_states WHERE day IS NOT NULL
        UNION ALL
        SELECT source_id, 'unit', finder, unit, NULL, outcome FROM address_states WHERE unit IS NOT NULL
    )
    GROUP BY ALL
),
-- A day is known from units that say which days they cover; the best of them speaks for it.
listed_days AS (
    SELECT source_id, day,
           CASE WHEN bool_or(listing IN ('whole', 'confirmed_empty')) THEN 'whole'
                WHEN bool_or(listing = 'partial') THEN 'partial' ELSE 'unreachable' END AS listing
    FROM (
        SELECT source_id, listing, unnest(generate_series(first_day::TIMESTAMP, last_day::TIMESTAMP, INTERVAL 1 DAY))::DATE AS day
        FROM unit_states
        WHERE first_day IS NOT NULL AND last_day IS NOT NULL AND first_day <= least(last_day, listed_at::DATE)
    )
    GROUP BY ALL
),
listings AS (
    SELECT source_id, 'day' AS scope, NULL::VARCHAR AS finder, NULL::VARCHAR AS unit, day, listing FROM listed_days
    UNION ALL
    SELECT source_id, 'unit', finder, unit, NULL, listing FROM unit_states
)
SELECT coalesce(c.source_id, l.source_id) AS source_id, coalesce(c.scope, l.scope) AS scope, coalesce(c.finder, l.finder) AS finder,
       coalesce(c.unit, l.unit) AS unit, coalesce(c.day, l.day) AS day,
       coalesce(found, 0) AS found, coalesce(fetched, 0) AS fetched, coalesce(articles, 0) AS articles,
       coalesce(rejected, 0) AS rejected, coalesce(failed, 0) AS failed, coalesce(deferred, 0) AS deferred, coalesce(gone, 0) AS gone,
       coalesce(never_tried, 0) AS never_tried,
       CASE WHEN listing = 'unreachable' THEN 'unreachable'
            WHEN coalesce(found, 0) > 0 AND never_tried = found THEN 'never_tried'
            WHEN coalesce(failed, 0) + coalesce(deferred, 0) + coalesce(never_tried, 0) > 0 OR listing = 'partial' THEN 'partial'
            WHEN listing IS NULL THEN 'unlisted'
            WHEN coalesce(found, 0) = 0 THEN 'confirmed_empty'
            ELSE 'complete' END AS state
FROM counted AS c
FULL JOIN listings AS l
  ON c.source_id = l.source_id AND c.scope = l.scope AND c.finder IS NOT DISTINCT FROM l.finder
 AND c.unit IS NOT DISTINCT FROM l.unit AND c.day IS NOT DISTINCT FROM l.day;

CREATE OR REPLACE VIEW source_health AS
SELECT s.source_id, s.name AS outlet,
       r.kind AS last_run_kind, r.state AS last_run_state, r.started_at AS last_run_at, r.message AS last_run_message,
       n.last_article_at, n.last_date_published, coalesce(n.articles, 0) AS articles, coalesce(n.articles_7d, 0) AS articles_7d,
       coalesce(j.rejected, 0) AS rejected, coalesce(j.failed, 0) AS failed, coalesce(j.never_tried, 0) AS never_tried
FROM sources AS s
LEFT JOIN (FROM runs QUALIFY row_number() OVER (PARTITION BY source_id ORDER BY started_at DESC) = 1) AS r USING (source_id)
LEFT JOIN (
    SELECT v.source_id, max(v.valid_from) FILTER (v.version = 1) AS last_article_at, max(t.date_published) AS last_date_published,
           count(*) AS articles, count(*) FILTER (v.version = 1 AND v.valid_from > (now() AT TIME ZONE 'UTC') - INTERVAL 7 DAY) AS articles_7d
    FROM versions AS v JOIN (SELECT article_id, record_hash, date_published FROM texts WHERE is_current) AS t USING (article_id, record_hash)
    WHERE v.valid_to IS NULL
    GROUP BY ALL
) AS n USING (source_id)
LEFT JOIN (
    SELECT source_id, count(*) FILTER (outcome = 'rejected') AS rejected, count(*) FILTER (outcome = 'failed') AS failed,
           count(*) FILTER (outcome = 'never_tried') AS never_tried
    FROM address_states
    GROUP BY ALL
) AS j USING (source_id);
