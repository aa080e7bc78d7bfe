-- The front door: which provider may bring what for which client, what it brought, and what was turned away.

-- A key in a URL names a source. Only its hash is kept: who reads the database cannot deliver.
create table sources (
    number     bigint generated always as identity unique,
    id         uuid    primary key,
    client_id  uuid    not null references clients (id),
    provider   text    not null,
    key_hash   bytea   not null unique,
    created_at timestamptz    not null,
    closed_at  timestamptz
);
create index sources_client on sources (client_id, provider);

-- One request as it came in, written before it was answered. Internal for ever.
create table arrivals (
    number       bigint generated always as identity unique,
    id           uuid    primary key,
    source_id    uuid    not null references sources (id),
    client_id    uuid    not null references clients (id),
    provider     text    not null,
    delivery_key text    not null,
    body         bytea   not null,
    body_hash    bytea   not null,
    state        text    not null check (state in ('received', 'recorded', 'duplicate', 'parked', 'rejected')),
    reason       text,
    received_at  timestamptz    not null,
    settled_at   timestamptz,
    unique (provider, client_id, delivery_key),
    check ((state = 'received') = (settled_at is null))
);
create index arrivals_waiting on arrivals (number) where state = 'received';
create index arrivals_source on arrivals (client_id, provider, received_at desc);

-- What was turned away at the door, added up: nothing of a request that nobody can vouch for is kept.
create table refusals (
    client_id  uuid    not null references clients (id),
    provider   text    not null,
    reason     text    not null,
    count      bigint not null check (count > 0),
    first_at   timestamptz    not null,
    last_at    timestamptz    not null,
    primary key (client_id, provider, reason)
);

-- What each source brought lately.
create index payloads_source on payloads (client_id, provider, received_at desc);

grant select, insert, update on internal.sources, internal.arrivals, internal.refusals to quotedeck_app;
