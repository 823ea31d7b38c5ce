-- What a refresh of a registration changes besides its time, so that it need not write the rest again. NULL until the first
-- refresh: then it stands in the body. A release that does not know the columns reads the Call-ID and CSeq of before.
ALTER TABLE registrations ADD COLUMN call_id TEXT;
ALTER TABLE registrations ADD COLUMN cseq BIGINT;
