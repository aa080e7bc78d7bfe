-- What the client portal may read, and all that it may read. The view is a security barrier over one table that holds
-- approved text alone; it belongs to quotedeck_owner, who is no superuser. Never `create or replace` it: that drops the
-- barrier silently.

create view client.summaries with (security_barrier = true) as
select summary_id, client_id, client, text, text_hash, source_label, period, next_action, fresh_as_of, approved_at, published_at
from internal.approved_texts
where published_at is not null and withdrawn_at is null;

grant usage on schema client to quotedeck_portal;
grant select on client.summaries to quotedeck_portal;

-- The program itself: it owns nothing; on the log it may read and append.
grant usage on schema internal to quotedeck_app;
grant select, insert on internal.journal, internal.seals, internal.seal_entries to quotedeck_app;
grant select, insert, update on
    internal.clients, internal.people, internal.leads, internal.payloads, internal.destinations, internal.templates,
    internal.automations, internal.jobs, internal.attempts, internal.tasks, internal.drafts, internal.summaries,
    internal.approved_texts, internal.opt_outs
    to quotedeck_app;
grant select, insert on internal.events, internal.draft_evidence to quotedeck_app;
grant select, insert, update, delete on
    internal.person_clients, internal.client_addresses, internal.findings, internal.presence to quotedeck_app;
grant select on internal._sqlx_migrations to quotedeck_app;
