-- What stands in for a source's answer while it is slow or down: JSON, NULL if nothing is declared.
ALTER TABLE sources ADD COLUMN default_answer TEXT;
