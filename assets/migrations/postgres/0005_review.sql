-- AI drafts with their evidence, what the checks say, and the summaries that people approved.

create table drafts (
    number       bigint generated always as identity unique,
    id           uuid    primary key,
    client_id    uuid    not null references clients (id),
    lead_id      uuid    not null references leads (id),
    title        text    not null,
    text         text    not null,
    text_hash    bytea    not null,
    model        text    not null,
    source_label text    not null,
    evidence_at  timestamptz,
    state        text    not null check (state in ('pending', 'in_review', 'approved', 'rejected', 'superseded')),
    work         text,
    work_version bigint not null default 0,
    claimed_by   uuid references people (id),
    claim_until  timestamptz,
    blocks       bigint not null default 0,
    warns        bigint not null default 0,
    reason       text,
    search       text    not null,
    version      bigint not null default 1,
    created_at   timestamptz    not null,
    updated_at   timestamptz    not null,
    check ((state = 'in_review') = (claimed_by is not null))
);
create index drafts_open on drafts (created_at, id) where state in ('pending', 'in_review');
create index drafts_open_client on drafts (client_id, created_at, id) where state in ('pending', 'in_review');
create index drafts_lead on drafts (lead_id, created_at);
create index drafts_state on drafts (lower(state), created_at desc, id desc);

create table draft_evidence (
    draft_id uuid    not null references drafts (id),
    n        bigint not null,
    text     text    not null,
    source   text    not null,
    primary key (draft_id, n)
);

create table findings (
    id       uuid    not null primary key,
    draft_id uuid    not null references drafts (id),
    kind     text    not null,
    severity text    not null check (severity in ('note', 'warn', 'block')),
    start_at bigint not null,
    end_at   bigint not null,
    span     text    not null,
    reason   text    not null
);
create index findings_draft on findings (draft_id, start_at);

create table summaries (
    number        bigint generated always as identity unique,
    id            uuid    primary key,
    draft_id      uuid    not null references drafts (id),
    client_id     uuid    not null references clients (id),
    lead_id       uuid    not null references leads (id),
    state         text    not null check (state in ('approved', 'published', 'withdrawn')),
    approved_by   uuid    not null references people (id),
    approved_at   timestamptz    not null,
    withdrawn_why text,
    version       bigint not null default 1,
    updated_at    timestamptz    not null
);
create unique index summaries_live on summaries (draft_id) where state <> 'withdrawn';
create index summaries_lead on summaries (lead_id, approved_at);
create index summaries_approved on summaries (approved_at desc, id desc);

-- The approved text itself, copied here at approval: the only table a client-facing view reads. It holds nothing
-- internal, and what was approved cannot be changed afterwards.
create table approved_texts (
    summary_id   uuid not null primary key references summaries (id),
    client_id    uuid not null references clients (id),
    client       text not null,
    text         text not null,
    text_hash    text not null check (text_hash = encode(sha256(convert_to(text, 'UTF8')), 'hex')),
    source_label text not null,
    period       text not null,
    next_action  text not null,
    fresh_as_of  timestamptz not null,
    approved_at  timestamptz not null,
    published_at timestamptz,
    withdrawn_at timestamptz
);
create function approved_text_is_fixed() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    raise exception 'an approved text cannot be changed or deleted; withdraw it and approve a new one'
        using errcode = 'restrict_violation';
end $$;
revoke all on function approved_text_is_fixed() from public;
create trigger approved_texts_fixed before update of summary_id, client_id, client, text, text_hash, source_label, period,
    next_action, fresh_as_of, approved_at on approved_texts
    for each statement execute function approved_text_is_fixed();
create trigger approved_texts_no_delete before delete or truncate on approved_texts
    for each statement execute function approved_text_is_fixed();

-- Lost with a crash, and nobody minds.
create unlogged table presence (
    session_id uuid    not null primary key,
    person     text    not null,
    record     text,
    editing    boolean not null,
    seen_at    timestamptz    not null
);
