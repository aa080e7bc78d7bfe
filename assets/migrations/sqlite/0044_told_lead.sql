-- What the books call the records of a lead is asked for with each draft.
create index told_lead on told (lead_id);
