//! `quotedeck work`: the worker, until it is told to stop or nothing is due.

use std::sync::Arc;

use serde::Serialize;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::Ran;
use super::args::{Global, Work};
use super::desk;
use super::print::{Printer, complain};
use super::proof::Files;
use super::stop::{COULD_NOT, Stop};
use crate::clock::Clock;
use crate::config::Config;
use crate::delivery::couriers::Couriers;
use crate::domain::destination::{Setting, System};
use crate::server::{Reader, settle_what_waits};
use crate::store::Store;
use crate::store::connect::Purpose;
use crate::worker::{CONCURRENCY, Sender, Worker};
use crate::workflow::arrive::waiting::settle;
use crate::workflow::set_up::take_limits;
use crate::workflow::syncing;

/// The name of the portal, where the configuration has none of its own.
const PORTAL: &str = "Portal";

/// The name of whoever writes drafts; the embedded drafter, where the configuration names no other.
const DRAFTER: &str = "Drafter";

/// What a worker that drained has done.
#[derive(Debug, Serialize)]
struct Drained {
    attempts: usize,
}

/// Runs the worker.
pub(super) async fn run(global: &Global, config: Config, wanted: &Work, printer: &mut Printer) -> Ran {
    let place = desk::place(global, &config)?;
    let couriers = Couriers::new(&settings(&config))
        .map_err(|bad| Stop::usage("the configuration", bad, "mend it, then run: quotedeck config check"))?;
    let mut store = Store::open(&place, Clock::System, Purpose::Queue).await.map_err(Stop::begin)?;
    // Kept before anything is taken: on SQLite, of several that start at once, the others go by the first one's clock.
    store.clock = Clock::anchored(store.keep_time().await?);
    take_limits(&store, &config).await?;
    for missing in syncing::set_up(&store, &config).await? {
        complain(&crate::domain::text::neutralise(&missing));
    }
    tell_of_destinations(&store, &couriers).await?;
    let name = name();
    let reader = Reader::new(config.columns.clone(), config.sources.clone());
    let worker = Worker::new(store.clone(), Sender::Couriers(couriers), name.as_str())
        .with_concurrency(wanted.concurrency.map_or(CONCURRENCY, usize::from))
        .with_links(config.serve.links());
    if let Some(why) = &config.serve.unsubscribe_missing {
        complain(&format!("mails have no unsubscribe link: {why}"));
    }
    let status = if wanted.drain {
        let mut attempts = 0;
        loop {
            while settle(&store, &|waiting, client| reader.read(waiting, client)).await? > 0 {}
            // What was fetched waits to be read now, and may make more work.
            match worker.drain().await? {
                0 => break,
                made => attempts += made,
            }
        }
        if let Some(folder) = &wanted.export {
            Files::new(folder).renew(&store).await?;
        }
        if printer.json {
            printer.json(&Drained { attempts })?;
        } else {
            printer.text(&format!("{attempts} attempts; nothing more is due"))?;
        }
        super::DONE
    } else {
        complain(&format!("working as {name} on {place}; stop it with Ctrl-C or SIGTERM"));
        let (stop, stopped) = watch::channel(false);
        tokio::spawn(told_to_stop(stop));
        // What came in at the front door and was not read: the door may be closed.
        let reading = tokio::spawn(settle_what_waits(store.clone(), reader, Arc::default(), stopped.clone()));
        let exports = wanted.export.as_ref().map(|folder| tokio::spawn(Files::new(folder).keep(store.clone())));
        worker.run(stopped).await;
        if let Some(exports) = exports {
            exports.abort();
        }
        drop(reading.await);
        super::DONE
    };
    store.close().await;
    Ok(status)
}

/// What can be sent to: the configuration's destinations, and our own portal, which needs no settings.
fn settings(config: &Config) -> Vec<Setting> {
    let mut settings = config.destinations.clone();
    if settings.iter().all(|setting| setting.system != System::Portal && setting.name != PORTAL) {
        settings.push(Setting::new(PORTAL, System::Portal));
    }
    if settings.iter().all(|setting| setting.name != DRAFTER) {
        settings.push(Setting::new(DRAFTER, System::Outline));
    }
    settings
}

/// Says which destinations this worker cannot send to, and why: their jobs wait for one that can.
async fn tell_of_destinations(store: &Store, couriers: &Couriers) -> Result<(), Stop> {
    for destination in store.list_destinations().await? {
        let name = crate::domain::text::neutralise(&destination.name).into_owned();
        if !couriers.serves(&destination.name) {
            complain(&format!("{name}: not in the configuration, so its jobs wait; add a [[destination]] of that name"));
        } else if let Some(trouble) = couriers.trouble(&destination.name) {
            complain(&format!("{name}: {trouble}"));
        }
    }
    Ok(())
}

/// A name that no other worker has, now or later: machine, process and a few random letters.
fn name() -> String {
    let host = whoami::hostname().unwrap_or_else(|_| "worker".to_owned());
    let random: String = std::iter::repeat_with(fastrand::alphanumeric).take(6).collect();
    format!("{host}:{}:{random}", std::process::id())
}

/// Waits for a signal that asks the worker to stop. One more ends it at once, as signals do by themselves.
pub(super) async fn told_to_stop(stop: watch::Sender<bool>) {
    let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) else {
        return;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    complain("stopping: what is on its way is waited for, a few seconds at most");
    stop.send_replace(true);
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    std::process::exit(i32::from(COULD_NOT));
}
