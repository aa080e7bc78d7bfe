-- AI drafts with their evidence, what the checks say, and the summaries that people approved.

create table drafts (
    number       integer primary key autoincrement,
    id           blob    not null unique,
    client_id    blob    not null references clients (id),
    lead_id      blob    not null references leads (id),
    title        text    not null,
    text         text    not null,
    text_hash    blob    not null,
    model        text    not null,
    source_label text    not null,
    evidence_at  text,
    state        text    not null check (state in ('pending', 'in_review', 'approved', 'rejected', 'superseded')),
    work         text,
    work_version integer not null default 0,
    claimed_by   blob references people (id),
    claim_until  text,
    blocks       integer not null default 0,
    warns        integer not null default 0,
    reason       text,
    search       text    not null,
    version      integer not null default 1,
    created_at   text    not null,
    updated_at   text    not null,
    check ((state = 'in_review') = (claimed_by is not null))
) strict;
create index drafts_open on drafts (created_at, id) where state in ('pending', 'in_review');
create index drafts_open_client on drafts (client_id, created_at, id) where state in ('pending', 'in_review');
create index drafts_lead on drafts (lead_id, created_at);
create index drafts_state on drafts (lower(state), created_at desc, id desc);

create table draft_evidence (
    draft_id blob    not null references drafts (id),
    n        integer not null,
    text     text    not null,
    source   text    not null,
    primary key (draft_id, n)
) strict;

create table findings (
    id       blob    not null primary key,
    draft_id blob    not null references drafts (id),
    kind     text    not null,
    severity text    not null check (severity in ('note', 'warn', 'block')),
    start_at integer not null,
    end_at   integer not null,
    span     text    not null,
    reason   text    not null
) strict;
create index findings_draft on findings (draft_id, start_at);

create table summaries (
    number        integer primary key autoincrement,
    id            blob    not null unique,
    draft_id      blob    not null references drafts (id),
    client_id     blob    not null references clients (id),
    lead_id       blob    not null references leads (id),
    state         text    not null check (state in ('approved', 'published', 'withdrawn')),
    approved_by   blob    not null references people (id),
    approved_at   text    not null,
    withdrawn_why text,
    version       integer not null default 1,
    updated_at    text    not null
) strict;
create unique index summaries_live on summaries (draft_id) where state <> 'withdrawn';
create index summaries_lead on summaries (lead_id, approved_at);
create index summaries_approved on summaries (approved_at desc, id desc);

-- The approved text itself, copied here at approval: the only table a client-facing view reads. It holds nothing
-- internal, and what was approved cannot be changed afterwards.
create table approved_texts (
    summary_id   blob not null primary key references summaries (id),
    client_id    blob not null references clients (id),
    client       text not null,
    text         text not null,
    text_hash    text not null check (length(text_hash) = 64),
    source_label text not null,
    period       text not null,
    next_action  text not null,
    fresh_as_of  text not null,
    approved_at  text not null,
    published_at text,
    withdrawn_at text
) strict;
create trigger approved_texts_fixed before update of summary_id, client_id, client, text, text_hash, source_label, period,
    next_action, fresh_as_of, approved_at on approved_texts
begin select raise(abort, 'an approved text cannot be changed; withdraw it and approve a new one'); end;
create trigger approved_texts_no_delete before delete on approved_texts
begin select raise(abort, 'an approved text cannot be deleted; withdraw it'); end;

create table presence (
    session_id blob    not null primary key,
    person     text    not null,
    record     text,
    editing    integer not null,
    seen_at    text    not null
) strict;
