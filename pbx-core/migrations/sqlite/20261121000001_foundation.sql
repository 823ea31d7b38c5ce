-- Conventions: BIGINT for every integer and truth value, time as microseconds since 1970 UTC, ids as 16 bytes, JSON as text,
-- no defaults and no clocks of the database. What a tenant owns has the tenant first in its key.

CREATE TABLE server (
    id BIGINT NOT NULL PRIMARY KEY,
    revision BIGINT NOT NULL
);

CREATE TABLE tenants (
    id BLOB NOT NULL PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    timezone TEXT NOT NULL,
    country TEXT NOT NULL,
    language TEXT NOT NULL,
    holidays TEXT NOT NULL
);

CREATE TABLE domains (
    domain TEXT NOT NULL PRIMARY KEY,
    tenant BLOB NOT NULL,
    position BIGINT NOT NULL
);
CREATE INDEX domains_of_tenant ON domains (tenant, position);

CREATE TABLE accounts (
    id BLOB NOT NULL PRIMARY KEY,
    tenant BLOB,
    role TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE,
    person BLOB,
    password TEXT
);
CREATE INDEX accounts_of_tenant ON accounts (tenant, email);

CREATE TABLE people (
    tenant BLOB NOT NULL,
    id BLOB NOT NULL,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    extension TEXT NOT NULL,
    email TEXT,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, slug),
    UNIQUE (tenant, extension)
);

CREATE TABLE devices (
    tenant BLOB NOT NULL,
    id BLOB NOT NULL,
    person BLOB NOT NULL,
    position BIGINT NOT NULL,
    slug TEXT NOT NULL,
    label TEXT NOT NULL,
    sip_user TEXT NOT NULL UNIQUE,
    secret BLOB,
    contact TEXT,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, person, slug)
);

CREATE TABLE trunks (
    id BLOB NOT NULL PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    peers TEXT NOT NULL
);

CREATE TABLE numbers (
    tenant BLOB NOT NULL,
    id BLOB NOT NULL,
    slug TEXT NOT NULL,
    e164 TEXT NOT NULL,
    label TEXT NOT NULL,
    trunk BLOB,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, slug),
    UNIQUE (trunk, e164)
);

CREATE TABLE bindings (
    tenant BLOB NOT NULL,
    scope TEXT NOT NULL,
    subject BLOB NOT NULL,
    template TEXT NOT NULL,
    params TEXT NOT NULL,
    PRIMARY KEY (tenant, scope, subject)
);

CREATE TABLE template_versions (
    id BLOB NOT NULL PRIMARY KEY,
    slug TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    body TEXT NOT NULL
);

CREATE TABLE sources (
    tenant BLOB NOT NULL,
    id BLOB NOT NULL,
    slug TEXT NOT NULL,
    kind TEXT NOT NULL,
    url TEXT NOT NULL,
    timeout_ms BIGINT NOT NULL,
    allowed_hosts TEXT NOT NULL,
    allow_private BIGINT NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, slug)
);

CREATE TABLE calls (
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
    PRIMARY KEY (tenant, id)
);
CREATE INDEX calls_by_time ON calls (tenant, started, id);
CREATE INDEX calls_by_time_anywhere ON calls (started, id);
CREATE INDEX calls_by_id ON calls (id);
CREATE INDEX calls_by_sip_call_id ON calls (sip_call_id);

CREATE TABLE legs (
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
);
CREATE INDEX legs_by_sip_call_id ON legs (sip_call_id);

CREATE TABLE segments (
    tenant BLOB NOT NULL,
    call BLOB NOT NULL,
    position BIGINT NOT NULL,
    a BLOB NOT NULL,
    b BLOB NOT NULL,
    from_us BIGINT NOT NULL,
    to_us BIGINT NOT NULL,
    media TEXT,
    PRIMARY KEY (tenant, call, position)
);

CREATE TABLE open_calls (
    tenant BLOB NOT NULL,
    id BLOB NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
);

CREATE TABLE registrations (
    tenant BLOB NOT NULL,
    device BLOB NOT NULL,
    key TEXT NOT NULL,
    expires BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (tenant, device, key)
);

CREATE TABLE journal_position (
    id BIGINT NOT NULL PRIMARY KEY,
    segment BIGINT NOT NULL,
    place BIGINT NOT NULL
);

CREATE TABLE audit (
    id BLOB NOT NULL PRIMARY KEY,
    tenant BLOB,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX audit_by_time ON audit (tenant, at, id);
CREATE INDEX audit_by_object ON audit (tenant, object, at);

CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    data TEXT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX sessions_by_expiry ON sessions (expires);

CREATE TABLE tokens (
    tenant BLOB NOT NULL,
    id BLOB NOT NULL,
    label TEXT NOT NULL,
    hash BLOB NOT NULL UNIQUE,
    scopes TEXT NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT,
    last_used BIGINT,
    PRIMARY KEY (tenant, id)
);

CREATE TABLE idempotency_keys (
    tenant BLOB NOT NULL,
    key TEXT NOT NULL,
    request_hash BLOB NOT NULL,
    status BIGINT,
    body TEXT,
    expires BIGINT NOT NULL,
    PRIMARY KEY (tenant, key)
);
CREATE INDEX idempotency_keys_by_expiry ON idempotency_keys (expires);
