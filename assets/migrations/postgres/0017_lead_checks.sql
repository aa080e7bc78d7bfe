-- What speaks against a lead: that it may be another one told twice, that it may be spam; and leads that were merged.

-- What a name and a place, and a street, come to: a lead that may be the same is found by them without reading all.
alter table leads add column name_key text;
alter table leads add column street_key text;
create index leads_name_key on leads (client_id, name_key, arrived_at desc) where name_key is not null;
create index leads_street_key on leads (client_id, street_key, arrived_at desc) where street_key is not null;
create index leads_merged on leads (merged_into) where merged_into is not null;

-- A doubt stands until a person settles it; it is never deleted.
create table lead_findings (
    id         uuid not null primary key,
    lead_id    uuid not null references leads (id),
    kind       text not null check (kind in ('duplicate', 'spam')),
    severity   text not null check (severity in ('note', 'warn', 'block')),
    -- The lead that was there before, of a duplicate.
    other_id   uuid references leads (id),
    score      bigint not null,
    reason     text not null,
    found_at   timestamptz not null,
    settled_at timestamptz,
    verdict    text check (verdict in ('merged', 'distinct', 'not_spam')),
    check ((settled_at is null) = (verdict is null)),
    check ((kind = 'duplicate') = (other_id is not null))
);
create unique index lead_findings_pair on lead_findings (lead_id, other_id) where kind = 'duplicate';
create unique index lead_findings_spam on lead_findings (lead_id) where kind = 'spam';
create index lead_findings_other on lead_findings (other_id) where other_id is not null;

-- One merge: what each lead was before, so that it can be taken back.
create table lead_merges (
    id           uuid not null primary key,
    lead_id      uuid not null references leads (id),
    into_id      uuid not null references leads (id),
    state_before text not null,
    lost_before  text,
    next_before  text not null,
    filled       text not null,
    merged_at    timestamptz not null,
    unmerged_at  timestamptz
);
create unique index lead_merges_live on lead_merges (lead_id) where unmerged_at is null;
create index lead_merges_into on lead_merges (into_id);

grant select, insert, update on internal.lead_findings, internal.lead_merges to quotedeck_app;
