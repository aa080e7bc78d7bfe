//! How long each source may be silent: what the configuration says is taken over, and the rest is learned from the past.

use chrono::TimeDelta;

use crate::domain::actor::Actor;
use crate::domain::event::Provider;
use crate::domain::failure::Failure;
use crate::domain::id::ClientId;
use crate::domain::source::silence::learn;
use crate::domain::source::{SourceSetting, setting_of};
use crate::store::Store;

/// Takes over what is set of the sources, and looks at the past of each that may send. Safe to repeat.
///
/// # Errors
/// What the database says.
pub async fn expect(store: &Store, settings: &[SourceSetting]) -> Result<(), Failure> {
    let senders = store.senders().await?;
    let mut tx = store.begin().await?;
    let mut wanted: Vec<(ClientId, Provider, TimeDelta)> = Vec::new();
    for sender in &senders {
        let setting = setting_of(settings, sender.provider, &sender.client_name);
        wanted.extend(setting.and_then(|setting| setting.stale_after).map(|time| (sender.client, sender.provider, time)));
    }
    // What comes by a command has no URL.
    for setting in settings {
        let (Some(name), Some(time)) = (&setting.client, setting.stale_after) else { continue };
        let Some(client) = tx.client_named(name).await? else { continue };
        if !wanted.iter().any(|(id, provider, _)| *id == client && *provider == setting.provider) {
            wanted.push((client, setting.provider, time));
        }
    }
    tx.set_expectations(&Actor::Intake, &wanted).await?;
    tx.commit().await?;
    for sender in &senders {
        // Each by itself: nobody waits for the past of all of them.
        let mut tx = store.begin().await?;
        let heard = tx.heard(sender.client, sender.provider).await?;
        tx.learn_expectation(sender.client, sender.provider, learn(&heard)).await?;
        tx.commit().await?;
    }
    Ok(())
}
