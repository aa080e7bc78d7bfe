//! Payload files come in: read, given to the workflow in batches, and one JSON line said for each payload.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::Ran;
use super::args::Intake;
use super::desk::Desk;
use super::print::{Printer, complain};
use super::stop::{COULD_NOT, SOME, Stop};
use crate::domain::actor::Right;
use crate::domain::client::Client;
use crate::domain::event::{Columns, Normalised, Provider};
use crate::domain::id::{ClientId, Ref};
use crate::domain::text::Internal;
use crate::intake::{Item, Settings, read};
use crate::workflow::arrive::{Arrival, Arrived, BATCH, arrive};

/// What became of one payload.
#[derive(Debug, Serialize)]
struct Told<'a> {
    file: &'a str,
    index: usize,
    outcome: &'static str,
    event: Option<Ref>,
    lead: Option<Ref>,
    reason: Option<String>,
}

/// `quotedeck intake PROVIDER [FILE…]`
pub(super) async fn run(desk: &Desk, wanted: &Intake, printer: &mut Printer) -> Ran {
    desk.require(Right::Operate, "take payloads in")?;
    let whose = Whose::of(desk, wanted.client.as_deref()).await?;
    let input = [PathBuf::from("-")];
    let files = if wanted.files.is_empty() { &input[..] } else { &wanted.files };
    let mut status = super::DONE;
    for file in files {
        match read_bytes(file) {
            // The other files are no worse for it.
            Err(stop) => {
                complain(&stop.text);
                status = COULD_NOT;
            }
            Ok(bytes) => {
                let all_taken = take(desk, wanted.provider, &whose, file, &bytes, printer).await?;
                if !all_taken && status == super::DONE {
                    status = SOME;
                }
            }
        }
    }
    Ok(status)
}

/// A file, or standard input for `-`.
pub(super) fn read_bytes(file: &Path) -> Result<Vec<u8>, Stop> {
    let mut bytes = Vec::new();
    let done = if file == Path::new("-") {
        std::io::stdin().lock().read_to_end(&mut bytes).map(drop)
    } else {
        std::fs::read(file).map(|read| bytes = read)
    };
    done.map_err(|error| Stop::could_not(file.display(), error, "check the file, or give - for standard input"))?;
    Ok(bytes)
}

/// How the client of a payload is known.
enum Whose {
    /// All are this client's.
    One(Client),
    /// The number or account that was reached tells; a region to read phone numbers with until then.
    Reached { region: String },
}

impl Whose {
    async fn of(desk: &Desk, name: Option<&str>) -> Result<Self, Stop> {
        if let Some(name) = name {
            return Ok(Self::One(desk.client(name).await?));
        }
        let mut clients = desk.store.list_clients(&desk.me).await?;
        match clients.pop() {
            None => Err(Stop::usage("intake", "there is no client yet", "add one with: quotedeck client add NAME")),
            // Who sees one client of several cannot tell that it is the only one.
            Some(client) if clients.is_empty() && desk.me.clients.is_none() => Ok(Self::One(client)),
            Some(client) => Ok(Self::Reached { region: client.region }),
        }
    }

    fn region(&self) -> &str {
        match self {
            Self::One(client) => &client.region,
            Self::Reached { region } => region,
        }
    }
}

/// Takes one file in, a batch at a time; whether nothing was rejected.
async fn take(
    desk: &Desk,
    provider: Provider,
    whose: &Whose,
    file: &Path,
    bytes: &[u8],
    printer: &mut Printer,
) -> Result<bool, Stop> {
    let settings = |region: &str| Settings {
        region: region.to_owned(),
        columns: desk.config.columns.clone(),
        fields: Columns::default(),
        honeypot: None,
        received_at: desk.store.clock.now(),
    };
    let name = file.display().to_string();
    let mut all_taken = true;
    let mut items = read(provider, bytes, &settings(whose.region())).into_iter().peekable();
    while items.peek().is_some() {
        let mut told: Vec<Told<'_>> = Vec::new();
        let mut batches: BTreeMap<ClientId, Batch> = BTreeMap::new();
        for item in items.by_ref().take(BATCH) {
            let index = item.index;
            let mut line = Told { file: &name, index, outcome: "rejected", event: None, lead: None, reason: None };
            match sort(desk, whose, item).await? {
                Err(reason) => line.reason = Some(reason),
                Ok((client, mut arrival)) => {
                    if client.region != whose.region() {
                        // Phone numbers are read by the region of whose they are; a body read again is the same item.
                        arrival = again(provider, arrival, &settings(&client.region));
                    }
                    let batch = batches.entry(client.id).or_insert_with(|| Batch::of(client));
                    batch.places.push(told.len());
                    batch.arrivals.push(arrival);
                }
            }
            told.push(line);
        }
        for batch in batches.into_values() {
            let arrived = arrive(&desk.store, &batch.client, provider, &batch.arrivals).await?;
            for (place, arrived) in batch.places.into_iter().zip(arrived) {
                if let Some(line) = told.get_mut(place) {
                    line.say(arrived);
                }
            }
        }
        for line in &told {
            all_taken &= line.outcome != "rejected";
            printer.json_line(line)?;
        }
        // Each line is a promise that the payload is kept: it is shown as soon as it is true.
        printer.finish()?;
    }
    Ok(all_taken)
}

/// Payloads of one client, and their places among what is told.
struct Batch {
    client: Client,
    places: Vec<usize>,
    arrivals: Vec<Arrival>,
}

impl Batch {
    fn of(client: Client) -> Self {
        Self { client, places: Vec::new(), arrivals: Vec::new() }
    }
}

/// Whose payload it is; or why it is not taken.
async fn sort(desk: &Desk, whose: &Whose, item: Item) -> Result<Result<(Client, Arrival), String>, Stop> {
    let normalised = match item.outcome {
        Ok(normalised) => normalised,
        Err(rejected) => {
            let line = rejected.line.or(item.line).map(|line| format!("line {line}: ")).unwrap_or_default();
            return Ok(Err(format!("{line}{}", rejected.reason)));
        }
    };
    let client = match whose {
        Whose::One(client) => Ok(client.clone()),
        Whose::Reached { .. } => match &normalised {
            Normalised::Event(event) => reached(desk, event.reached.as_deref()).await?,
            Normalised::Parked { reason, .. } | Normalised::SetAside { reason, .. } => {
                Err(format!("{reason}; and it does not tell whose it is: say --client NAME to keep it"))
            }
        },
    };
    Ok(client.map(|client| (client, Arrival { body: Internal::new(item.body), normalised })))
}

async fn reached(desk: &Desk, address: Option<&str>) -> Result<Result<Client, String>, Stop> {
    let Some(address) = address else {
        return Ok(Err("it does not tell which client was reached; say --client NAME".to_owned()));
    };
    let found = desk.store.client_by_address(address).await?.filter(|client| desk.actor().sees(client.id));
    Ok(found.ok_or_else(|| {
        format!("{address} is no client's address here; say --client NAME, or: quotedeck client add NAME --address {address}")
    }))
}

fn again(provider: Provider, arrival: Arrival, settings: &Settings) -> Arrival {
    let mut items = read(provider, arrival.body.reveal(), settings);
    match items.pop().map(|item| item.outcome) {
        Some(Ok(normalised)) if items.is_empty() => Arrival { normalised, ..arrival },
        _ => arrival,
    }
}

impl Told<'_> {
    fn say(&mut self, arrived: Arrived) {
        match arrived {
            Arrived::Recorded { event, lead } => {
                (self.outcome, self.event, self.lead) = ("recorded", Some(event), Some(lead));
            }
            Arrived::Duplicate { event, lead } => (self.outcome, self.event, self.lead) = ("duplicate", event, lead),
            Arrived::SetAside { reason } => (self.outcome, self.reason) = ("parked", Some(reason)),
            Arrived::Parked { reason, task } => {
                (self.outcome, self.reason) = ("parked", Some(format!("{reason}; see {task}")));
            }
        }
    }
}
