//! A Maildir folder: what a mail server delivers into `new` is kept like a request, and moved to `cur` once it is.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;

use super::answer::delivery_key;
use super::door::Door;
use crate::domain::event::Provider;
use crate::domain::id::PayloadId;
use crate::domain::source::Refusal;
use crate::domain::text::Internal;
use crate::intake::LARGEST;
use crate::store::waiting::NewArrival;

/// How long until a folder is looked at again.
const AGAIN: Duration = Duration::from_secs(2);
/// Mails that are taken before the others get their turn.
const TOGETHER: usize = 100;

/// Watches every folder that the configuration names until told to stop.
pub(super) async fn watch(door: Arc<Door>, mut stop: watch::Receiver<bool>) {
    let folders: Vec<(PathBuf, String)> = door.maildirs();
    while !folders.is_empty() && !*stop.borrow() {
        for (folder, client) in &folders {
            if let Err(error) = look(&door, folder, client).await {
                tracing::warn!(folder = %folder.display(), %error, "the mail folder could not be read");
            }
        }
        tokio::select! {
            _ = stop.changed() => return,
            () = sleep(AGAIN) => {}
        }
    }
}

async fn look(door: &Door, folder: &Path, client: &str) -> std::io::Result<()> {
    let Some(source) = door.source_of(Provider::Email, client) else {
        tracing::warn!(client, "nobody opened a source for its mail: quotedeck source add email --client NAME");
        return Ok(());
    };
    let mut entries = tokio::fs::read_dir(folder.join("new")).await?;
    let mut taken = 0;
    while let Some(entry) = entries.next_entry().await? {
        let about = entry.metadata().await?;
        if !about.is_file() || taken == TOGETHER {
            continue;
        }
        taken += 1;
        if about.len() > LARGEST as u64 {
            door.refuse(&source, Refusal::TooLarge);
        } else {
            let body = tokio::fs::read(entry.path()).await?;
            let arrival = NewArrival {
                id: PayloadId::new(),
                source: source.id,
                client: source.client,
                provider: source.provider,
                delivery_key: delivery_key(None, &body),
                body: Internal::new(body),
                from_ip: None,
            };
            if door.take_in(arrival).await.is_none() {
                // The database is away: the mail stays where it is.
                return Ok(());
            }
        }
        // Kept first, moved afterwards: after a crash in between it is known by its content.
        let mut name = entry.file_name();
        name.push(":2,S");
        tokio::fs::rename(entry.path(), folder.join("cur").join(name)).await?;
    }
    Ok(())
}
