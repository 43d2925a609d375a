-- The days that a backfill was asked for: what is missing of them is missing also where no listing was found that names them.
ALTER TABLE runs ADD COLUMN first_day DATE;
ALTER TABLE runs ADD COLUMN last_day DATE;
