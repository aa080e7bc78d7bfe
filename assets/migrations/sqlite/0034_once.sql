-- A text is published once and withdrawn once: neither is taken back. Whoever is to see it again approves it anew.

create trigger approved_texts_once before update of published_at, withdrawn_at on approved_texts
when (old.published_at is not null and new.published_at is not old.published_at)
    or (old.withdrawn_at is not null and new.withdrawn_at is not old.withdrawn_at)
begin select raise(abort, 'an approved text cannot be published or withdrawn a second time'); end;
