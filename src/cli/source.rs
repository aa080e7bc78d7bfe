//! Sources: a URL for a provider and a client, and no more of it.

use super::Ran;
use super::args::SourceCommand;
use super::desk::Desk;
use super::print::Printer;
use crate::server::{key_hash, new_key};

/// `quotedeck source …`
pub(super) async fn run(desk: &Desk, command: &SourceCommand, printer: &mut Printer) -> Ran {
    match command {
        SourceCommand::Add { provider, client } => {
            let client = desk.client(client).await?;
            let key = new_key()?;
            let mut tx = desk.store.begin().await?;
            let number = tx.add_source(&desk.actor(), &client, *provider, &key_hash(&key)).await?;
            tx.commit().await?;
            let serve = &desk.config.serve;
            let scheme = if serve.tls.is_some() { "https" } else { "http" };
            let base = serve.public_url.clone().unwrap_or_else(|| format!("{scheme}://{}", serve.listen));
            let url = format!("{base}/in/{provider}/{key}");
            if printer.json {
                printer.json(
                    &serde_json::json!({ "number": number, "provider": provider.as_str(), "client": client.name, "url": url }),
                )?;
            } else {
                printer.text(&url)?;
                super::print::complain("give this URL to the provider now: it is not kept and cannot be shown again");
            }
        }
        SourceCommand::Close { provider, client } => {
            let client = desk.client(client).await?;
            let mut tx = desk.store.begin().await?;
            let closed = tx.close_sources(&desk.actor(), &client, *provider).await?;
            tx.commit().await?;
            if printer.json {
                printer.json(&serde_json::json!({ "provider": provider.as_str(), "client": client.name, "closed": closed }))?;
            } else {
                printer.text(&format!("{provider} for {}: {closed} closed", client.name))?;
            }
        }
    }
    Ok(super::DONE)
}
