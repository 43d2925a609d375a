-- What analysts use. Made anew at every opening of the live file, so a view can be bettered without a migration.

CREATE OR REPLACE VIEW articles AS
SELECT t.article_id, t.source_id, s.name AS outlet, t.url, t.canonical_url,
       t.headline, t.subheadline, t.abstract, t.byline, t.authors, t.body, t.body_extent, t.word_count,
       t.dateline, t.located, t.located_all, t.dateline_date, t.dateline_date_text, t.dateline_date_precision, t.dateline_date_basis,
       t.source_tag, t.info_source, t.is_wire_copy, t.credit_text,
       t.date_published, t.published_at, t.date_published_text, t.date_published_precision, t.date_published_basis,
       t.date_modified, t.modified_at, t.date_modified_text,
       t.language, t.keywords, t.article_section, t.image_url, t.publisher, t.copyright_notice, t.is_accessible_for_free,
       v.content_hash, v.version, v.valid_from, v.opened_load_id AS load_id, t.warnings
FROM texts AS t
JOIN versions AS v ON v.article_id = t.article_id AND v.valid_to IS NULL
LEFT JOIN sources AS s ON s.source_id = t.source_id
WHERE t.is_current;
