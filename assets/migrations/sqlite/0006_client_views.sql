-- What the client portal may read. SQLite has no roles: the boundary there is that the portal is given an export,
-- never this file. On Postgres this view lives in schema `client` behind a role.

create view client_summaries as
select summary_id, client_id, client, text, text_hash, source_label, period, next_action, fresh_as_of, approved_at, published_at
from approved_texts
where published_at is not null and withdrawn_at is null;
