//! The destinations in the file: what each system needs, and what it has no use for.

use toml::Spanned;

use super::bad::Fault;
use super::file::{Destination, Text};
use super::secret::{Source, place, source, whole_path};
use super::settle::{fault, name};
use crate::domain::contact::Email;
use crate::domain::destination::{Grant, Price, Refresh, SLOWEST, Setting, System};
use crate::domain::money::Money;
use crate::domain::reach::{default_url, reach};
use crate::domain::text::is_unsafe;

/// The longest rollback note, in characters.
const LONGEST_NOTE: usize = 500;

/// A destination as the file describes it, its secret not read yet.
pub(super) struct Described {
    pub(super) setting: Setting,
    source: Option<Source>,
    /// Where the refresh token is that is given once.
    refresh: Option<Source>,
}

/// Checks all of them.
pub(super) fn destinations(tables: &[Destination]) -> Result<Vec<Described>, Fault> {
    let mut all: Vec<Described> = Vec::new();
    for table in tables {
        let described = destination(table)?;
        if all.iter().any(|other| other.setting.name.to_lowercase() == described.setting.name.to_lowercase()) {
            return Err(fault(&table.name, "another destination has this name; give each its own"));
        }
        all.push(described);
    }
    Ok(all)
}

fn destination(table: &Destination) -> Result<Described, Fault> {
    let system = table.system.0;
    let setting = Setting {
        name: name(&table.name)?,
        system,
        url: url(table, system)?,
        account: account(table, system)?,
        from: from(table, system)?,
        model: model(table, system)?,
        price: Price {
            read: table.price_read.map_or_else(Money::default, |amount| amount.0),
            written: table.price_written.map_or_else(Money::default, |amount| amount.0),
        },
        timeout_seconds: timeout(table, system)?,
        secret: None,
        missing: None,
        grant: None,
        concurrency: number(table.concurrency.as_ref(), 1000)?,
        per_minute: number(table.per_minute.as_ref(), 100_000)?,
        incident_owner: table.incident_owner.as_ref().map(name).transpose()?,
        rollback: table.rollback.as_ref().map(note).transpose()?,
    };
    let source = source(table, &setting)?;
    let (grant, refresh) = grant(table, system)?;
    Ok(Described { setting: Setting { grant, ..setting }, source, refresh })
}

/// How access tokens are had: who the app is, and where its refresh token is.
fn grant(table: &Destination, system: System) -> Result<(Option<Grant>, Option<Source>), Fault> {
    let keys = [&table.client_id, &table.token_url, &table.refresh_env, &table.refresh_file];
    let Some(default) = Setting::token_url(system) else {
        return keys
            .into_iter()
            .flatten()
            .next()
            .map_or(Ok((None, None)), |key| Err(fault(key, format!("{system} has no use for it; leave it out"))));
    };
    let missing = |what: &str| fault(&table.name, format!("it has no {what}; access to {system} is by OAuth"));
    let client_id = name_of_app(table.client_id.as_ref().ok_or_else(|| missing("client_id; add the app's"))?)?;
    let token_url = match &table.token_url {
        None => default.to_owned(),
        Some(url) => {
            let written = url.get_ref().trim();
            reach(system, written).map_err(|bad| fault(url, bad.to_string()))?;
            written.to_owned()
        }
    };
    let (refresh, source) = match (&table.refresh_file, &table.refresh_env) {
        (Some(_), Some(variable)) => return Err(fault(variable, "refresh_file says it already; keep one of them")),
        (None, Some(variable)) if Setting::rotates(system) => {
            let what = format!("{system} gives another token again and again, and a variable cannot keep it; use refresh_file");
            return Err(fault(variable, what));
        }
        (Some(file), None) => (Refresh::File(whole_path(file)?), None),
        (None, Some(variable)) => (Refresh::Missing(String::new()), place(Some(variable), None)?),
        (None, None) => return Err(missing("refresh token; add refresh_file = \"/PATH\"")),
    };
    Ok((Some(Grant { client_id, token_url, refresh }), source))
}

/// An app's id: as long as the systems make them.
fn name_of_app(text: &Text) -> Result<String, Fault> {
    let id = text.get_ref().trim();
    let fit = !id.is_empty() && id.len() <= 200 && id.bytes().all(|byte| byte.is_ascii_graphic());
    if fit { Ok(id.to_owned()) } else { Err(fault(text, "this is no app's id; copy it from where the app is set up")) }
}

fn url(table: &Destination, system: System) -> Result<String, Fault> {
    let Some(url) = &table.url else {
        let missing = || fault(&table.name, format!("it has no url, and {system} has no place of its own; add url = …"));
        return default_url(system).map(str::to_owned).ok_or_else(missing);
    };
    let written = url.get_ref().trim();
    reach(system, written).map_err(|bad| fault(url, bad.to_string()))?;
    Ok(written.to_owned())
}

/// A key that a system has no use for: it would be believed to do something.
fn useless(key: Option<&Text>, system: System) -> Result<String, Fault> {
    key.map_or_else(|| Ok(String::new()), |key| Err(fault(key, format!("{system} has no use for it; leave it out"))))
}

fn account(table: &Destination, system: System) -> Result<String, Fault> {
    match (system, &table.account) {
        (System::Twilio, Some(account)) => {
            let id = account.get_ref().trim();
            let is_account = id.len() > 2 && id.starts_with("AC") && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
            if is_account {
                Ok(id.to_owned())
            } else {
                Err(fault(account, "this is no account; it begins with AC, as its console shows it"))
            }
        }
        (System::Twilio, None) => Err(fault(&table.name, "it has no account; add account = \"AC…\", as its console shows it")),
        (System::Callrail, Some(account)) => {
            let id = account.get_ref().trim();
            let is_account = !id.is_empty() && id.len() <= 80 && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
            let what = "this is no account of CallRail; write its id, as the address of its pages shows it";
            if is_account { Ok(id.to_owned()) } else { Err(fault(account, what)) }
        }
        (System::Callrail, None) => {
            Err(fault(&table.name, "it has no account; add account = \"…\", as the address of its pages shows it"))
        }
        (System::Quickbooks, Some(account)) => {
            let realm = account.get_ref().trim();
            let is_realm = !realm.is_empty() && realm.len() <= 30 && realm.bytes().all(|byte| byte.is_ascii_digit());
            let what = "this is no company of QuickBooks; write its realm id, a number, as it was told when it was connected";
            if is_realm { Ok(realm.to_owned()) } else { Err(fault(account, what)) }
        }
        (System::Quickbooks, None) => Err(fault(&table.name, "it has no account; add account = \"…\", the company's realm id")),
        (System::Smtp, Some(account)) => name(account),
        (System::Smtp, None) => Ok(String::new()),
        (
            System::Hubspot
            | System::Webhook
            | System::Portal
            | System::Outline
            | System::Chat
            | System::SearchConsole
            | System::Thumbtack,
            account,
        ) => useless(account.as_ref(), system),
    }
}

fn model(table: &Destination, system: System) -> Result<String, Fault> {
    match (system, &table.model) {
        (System::Chat, Some(model)) => name(model),
        (System::Chat, None) => Err(fault(&table.name, "it has no model; add model = \"…\", as the endpoint calls it")),
        (_, model) => useless(model.as_ref(), system),
    }
}

/// How long a model may take; every other answer is short, or its system is at fault.
fn timeout(table: &Destination, system: System) -> Result<Option<u32>, Fault> {
    match (system, &table.timeout_seconds) {
        (System::Chat, seconds) => number(seconds.as_ref(), SLOWEST),
        (_, Some(seconds)) => Err(fault(seconds, format!("{system} has no use for it; leave it out"))),
        (_, None) => Ok(None),
    }
}

fn from(table: &Destination, system: System) -> Result<String, Fault> {
    match (system, &table.from) {
        (System::Twilio, Some(from)) => {
            let sender = from.get_ref().trim();
            let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            let service = sender.strip_prefix("MG").is_some_and(|id| id.bytes().all(|byte| byte.is_ascii_alphanumeric()));
            let is_sender = service || digits(sender.strip_prefix('+').unwrap_or(sender));
            let what = "this can send no text; write a number like +15125550100, or a messaging service (MG…)";
            if is_sender { Ok(sender.to_owned()) } else { Err(fault(from, what)) }
        }
        (System::Twilio, None) => Err(fault(&table.name, "it has no from; add the number or messaging service that sends")),
        (System::Smtp, Some(from)) => {
            let email = Email::parse(from.get_ref()).map_err(|_| fault(from, "this is no mail address; write the sender's"))?;
            Ok(email.to_string())
        }
        (System::Smtp, None) => Err(fault(&table.name, "it has no from; add the sender's mail address")),
        (_, from) => useless(from.as_ref(), system),
    }
}

fn number(written: Option<&Spanned<i64>>, most: u32) -> Result<Option<u32>, Fault> {
    let checked = |written: &Spanned<i64>| {
        let number = u32::try_from(*written.get_ref()).ok().filter(|number| (1..=most).contains(number));
        number.ok_or_else(|| fault(written, format!("write a number from 1 to {most}, or leave it out")))
    };
    written.map(checked).transpose()
}

fn note(text: &Text) -> Result<String, Fault> {
    let note = text.get_ref().trim();
    if note.is_empty() || note.chars().count() > LONGEST_NOTE || note.chars().any(is_unsafe) {
        return Err(fault(text, format!("write one line of at most {LONGEST_NOTE} characters, or leave it out")));
    }
    Ok(note.to_owned())
}

impl Described {
    /// With its secret, or why there is none.
    pub(super) fn with_secret(self) -> Setting {
        let mut setting = self.setting;
        match self.source.map(Source::read) {
            None => {}
            Some(Ok(secret)) => setting.secret = Some(secret),
            Some(Err(why)) => setting.missing = Some(why),
        }
        if let (Some(grant), Some(refresh)) = (&mut setting.grant, self.refresh) {
            grant.refresh = refresh.read().map_or_else(Refresh::Missing, Refresh::Given);
        }
        setting
    }
}

#[cfg(test)]
mod tests {
    use super::super::environment::Environment;
    use super::super::{BadConfig, Config};
    use super::*;
    use rstest::rstest;
    use std::path::Path;

    fn config(text: &str) -> Result<Config, BadConfig> {
        Config::of(format!("database = 'sqlite:/x'\n{text}").as_bytes(), Path::new("c.toml"), &Environment::default(), None)
    }

    #[test]
    fn without_any_the_list_is_empty() {
        assert_eq!(config("").unwrap().destinations, []);
    }

    #[test]
    fn a_whole_table_is_read() {
        let config = config(
            "[[destination]]\nname = 'Twilio'\nsystem = 'twilio'\naccount = 'AC12'\nfrom = '+15005550006'\nsecret_env = 'CARGO_MANIFEST_DIR'\n\
             concurrency = 4\nper_minute = 60\nincident_owner = 'rosa'\nrollback = 'write again'\n\
             [[destination]]\nname = 'Mail'\nsystem = 'smtp'\nurl = 'smtps://mail.example.com'\nfrom = 'Office@Acme.example'\n\
             [[destination]]\nname = 'Portal'\nsystem = 'portal'",
        )
        .unwrap();
        let [twilio, mail, portal] = config.destinations.as_slice() else { panic!() };
        assert_eq!(
            (twilio.url.as_str(), twilio.from.as_str(), twilio.concurrency),
            ("https://api.twilio.com", "+15005550006", Some(4))
        );
        assert_eq!(
            (twilio.per_minute, twilio.incident_owner.as_deref(), twilio.rollback.as_deref()),
            (Some(60), Some("rosa"), Some("write again"))
        );
        assert_eq!((twilio.secret.is_some(), &twilio.missing), (true, &None));
        assert_eq!((mail.from.to_lowercase().as_str(), &mail.secret, &mail.missing), ("office@acme.example", &None, &None));
        assert_eq!((portal.system, portal.url.as_str()), (System::Portal, ""));
        assert!(!format!("{config:?} {:?}", config.destinations).contains(env!("CARGO_MANIFEST_DIR")));
    }

    #[rstest]
    #[case(
        "system = 'fax'",
        "c.toml:4:10: destination.system: there is no such word; write one of: hubspot, twilio, smtp, webhook, portal"
    )]
    #[case("system = 'hubspot'", "c.toml:3:8: destination.name: it has no secret; add secret_env")]
    #[case(
        "system = 'hubspot'\nsecret_env = 'A'\nsecret_file = '/a'",
        "c.toml:6:15: destination.secret_file: secret_env says it already"
    )]
    #[case(
        "system = 'hubspot'\nsecret_env = 'pat-na1-hunter2'",
        "c.toml:5:14: destination.secret_env: this is no variable's name"
    )]
    #[case("system = 'hubspot'\nsecret_env = 'hunter2'", "c.toml:5:14: destination.secret_env: this is no variable's name")]
    #[case("system = 'hubspot'\nsecret_file = 'token'", "c.toml:5:15: destination.secret_file: write the whole path")]
    #[case("system = 'hubspot'\nsecret_file = '~/token'", "c.toml:5:15: destination.secret_file: ~ is not replaced here")]
    #[case(
        "system = 'hubspot'\nsecret_env = 'A'\nurl = 'http://api.hubapi.com'",
        "c.toml:6:7: destination.url: without TLS everybody"
    )]
    #[case(
        "system = 'hubspot'\nsecret_env = 'A'\nurl = 'https://u:hunter2@x.example'",
        "c.toml:6:7: destination.url: a name or password"
    )]
    #[case("system = 'hubspot'\nsecret_env = 'A'\naccount = 'x'", "c.toml:6:11: destination.account: hubspot has no use for it")]
    #[case(
        "system = 'hubspot'\nsecret_env = 'A'\nconcurrency = 0",
        "c.toml:6:15: destination.concurrency: write a number from 1 to 1000"
    )]
    #[case(
        "system = 'hubspot'\nsecret_env = 'A'\nper_minute = -1",
        "c.toml:6:14: destination.per_minute: write a number from 1 to 100000"
    )]
    #[case(
        "system = 'hubspot'\nsecret_env = 'A'\ntimeout_seconds = 60",
        "c.toml:6:19: destination.timeout_seconds: hubspot has no use for it"
    )]
    #[case(
        "system = 'chat'\nurl = 'http://127.0.0.1:1/v1'\nmodel = 'm'\ntimeout_seconds = 601",
        "c.toml:7:19: destination.timeout_seconds: write a number from 1 to 600"
    )]
    #[case("system = 'hubspot'\nsecret_env = 'A'\nrollback = ''", "c.toml:6:12: destination.rollback: write one line")]
    #[case("system = 'twilio'\nsecret_env = 'A'\nfrom = '+1'", "c.toml:3:8: destination.name: it has no account; add account")]
    #[case(
        "system = 'twilio'\nsecret_env = 'A'\naccount = 'AC1/x'\nfrom = '+1'",
        "c.toml:6:11: destination.account: this is no account"
    )]
    #[case(
        "system = 'twilio'\nsecret_env = 'A'\naccount = 'AC1'\nfrom = 'us'",
        "c.toml:7:8: destination.from: this can send no text"
    )]
    #[case(
        "system = 'webhook'\nsecret_env = 'A'",
        "c.toml:3:8: destination.name: it has no url, and webhook has no place of its own"
    )]
    #[case("system = 'smtp'\nurl = 'smtps://h.example'", "c.toml:3:8: destination.name: it has no from")]
    #[case("system = 'smtp'\nurl = 'smtps://h.example'\nfrom = 'me'", "c.toml:6:8: destination.from: this is no mail address")]
    #[case(
        "system = 'smtp'\nurl = 'smtps://h.example'\nfrom = 'a@b.example'\naccount = 'me'",
        "c.toml:3:8: destination.name: it has no secret"
    )]
    #[case(
        "system = 'smtp'\nurl = 'smtps://h.example'\nfrom = 'a@b.example'\nsecret_env = 'A'",
        "c.toml:7:14: destination.secret_env: nobody logs in"
    )]
    #[case("system = 'portal'\nsecret_env = 'A'", "c.toml:5:14: destination.secret_env: portal has no use for it")]
    #[case("system = 'portal'\nkey = 'A'", "c.toml:5:1: destination.key: there is no such key; known here: name, system, url,")]
    fn a_bad_table_says_where_what_and_what_to_do(#[case] lines: &str, #[case] begins: &str) {
        let said = config(&format!("[[destination]]\nname = 'There'\n{lines}")).unwrap_err().to_string();
        assert!(said.starts_with(begins), "{said}");
        assert!(!said.contains("hunter2"), "{said}");
    }

    #[rstest]
    #[case("", 30)]
    #[case("timeout_seconds = 240", 240)]
    fn a_model_is_given_the_time_it_needs(#[case] line: &str, #[case] seconds: u64) {
        let chat = "[[destination]]\nname = 'Drafter'\nsystem = 'chat'\nurl = 'http://127.0.0.1:1/v1'\nmodel = 'm'";
        let config = config(&format!("{chat}\n{line}")).unwrap();
        assert_eq!(config.destinations[0].answers_within().as_secs(), seconds);
    }

    #[test]
    fn names_are_told_apart() {
        let two = "[[destination]]\nname = 'A'\nsystem = 'portal'\n[[destination]]\nname = 'a'\nsystem = 'portal'";
        assert!(config(two).unwrap_err().to_string().contains("another destination has this name"));
    }
}
