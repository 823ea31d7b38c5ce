-- Fewer trees that every call is written into: ten instead of fourteen.

-- An id is minted once on the whole server, so it needs no tenant before it.
CREATE TABLE new_calls (
    tenant BLOB NOT NULL,
    id BLOB NOT NULL,
    sip_call_id TEXT NOT NULL,
    direction TEXT NOT NULL,
    from_number TEXT NOT NULL,
    from_name TEXT NOT NULL,
    from_person BLOB,
    to_number TEXT NOT NULL,
    to_name TEXT NOT NULL,
    to_person BLOB,
    dialled TEXT NOT NULL,
    started BIGINT NOT NULL,
    answered BIGINT,
    ended BIGINT NOT NULL,
    disposition TEXT NOT NULL,
    cause TEXT NOT NULL,
    sip_code BIGINT NOT NULL,
    talk_us BIGINT NOT NULL,
    cut BIGINT NOT NULL,
    template TEXT,
    search TEXT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (id)
);
INSERT INTO new_calls SELECT * FROM calls;
DROP TABLE calls;
ALTER TABLE new_calls RENAME TO calls;
CREATE INDEX calls_by_time ON calls (tenant, started, id);
CREATE INDEX calls_by_time_anywhere ON calls (started, id);
CREATE INDEX calls_by_sip_call_id ON calls (sip_call_id);

CREATE TABLE new_legs (
    tenant BLOB NOT NULL,
    call BLOB NOT NULL,
    position BIGINT NOT NULL,
    id BLOB NOT NULL,
    party_number TEXT NOT NULL,
    person BLOB,
    device BLOB,
    sip_call_id TEXT NOT NULL,
    started BIGINT NOT NULL,
    ringing BIGINT,
    answered BIGINT,
    ended BIGINT NOT NULL,
    sip_code BIGINT NOT NULL,
    PRIMARY KEY (tenant, call, position)
) WITHOUT ROWID;
INSERT INTO new_legs SELECT * FROM legs;
DROP TABLE legs;
ALTER TABLE new_legs RENAME TO legs;
CREATE INDEX legs_by_sip_call_id ON legs (sip_call_id);

CREATE TABLE new_segments (
    tenant BLOB NOT NULL,
    call BLOB NOT NULL,
    position BIGINT NOT NULL,
    a BLOB NOT NULL,
    b BLOB NOT NULL,
    from_us BIGINT NOT NULL,
    to_us BIGINT NOT NULL,
    media TEXT,
    PRIMARY KEY (tenant, call, position)
) WITHOUT ROWID;
INSERT INTO new_segments SELECT * FROM segments;
DROP TABLE segments;
ALTER TABLE new_segments RENAME TO segments;
