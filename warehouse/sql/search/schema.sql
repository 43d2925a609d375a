-- The search sidecar. All of it can be made anew from the reading copy; nothing else may be kept here.
-- `id` is the day of publication times 2^20 and a number within the day, so that a range of days is a range of ids and
-- the newest come last. Articles without a day lie below the first day there is.

CREATE TABLE state (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;

-- Words and forms as warehouse/wording.py gives them; no copy of the text is kept in the index itself.
CREATE VIRTUAL TABLE words USING fts5(
    headline, body, headline_forms, body_forms, content = '', tokenize = "ascii tokenchars '.'"
);

CREATE TABLE articles (article_id BLOB PRIMARY KEY, record_hash BLOB, id INTEGER) WITHOUT ROWID;

CREATE TABLE facets (id INTEGER PRIMARY KEY, outlet INTEGER, agency INTEGER);

CREATE TABLE texts (
    id          INTEGER PRIMARY KEY,
    article_id  BLOB,
    record_hash BLOB,
    url         TEXT,
    language    TEXT,
    source_tag  TEXT,
    places      TEXT,   -- JSON, as printed
    headline    TEXT,
    body        BLOB,   -- deflated
    sketch      BLOB    -- warehouse/copies.py
);

CREATE TABLE places (place TEXT, id INTEGER, PRIMARY KEY (place, id)) WITHOUT ROWID;
CREATE TABLE copies (mark INTEGER, id INTEGER, PRIMARY KEY (mark, id)) WITHOUT ROWID;
CREATE TABLE days (outlet INTEGER, day INTEGER, articles INTEGER, PRIMARY KEY (outlet, day)) WITHOUT ROWID;

CREATE TABLE outlets (outlet INTEGER PRIMARY KEY, source_id TEXT UNIQUE, name TEXT);
CREATE TABLE agencies (agency INTEGER PRIMARY KEY, info_source TEXT UNIQUE, name TEXT);
CREATE TABLE languages (language TEXT PRIMARY KEY) WITHOUT ROWID;

INSERT INTO words(words, rank) VALUES ('hashsize', 16000000);
INSERT INTO words(words, rank) VALUES ('rank', 'bm25(10.0, 1.0, 8.0, 0.8)');
