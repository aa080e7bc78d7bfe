-- Who works here, and for whom. Every table has: number (the reference people say aloud), id (UUIDv7, made by the
-- program), version (raised by every change; a write names the version it saw).

create table clients (
    number          bigint generated always as identity unique,
    id              uuid    primary key,
    name            text    not null unique,
    time_zone       text    not null,
    region          text    not null,
    low_value_below bigint not null check (low_value_below >= 0),
    high_value_at   bigint not null check (high_value_at >= low_value_below),
    version         bigint not null default 1,
    created_at      timestamptz    not null
);

create table people (
    number      bigint generated always as identity unique,
    id          uuid    primary key,
    name        text    not null unique,
    role        text    not null check (role in ('viewer', 'reviewer', 'operator', 'owner')),
    all_clients boolean not null default true,
    version     bigint not null default 1,
    created_at  timestamptz    not null
);

-- The clients a person may see, for people whose all_clients is false.
create table person_clients (
    person_id uuid not null references people (id),
    client_id uuid not null references clients (id),
    primary key (person_id, client_id)
);

-- The client's own numbers, mailboxes and accounts: they tell whose payload arrived.
create table client_addresses (
    address   text not null primary key,
    client_id uuid not null references clients (id)
);
