-- What several workers at once need to know: who may send where and how fast, whether a destination works, and what an
-- attempt came to there.

-- The breaker, beside the pause by hand: open since when, by what, and when it is tried again.
alter table destinations add column breaker text not null default 'closed' check (breaker in ('closed', 'open', 'half_open'));
alter table destinations add column opened_at timestamptz;
alter table destinations add column open_why text;
alter table destinations add column probe_at timestamptz;
alter table destinations add column probe_job uuid references jobs (id);
alter table destinations add column trips bigint not null default 0;
-- Limits that all workers keep together; null means none of its own.
alter table destinations add column concurrency bigint check (concurrency > 0);
alter table destinations add column per_minute bigint check (per_minute > 0);
-- When the next request may leave, where there is a limit per minute.
alter table destinations add column next_slot_at timestamptz;

-- What is sent, composed once; every try sends the same. Internal.
alter table jobs add column content text;

alter table attempts add column destination_id uuid references destinations (id);
alter table attempts add column remote_id text;
create index attempts_recent on attempts (destination_id, finished_at desc) where finished_at is not null;

-- Only what is ready is claimed: what waits for its time becomes ready when that has come.
drop index jobs_claim;
create index jobs_ready on jobs (destination_id, priority desc, due_at, id) where state = 'ready';
create index jobs_coming on jobs (due_at, id) where state in ('armed', 'scheduled', 'retrying');
create index jobs_running on jobs (destination_id) where state = 'running';
create index jobs_closing on jobs (window_ends_at) where state in ('armed', 'scheduled', 'ready', 'retrying', 'held');

-- A failure stays a failure while it is tried again.
drop index jobs_failed;
drop index jobs_failed_newest;
drop index jobs_failed_client;
create index jobs_failed on jobs (destination_id, signature, updated_at, id)
    where signature is not null and not settled and state in ('ready', 'running', 'retrying', 'held', 'unknown', 'dead');
create index jobs_failed_newest on jobs (updated_at desc, id desc)
    where signature is not null and not settled and state in ('ready', 'running', 'retrying', 'held', 'unknown', 'dead');
create index jobs_failed_client on jobs (client_id, updated_at desc, id desc)
    where signature is not null and not settled and state in ('ready', 'running', 'retrying', 'held', 'unknown', 'dead');
