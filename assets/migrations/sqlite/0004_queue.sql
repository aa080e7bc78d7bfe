-- Work toward the outside: destinations, jobs, attempts; and what people must do.

create table destinations (
    number         integer primary key autoincrement,
    id             blob    not null unique,
    name           text    not null unique,
    kind           text    not null,
    delivery_mode  text    not null check (delivery_mode in ('keyed', 'reconcile', 'once')),
    paused         integer not null default 0,
    paused_by      text,
    paused_why     text,
    paused_until   text,
    incident_owner text,
    rollback       text,
    version        integer not null default 1,
    updated_at     text    not null,
    check ((not paused) or (paused_by is not null and paused_why is not null))
) strict;

-- Approved message text (C7); immutable: a change is a new version.
create table templates (
    number          integer primary key autoincrement,
    id              blob    not null unique,
    name            text    not null,
    edition         integer not null,
    channel         text    not null check (channel in ('sms', 'email')),
    text            text    not null check (trim(text) <> ''),
    opt_out_line    text    not null check (trim(opt_out_line) <> ''),
    response_window_minutes integer not null check (response_window_minutes > 0),
    escalate_to     text    not null check (trim(escalate_to) <> ''),
    approved_by     text    not null check (trim(approved_by) <> ''),
    approved_at     text    not null,
    unique (name, edition)
) strict;

-- Trigger rules. One that could write to many people has somebody who answers and a way back (C10).
create table automations (
    number         integer primary key autoincrement,
    id             blob    not null unique,
    name           text    not null unique,
    trigger_event  text    not null,
    owner          text,
    incident_owner text,
    rollback       text,
    stage          text    not null check (stage in ('off', 'shadow', 'limited', 'full', 'rolled_back')),
    limit_per_day  integer check (limit_per_day > 0),
    limit_percent  integer check (limit_percent between 1 and 99),
    version        integer not null default 1,
    updated_at     text    not null,
    check (stage in ('off', 'shadow', 'rolled_back') or (incident_owner is not null and rollback is not null)),
    check (limit_per_day is null or limit_percent is null),
    check (stage <> 'limited' or coalesce(limit_per_day, limit_percent) is not null)
) strict;

create table jobs (
    number          integer primary key autoincrement,
    id              blob    not null unique,
    client_id       blob    not null references clients (id),
    lead_id         blob references leads (id),
    summary_id      blob,
    destination_id  blob    not null references destinations (id),
    template_id     blob references templates (id),
    kind            text    not null check (kind in ('crm_handoff', 'message', 'provider_sync', 'enrichment', 'ai_draft',
                        'review_request', 'portal_publish')),
    operation       text    not null,
    delivery_mode   text    not null check (delivery_mode in ('keyed', 'reconcile', 'once')),
    idempotency_key text    not null,
    fingerprint     blob    not null,
    replay          integer not null default 0,
    replay_of       blob references jobs (id),
    settled         integer not null default 0,
    args            text    not null,
    state           text    not null check (state in ('armed', 'scheduled', 'ready', 'running', 'retrying', 'held', 'succeeded',
                        'unknown', 'dead', 'cancelled')),
    priority        integer not null,
    due_at          text    not null,
    window_ends_at  text    not null,
    attempts        integer not null default 0,
    max_attempts    integer not null,
    armed_until     text,
    lease_until     text,
    leased_by       text,
    fence           integer not null default 0,
    rescues         integer not null default 0,
    last_error      text,
    signature       text,
    reason          text,
    entry_id        blob    not null references journal (id),
    search          text    not null,
    version         integer not null default 1,
    created_at      text    not null,
    updated_at      text    not null,
    finished_at     text,
    unique (idempotency_key, replay),
    check ((state = 'running') = (lease_until is not null))
) strict;
create index jobs_claim on jobs (priority desc, due_at, id) where state in ('armed', 'scheduled', 'ready', 'retrying');
create index jobs_waiting on jobs (due_at, id) where state in ('armed', 'scheduled', 'ready', 'running', 'retrying', 'held');
create index jobs_waiting_client on jobs (client_id, due_at, id)
    where state in ('armed', 'scheduled', 'ready', 'running', 'retrying', 'held');
create index jobs_leases on jobs (lease_until) where state = 'running';
create index jobs_failed on jobs (destination_id, signature, updated_at, id)
    where signature is not null and not settled and state in ('retrying', 'held', 'unknown', 'dead');
create index jobs_failed_newest on jobs (updated_at desc, id desc)
    where signature is not null and not settled and state in ('retrying', 'held', 'unknown', 'dead');
create index jobs_failed_client on jobs (client_id, updated_at desc, id desc)
    where signature is not null and not settled and state in ('retrying', 'held', 'unknown', 'dead');
create index jobs_lead on jobs (lead_id, created_at);
-- On lower(state), as a filter asks: on state itself it would draw the lists of certain states away from their own
-- indexes, which are in their order.
create index jobs_state on jobs (lower(state), updated_at desc, id desc);
create index jobs_held on jobs (destination_id) where state in ('scheduled', 'ready', 'retrying', 'held');

-- One row per try, committed before the request leaves; its intent is a journal entry (C2).
create table attempts (
    id                  blob    not null primary key,
    job_id              blob    not null references jobs (id),
    n                   integer not null,
    fence               integer not null,
    worker              text    not null,
    intent_id           blob    not null references journal (id),
    request_fingerprint blob    not null,
    started_at          text    not null,
    finished_at         text,
    outcome             text    not null check (outcome in ('running', 'succeeded', 'failed', 'rate_limited', 'timed_out', 'refused',
                            'may_have_left', 'lease_lost', 'returned')),
    status              integer,
    latency_ms          integer,
    error               text,
    signature           text,
    retry_after_ms      integer,
    unique (job_id, n, fence)
) strict;

create table tasks (
    number        integer primary key autoincrement,
    id            blob    not null unique,
    client_id     blob    not null references clients (id),
    lead_id       blob references leads (id),
    job_id        blob references jobs (id),
    draft_id      blob,
    payload_id    blob references payloads (id),
    kind          text    not null check (kind in ('call_back', 'review_quote', 'data_quality', 'unknown_outcome', 'incident', 'other')),
    title         text    not null,
    owner_id      blob references people (id),
    urgency       text    not null check (urgency in ('routine', 'soon', 'urgent')),
    due_at        text    not null,
    state         text    not null check (state in ('open', 'done', 'dropped')),
    snoozed_until text,
    escalation    integer not null default 0,
    search        text    not null,
    version       integer not null default 1,
    created_at    text    not null,
    updated_at    text    not null
) strict;
create index tasks_open on tasks (due_at, id) where state = 'open';
create index tasks_open_client on tasks (client_id, due_at, id) where state = 'open';
create index tasks_lead on tasks (lead_id, created_at);
create index tasks_state on tasks (lower(state), created_at desc, id desc);
