-- Nothing was ever withdrawn.
CREATE OR REPLACE TEMP TABLE withdrawn (url_key UUID);
CREATE OR REPLACE TEMP TABLE withdrawn_readings (fetch_id UUID, url_key UUID, item SMALLINT);
