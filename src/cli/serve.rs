//! `quotedeck serve`: the front door, until it is told to stop.

use tokio::sync::watch;

use super::Ran;
use super::args::{Global, Serve};
use super::desk;
use super::print::complain;
use super::stop::Stop;
use super::work::told_to_stop;
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::source::setting_of;
use crate::domain::text::neutralise;
use crate::intake::signed::needs_secret;
use crate::server::Server;
use crate::store::Store;
use crate::store::connect::Purpose;

/// Runs the front door.
pub(super) async fn run(global: &Global, config: Config, wanted: &Serve) -> Ran {
    let place = desk::place(global, &config)?;
    let mut store = Store::open(&place, Clock::System, Purpose::Queue).await.map_err(Stop::begin)?;
    // Whether a signature is timely goes by the database's clock, as leases do.
    store.clock = Clock::anchored(store.keep_time().await?);
    let mut setting = config.serve.clone();
    if let Some(listen) = &wanted.listen {
        setting.listen = listen.to_string();
    }
    if let Some(why) = &setting.unsubscribe_missing {
        complain(&format!("unsubscribe links are not known: {why}"));
    }
    tell_of_sources(&store, &config).await?;
    let server =
        Server::bind(store.clone(), setting, config.sources.clone(), config.columns.clone()).await.map_err(Stop::begin)?;
    let address = server.address().map_err(|error| Stop::could_not("the address", error, "choose another with --listen"))?;
    complain(&format!("listening on {address}, keeping in {place}; stop it with Ctrl-C or SIGTERM"));
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(told_to_stop(stop));
    server.run(stopped).await;
    store.close().await;
    Ok(super::DONE)
}

/// Says which sources will be turned away, and why.
async fn tell_of_sources(store: &Store, config: &Config) -> Result<(), Stop> {
    let mut told = std::collections::BTreeSet::new();
    for source in store.open_sources().await? {
        let setting = setting_of(&config.sources, source.provider, &source.client_name);
        let trouble = match setting {
            Some(setting) if setting.missing.is_some() => setting.missing.clone(),
            Some(setting) if !setting.secrets.is_empty() => None,
            _ if needs_secret(source.provider) => {
                Some("it has no secret, so its requests are turned away; add a [[source]] with secret_env".to_owned())
            }
            _ => None,
        };
        if let Some(trouble) = trouble {
            told.insert(format!("{} for {}: {trouble}", source.provider, neutralise(&source.client_name)));
        }
    }
    for line in &told {
        complain(line);
    }
    Ok(())
}
