-- What arrives: raw payloads (internal for ever), the events made from them, and the leads they belong to.

create table payloads (
    number      bigint generated always as identity unique,
    id          uuid primary key,
    client_id   uuid not null references clients (id),
    provider    text not null,
    natural_key text not null,
    body        bytea not null,
    body_hash   bytea not null,
    state       text not null check (state in ('recorded', 'parked')),
    reason      text,
    received_at timestamptz not null,
    unique (provider, natural_key, client_id)
);
create index payloads_parked on payloads (received_at) where state = 'parked';

create table leads (
    number         bigint generated always as identity unique,
    id             uuid    primary key,
    client_id      uuid    not null references clients (id),
    source         text    not null,
    service        text    not null,
    contact_method text    not null check (contact_method in ('call', 'sms', 'email', 'form', 'marketplace')),
    consent        text    not null check (consent in ('given', 'implied', 'unknown', 'withdrawn')),
    market         text    not null,
    urgency        text    not null check (urgency in ('routine', 'soon', 'urgent')),
    value          bigint,
    owner_id       uuid references people (id),
    attribution    text    not null,
    name           text    not null,
    phone          text,
    email          text,
    thread_key     text,
    state          text    not null check (state in ('new', 'contacted', 'quoted', 'booked', 'lost', 'spam', 'merged')),
    lost_reason    text check (lost_reason in ('price', 'timing', 'no_answer', 'out_of_area', 'wrong_service', 'competitor', 'other')),
    merged_into    uuid references leads (id),
    next_action    text    not null,
    arrived_at     timestamptz    not null,
    replied_at     timestamptz,
    search         text    not null,
    version        bigint not null default 1,
    updated_at     timestamptz    not null,
    check ((state = 'lost') = (lost_reason is not null)),
    check ((state = 'merged') = (merged_into is not null))
);
create index leads_arrived on leads (arrived_at desc, id desc);
create index leads_client on leads (client_id, arrived_at desc, id desc);
create index leads_state on leads (state, arrived_at desc, id desc);
create index leads_source on leads (lower(source), arrived_at desc, id desc);
create index leads_market on leads (lower(market), arrived_at desc, id desc);
create index leads_phone on leads (client_id, phone, arrived_at desc) where phone is not null;
create index leads_email on leads (client_id, email, arrived_at desc) where email is not null;
create index leads_thread on leads (client_id, thread_key, arrived_at desc) where thread_key is not null;
create index leads_replied on leads (replied_at desc) where replied_at is not null;

create table events (
    number      bigint generated always as identity unique,
    id          uuid primary key,
    client_id   uuid not null references clients (id),
    lead_id     uuid not null references leads (id),
    payload_id  uuid not null references payloads (id),
    provider    text not null,
    kind        text not null check (kind in ('call_missed', 'call_answered', 'voicemail_left', 'form_sent', 'message_received',
                    'quote_requested', 'job_done', 'review_left', 'opt_out', 'opt_in')),
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    words       text not null,
    unknown_fields text not null
);
create index events_lead on events (lead_id, occurred_at);
create unique index events_payload on events (payload_id);

create table opt_outs (
    id        uuid not null primary key,
    client_id uuid not null references clients (id),
    channel   text not null check (channel in ('sms', 'email')),
    address   text not null,
    event_id  uuid not null references events (id),
    since     timestamptz not null,
    lifted_at timestamptz
);
create unique index opt_outs_live on opt_outs (client_id, channel, address) where lifted_at is null;
