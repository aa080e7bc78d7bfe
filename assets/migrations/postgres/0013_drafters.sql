-- Drafts that the product makes itself: what they were made from and by, what that cost, and whether more is known by
-- now; and blocks that a second person let pass.

alter table drafts add column subject text not null default 'lead' check (subject in ('lead', 'week'));
alter table drafts add column period text not null default '';
alter table drafts add column prompt_version text not null default '';
alter table drafts add column evidence_version text not null default '';
alter table drafts add column tokens bigint not null default 0;
alter table drafts add column cost_micros bigint not null default 0;
alter table drafts add column newer_at timestamptz;

create table overrides (
    id           uuid        not null primary key,
    draft_id     uuid        not null references drafts (id),
    text_hash    bytea       not null,
    kinds        text        not null,
    asked_by     uuid        not null references people (id),
    asked_at     timestamptz not null,
    asked_why    text        not null check (trim(asked_why) <> ''),
    granted_by   uuid references people (id),
    granted_at   timestamptz,
    granted_why  text,
    check ((granted_by is null) = (granted_at is null) and (granted_by is null) = (granted_why is null)),
    check (granted_by is null or granted_by <> asked_by)
);
create index overrides_draft on overrides (draft_id, asked_at);
grant select, insert, update on overrides to quotedeck_app;
