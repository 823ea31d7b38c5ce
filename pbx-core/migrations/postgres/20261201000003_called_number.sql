-- Where a trunk says which number is called.
ALTER TABLE trunks ADD COLUMN called_number TEXT NOT NULL DEFAULT 'auto';
