-- Fewer pages that a call and a registration touch.

-- A call is found by SIP's Call-ID through its legs, the caller's among them. The calls of a release that kept no leg
-- of a call that was cut before its answer get the caller's.
INSERT INTO legs SELECT tenant, id, 0, id, from_number, from_person, NULL, sip_call_id, started, NULL, answered, ended,
    sip_code FROM calls WHERE NOT EXISTS (SELECT 1 FROM legs WHERE legs.tenant = calls.tenant AND legs.call = calls.id);
DROP INDEX calls_by_sip_call_id;

-- One tree instead of two.
CREATE TABLE new_registrations (
    tenant BLOB NOT NULL,
    device BLOB NOT NULL,
    key TEXT NOT NULL,
    expires BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (tenant, device, key)
) WITHOUT ROWID;
INSERT INTO new_registrations SELECT * FROM registrations;
DROP TABLE registrations;
ALTER TABLE new_registrations RENAME TO registrations;
