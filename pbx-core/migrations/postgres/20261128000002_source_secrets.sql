-- What a source is told in a header of every question: sealed, NULL if nothing.
ALTER TABLE sources ADD COLUMN secret BYTEA;
ALTER TABLE sources ADD COLUMN secret_header TEXT NOT NULL DEFAULT 'Authorization';
