-- What the outlets wrote: current state, every version, and every look at it.

-- Every parsed record with the names of its outlet and its agency: the columns that `articles` and `article_versions` share.
CREATE VIEW records AS
SELECT t.article_id, t.record_hash, t.is_current, t.source_id, s.name AS outlet, t.url, t.canonical_url,
       t.headline, t.subheadline, t.abstract, t.byline, t.authors, t.body, t.body_extent, t.word_count,
       t.dateline, t.located, t.located_all, t.dateline_date, t.dateline_date_text, t.dateline_date_precision, t.dateline_date_basis,
       t.source_tag, t.info_source, coalesce(a.name, CASE WHEN t.info_source = s.info_source THEN s.name END, t.info_source) AS agency,
       t.is_wire_copy, t.credit_text,
       t.date_published, t.published_at, t.date_published_text, t.date_published_precision, t.date_published_basis,
       t.date_modified, t.modified_at, t.date_modified_text,
       t.language, t.keywords, t.article_section, t.image_url, t.publisher, t.copyright_notice, t.is_accessible_for_free,
       t.warnings, t.datelines
FROM texts AS t
LEFT JOIN sources AS s ON s.source_id = t.source_id
LEFT JOIN agencies AS a ON a.info_source = t.info_source;

CREATE VIEW articles AS
SELECT t.* EXCLUDE (record_hash, is_current, warnings, datelines),
       v.version, v.valid_from, v.content_hash, v.opened_load_id AS load_id, t.warnings
FROM records AS t
JOIN versions AS v ON v.article_id = t.article_id AND v.valid_to IS NULL
WHERE t.is_current;

CREATE VIEW article_versions AS
SELECT v.article_id, v.version, v.valid_from, v.valid_to, v.valid_to IS NULL AS is_current,
       CASE WHEN v.version = 1 THEN 'new' ELSE 'revised' END AS change_reason,
       t.* EXCLUDE (article_id, record_hash, is_current, warnings, datelines),
       v.content_hash, v.record_hash, v.fetch_id, v.reader, v.opened_load_id, v.closed_load_id, t.warnings
FROM versions AS v
JOIN records AS t ON t.article_id = v.article_id AND t.record_hash = v.record_hash;

CREATE MACRO articles_as_of(moment) AS TABLE
SELECT * FROM article_versions WHERE valid_from <= moment AND (valid_to IS NULL OR valid_to > moment);

-- What an id (also one that was merged) or an address stands for.
CREATE MACRO article_ids(article) AS TABLE
SELECT coalesce(m.merged_into, named.article_id) AS article_id
FROM (
    SELECT try_cast(article AS UUID) AS article_id
    UNION
    SELECT u.article_id
    FROM article_urls AS u JOIN addresses AS a ON a.source_id = u.source_id AND a.url_key = u.url_key
    WHERE a.url = article::VARCHAR
    UNION
    SELECT t.article_id FROM texts AS t WHERE t.url = article::VARCHAR OR t.canonical_url = article::VARCHAR
) AS named
LEFT JOIN merges AS m ON m.article_id = named.article_id
WHERE named.article_id IS NOT NULL;

-- The same columns as article_versions; the article's versions are found first, so that no other text is read.
CREATE MACRO versions_of(article) AS TABLE
WITH wanted AS MATERIALIZED (
    SELECT * FROM versions WHERE article_id IN (SELECT i.article_id FROM article_ids(article) AS i)
)
SELECT v.article_id, v.version, v.valid_from, v.valid_to, v.valid_to IS NULL AS is_current,
       CASE WHEN v.version = 1 THEN 'new' ELSE 'revised' END AS change_reason,
       t.* EXCLUDE (article_id, record_hash, is_current, warnings, datelines),
       v.content_hash, v.record_hash, v.fetch_id, v.reader, v.opened_load_id, v.closed_load_id, t.warnings
FROM wanted AS v
JOIN records AS t ON t.article_id = v.article_id AND t.record_hash = v.record_hash
ORDER BY v.article_id, v.version;

-- Texts a line a paragraph, as diff tools want them.
CREATE VIEW article_paragraphs AS
SELECT article_id, version, valid_from, position - 1 AS position, paragraph
FROM (
    SELECT article_id, version, valid_from, unnest(parts) AS paragraph, generate_subscripts(parts, 1) AS position
    FROM (
        SELECT v.article_id, v.version, v.valid_from, list_prepend(t.headline, string_split(t.body, chr(10) || chr(10))) AS parts
        FROM versions AS v JOIN texts AS t ON t.article_id = v.article_id AND t.record_hash = v.record_hash
    )
);

CREATE MACRO diff_of(article) AS TABLE
WITH lines AS MATERIALIZED (
    SELECT article_id, version, valid_from, unnest(parts) AS paragraph, generate_subscripts(parts, 1) - 1 AS position
    FROM (
        SELECT v.article_id, v.version, v.valid_from, list_prepend(v.headline, string_split(v.body, chr(10) || chr(10))) AS parts
        FROM versions_of(article) AS v
    )
),
steps AS (
    SELECT DISTINCT article_id, version, valid_from FROM lines WHERE version > 1
)
SELECT s.article_id, s.version, s.valid_from, '-' AS mark, o.position, o.paragraph
FROM steps AS s JOIN lines AS o ON o.article_id = s.article_id AND o.version = s.version - 1
WHERE NOT EXISTS (SELECT 1 FROM lines AS n WHERE n.article_id = s.article_id AND n.version = s.version AND n.paragraph = o.paragraph)
UNION ALL
SELECT n.article_id, n.version, n.valid_from, '+', n.position, n.paragraph
FROM lines AS n
WHERE n.version > 1
  AND NOT EXISTS (SELECT 1 FROM lines AS o WHERE o.article_id = n.article_id AND o.version = n.version - 1 AND o.paragraph = n.paragraph)
ORDER BY article_id, version, position, mark DESC;

-- Every page that was read and counts, in the order in which the outlet showed them.
CREATE VIEW article_history AS
SELECT r.article_id, r.observed_at, v.version, t.headline, r.word_count, r.body_extent, r.weaker, r.reject_reason,
       f.origin, f.requested_url, r.read_at, r.reader, r.content_hash, r.record_hash, r.fetch_id, r.load_id
FROM readings AS r
LEFT JOIN versions AS v
  ON v.article_id = r.article_id AND NOT r.weaker AND r.record_hash IS NOT NULL
 AND r.observed_at >= v.valid_from AND (v.valid_to IS NULL OR r.observed_at < v.valid_to)
LEFT JOIN texts AS t ON t.article_id = r.article_id AND t.record_hash = r.record_hash
LEFT JOIN fetches AS f ON f.fetch_id = r.fetch_id
WHERE r.counts AND r.article_id IS NOT NULL;

CREATE VIEW datelines AS
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

CREATE VIEW field_evidence AS
SELECT article_id, source_id, e."field" AS field, e."value" AS value, e.basis, e.chosen, e.note, observed_at, read_at, reader, fetch_id
FROM (
    SELECT article_id, source_id, unnest(evidence) AS e, observed_at, read_at, reader, fetch_id
    FROM readings
    WHERE counts AND NOT weaker
);
