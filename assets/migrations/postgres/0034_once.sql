-- A text is published once and withdrawn once: neither is taken back. Whoever is to see it again approves it anew.

create trigger approved_texts_once before update of published_at, withdrawn_at on approved_texts for each row
    when ((old.published_at is not null and new.published_at is distinct from old.published_at)
        or (old.withdrawn_at is not null and new.withdrawn_at is distinct from old.withdrawn_at))
    execute function approved_text_is_fixed();
