-- How often a client's site was found by searching: measured facts, one a day and thing, and no event of any lead.

create table found (
    client_id   uuid        not null references clients (id),
    site        text        not null,
    -- By California's clock, as Search Console has it: 2026-06-01.
    day         text        not null,
    dimension   text        not null check (dimension in ('site', 'page', 'query')),
    -- A URL may be longer than an index takes.
    key_hash    bytea       not null,
    key         text        not null,
    clicks      bigint      not null check (clicks >= 0),
    impressions bigint      not null check (impressions >= 0),
    -- The mean place in hundredths.
    position    bigint      not null,
    updated_at  timestamptz not null,
    primary key (client_id, site, day, dimension, key_hash)
);

grant select, insert, update on internal.found to quotedeck_app;
