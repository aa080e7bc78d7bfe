-- What stands beside a text says what is true: how fresh it is may be unknown, and a week has a next step of its own.

alter table drafts add column next_action text not null default '';
alter table approved_texts alter column fresh_as_of drop not null;
