-- Drafts that the product makes itself: what they were made from and by, what that cost, and whether more is known by
-- now; and blocks that a second person let pass.

alter table drafts add column subject text not null default 'lead' check (subject in ('lead', 'week'));
alter table drafts add column period text not null default '';
alter table drafts add column prompt_version text not null default '';
alter table drafts add column evidence_version text not null default '';
alter table drafts add column tokens integer not null default 0;
alter table drafts add column cost_micros integer not null default 0;
alter table drafts add column newer_at text;

create table overrides (
    id           blob        not null primary key,
    draft_id     blob        not null references drafts (id),
    text_hash    blob       not null,
    kinds        text        not null,
    asked_by     blob        not null references people (id),
    asked_at     text not null,
    asked_why    text        not null check (trim(asked_why) <> ''),
    granted_by   blob references people (id),
    granted_at   text,
    granted_why  text,
    check ((granted_by is null) = (granted_at is null) and (granted_by is null) = (granted_why is null)),
    check (granted_by is null or granted_by <> asked_by)
) strict;
create index overrides_draft on overrides (draft_id, asked_at);
