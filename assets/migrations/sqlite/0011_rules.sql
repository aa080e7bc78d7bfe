-- An automation may use another text than the one of its own name.

alter table automations add column template text;
