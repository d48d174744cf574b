-- The candidates' ids and what the model said of them, beside their numbers.
ALTER TABLE likenesses ADD COLUMN ids TEXT NOT NULL DEFAULT '[]';
ALTER TABLE likenesses ADD COLUMN said TEXT NOT NULL DEFAULT '[]';
