-- No address points to another, so there is nothing to believe.
CREATE OR REPLACE TEMP TABLE turned (url_key UUID, item SMALLINT, to_key UUID, believed BOOLEAN);
