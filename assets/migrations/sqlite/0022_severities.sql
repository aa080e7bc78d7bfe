-- What findings weigh for a client where that is not the usual: `blame=block negation=note`.
alter table clients add column findings text not null default '';
