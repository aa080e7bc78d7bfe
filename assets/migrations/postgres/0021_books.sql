-- What a client's own books tell: a quote was given, or accepted; the work was invoiced.

alter table events drop constraint events_kind_check;
alter table events add constraint events_kind_check check (kind in ('call_missed', 'call_answered', 'voicemail_left', 'form_sent',
    'message_received', 'quote_requested', 'job_done', 'review_left', 'quote_sent', 'quote_accepted', 'invoiced', 'opt_out', 'opt_in'));
