-- What the last round of a sync could not have, for the next one to ask for again (JSON), and who was asked to settle it: what
-- a person has settled is asked for no more.

alter table syncs add column missing text;
alter table syncs add column asked_id blob references tasks (id);
