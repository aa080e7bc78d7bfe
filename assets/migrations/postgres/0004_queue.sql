-- Work toward the outside: destinations, jobs, attempts; and what people must do.

create table destinations (
    number         bigint generated always as identity unique,
    id             uuid    primary key,
    name           text    not null unique,
    kind           text    not null,
    delivery_mode  text    not null check (delivery_mode in ('keyed', 'reconcile', 'once')),
    paused         boolean not null default false,
    paused_by      text,
    paused_why     text,
    paused_until   timestamptz,
    incident_owner text,
    rollback       text,
    version        bigint not null default 1,
    updated_at     timestamptz    not null,
    check ((not paused) or (paused_by is not null and paused_why is not null))
);

-- Approved message text (C7); immutable: a change is a new version.
create table templates (
    number          bigint generated always as identity unique,
    id              uuid    primary key,
    name            text    not null,
    edition         bigint not null,
    channel         text    not null check (channel in ('sms', 'email')),
    text            text    not null check (trim(text) <> ''),
    opt_out_line    text    not null check (trim(opt_out_line) <> ''),
    response_window_minutes bigint not null check (response_window_minutes > 0),
    escalate_to     text    not null check (trim(escalate_to) <> ''),
    approved_by     text    not null check (trim(approved_by) <> ''),
    approved_at     timestamptz    not null,
    unique (name, edition)
);

-- Trigger rules. One that could write to many people has somebody who answers and a way back (C10).
create table automations (
    number         bigint generated always as identity unique,
    id             uuid    primary key,
    name           text    not null unique,
    trigger_event  text    not null,
    owner          text,
    incident_owner text,
    rollback       text,
    stage          text    not null check (stage in ('off', 'shadow', 'limited', 'full', 'rolled_back')),
    limit_per_day  bigint check (limit_per_day > 0),
    limit_percent  bigint check (limit_percent between 1 and 99),
    version        bigint not null default 1,
    updated_at     timestamptz    not null,
    check (stage in ('off', 'shadow', 'rolled_back') or (incident_owner is not null and rollback is not null)),
    check (limit_per_day is null or limit_percent is null),
    check (stage <> 'limited' or coalesce(limit_per_day, limit_percent) is not null)
);

create table jobs (
    number          bigint generated always as identity unique,
    id              uuid    primary key,
    client_id       uuid    not null references clients (id),
    lead_id         uuid references leads (id),
    summary_id      uuid,
    destination_id  uuid    not null references destinations (id),
    template_id     uuid references templates (id),
    kind            text    not null check (kind in ('crm_handoff', 'message', 'provider_sync', 'enrichment', 'ai_draft',
                        'review_request', 'portal_publish')),
    operation       text    not null,
    delivery_mode   text    not null check (delivery_mode in ('keyed', 'reconcile', 'once')),
    idempotency_key text    not null,
    fingerprint     bytea    not null,
    replay          bigint not null default 0,
    replay_of       uuid references jobs (id),
    settled         boolean not null default false,
    args            text    not null,
    state           text    not null check (state in ('armed', 'scheduled', 'ready', 'running', 'retrying', 'held', 'succeeded',
                        'unknown', 'dead', 'cancelled')),
    priority        bigint not null,
    due_at          timestamptz    not null,
    window_ends_at  timestamptz    not null,
    attempts        bigint not null default 0,
    max_attempts    bigint not null,
    armed_until     timestamptz,
    lease_until     timestamptz,
    leased_by       text,
    fence           bigint not null default 0,
    rescues         bigint not null default 0,
    last_error      text,
    signature       text,
    reason          text,
    entry_id        uuid    not null references journal (id),
    search          text    not null,
    version         bigint not null default 1,
    created_at      timestamptz    not null,
    updated_at      timestamptz    not null,
    finished_at     timestamptz,
    unique (idempotency_key, replay),
    check ((state = 'running') = (lease_until is not null))
);
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
    id                  uuid    not null primary key,
    job_id              uuid    not null references jobs (id),
    n                   bigint not null,
    fence               bigint not null,
    worker              text    not null,
    intent_id           uuid    not null references journal (id),
    request_fingerprint bytea    not null,
    started_at          timestamptz    not null,
    finished_at         timestamptz,
    outcome             text    not null check (outcome in ('running', 'succeeded', 'failed', 'rate_limited', 'timed_out', 'refused',
                            'may_have_left', 'lease_lost', 'returned')),
    status              bigint,
    latency_ms          bigint,
    error               text,
    signature           text,
    retry_after_ms      bigint,
    unique (job_id, n, fence)
);

create table tasks (
    number        bigint generated always as identity unique,
    id            uuid    primary key,
    client_id     uuid    not null references clients (id),
    lead_id       uuid references leads (id),
    job_id        uuid references jobs (id),
    draft_id      uuid,
    payload_id    uuid references payloads (id),
    kind          text    not null check (kind in ('call_back', 'review_quote', 'data_quality', 'unknown_outcome', 'incident', 'other')),
    title         text    not null,
    owner_id      uuid references people (id),
    urgency       text    not null check (urgency in ('routine', 'soon', 'urgent')),
    due_at        timestamptz    not null,
    state         text    not null check (state in ('open', 'done', 'dropped')),
    snoozed_until timestamptz,
    escalation    bigint not null default 0,
    search        text    not null,
    version       bigint not null default 1,
    created_at    timestamptz    not null,
    updated_at    timestamptz    not null
);
create index tasks_open on tasks (due_at, id) where state = 'open';
create index tasks_open_client on tasks (client_id, due_at, id) where state = 'open';
create index tasks_lead on tasks (lead_id, created_at);
create index tasks_state on tasks (lower(state), created_at desc, id desc);
