-- Whose the database is: a random name of its own, and the fingerprint of the key that its secrets are sealed with, salted
-- with that name. NULL until a release that knows them has opened it.
ALTER TABLE server ADD COLUMN instance BLOB;
ALTER TABLE server ADD COLUMN fingerprint BLOB;
-- Tenants that were removed, and when. A tenant's id comes from its name: what was still on its way about the old one must not
-- come into the hands of another of that name.
CREATE TABLE removed_tenants (
    id BLOB NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL
);
