-- One step outward: addresses of the same articles, and addresses that believed links tie to those of the area.
INSERT INTO area
SELECT url_key, item FROM (
    SELECT u.url_key, u.item
    FROM article_urls AS u
    WHERE u.article_id IN (SELECT a.article_id FROM article_urls AS a SEMI JOIN area USING (url_key, item)
                           WHERE a.source_id = getvariable('source_id'))
    UNION
    SELECT l.to_key, l.item FROM links AS l SEMI JOIN area AS a ON a.url_key = l.url_key AND a.item = l.item
    WHERE l.source_id = getvariable('source_id') AND l.believed
    UNION
    SELECT l.url_key, l.item FROM links AS l SEMI JOIN area AS a ON a.url_key = l.to_key AND a.item = l.item
    WHERE l.source_id = getvariable('source_id') AND l.believed
)
EXCEPT
SELECT url_key, item FROM area;
