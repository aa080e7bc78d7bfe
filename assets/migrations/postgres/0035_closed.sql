-- Since when a destination works again: what failed before says nothing of how it works now.

alter table destinations add column closed_at timestamptz;
