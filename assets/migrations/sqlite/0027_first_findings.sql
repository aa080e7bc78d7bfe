-- What the checks found in a draft as it was made, by kind: `phone:block:2 promise:block:1`. What was mended since is known by it.
-- Empty for drafts from before.
alter table drafts add column first_findings text not null default '';
