-- Every version of one article, each with the capture that it was read from and where that lies.
SELECT v.*, f.observed_at, f.origin, f.requested_url, f.final_url, f.content_type, f.status,
       f.segment_id, f.record_offset, f.record_length, s.file AS segment_file
FROM article_versions AS v
LEFT JOIN fetches AS f USING (fetch_id)
LEFT JOIN (SELECT segment_id, arg_max(file, noted_at) AS file FROM segments GROUP BY ALL) AS s USING (segment_id)
WHERE v.article_id = $article_id
ORDER BY v.version;
