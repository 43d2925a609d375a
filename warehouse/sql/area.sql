-- Where an article may have changed: the touched addresses, both ends of every link that turned, what came of it before.
CREATE OR REPLACE TEMP TABLE area AS
SELECT DISTINCT url_key, item FROM judged
UNION
SELECT url_key, item FROM withdrawn_readings
UNION
SELECT url_key, item FROM turned
UNION
SELECT to_key, item FROM turned
UNION
SELECT url_key, item FROM old_links
UNION
SELECT to_key, item FROM old_links
UNION
SELECT to_key, item FROM new_links WHERE how = 'redirect';
