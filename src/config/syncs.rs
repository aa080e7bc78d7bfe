//! The syncs in the file: what is fetched, for whom, how often, and how old it may be.

use chrono::TimeDelta;
use toml::Spanned;
use url::Url;

use super::bad::Fault;
use super::destinations::Described;
use super::file::{Sync, Text};
use super::settle::{fault, name};
use crate::domain::destination::System;
use crate::domain::event::Provider;
use crate::domain::sync::SyncSetting;

/// Minutes between two rounds where nothing is said.
pub(super) const EVERY: i64 = 15;
/// Minutes between two rounds where a day is told at once, and days later.
pub(super) const EVERY_DAYS: i64 = 360;
/// Minutes after which what we have is stale, where nothing is said.
pub(super) const STALE_AFTER: i64 = 120;
/// Days that the first round goes back, where nothing is said.
pub(super) const SINCE: i64 = 7;

/// Checks all of them.
pub(super) fn syncs(tables: &[Sync], destinations: &[Described]) -> Result<Vec<SyncSetting>, Fault> {
    let mut all: Vec<SyncSetting> = Vec::new();
    for table in tables {
        let sync = sync(table, destinations)?;
        if all.iter().any(|other| other.provider == sync.provider && other.client.to_lowercase() == sync.client.to_lowercase()) {
            return Err(fault(&table.client, "another sync fetches the same for this client; keep one of them"));
        }
        all.push(sync);
    }
    Ok(all)
}

fn sync(table: &Sync, destinations: &[Described]) -> Result<SyncSetting, Fault> {
    let destination = name(&table.destination)?;
    let asked = destinations.iter().find(|described| described.setting.name == destination);
    let asked = asked.ok_or_else(|| fault(&table.destination, "there is no [[destination]] of this name; add one"))?;
    let provider = match asked.setting.system {
        System::Callrail => Provider::Callrail,
        System::SearchConsole => Provider::SearchConsole,
        System::Quickbooks => Provider::Quickbooks,
        System::Thumbtack => Provider::Thumbtack,
        system => {
            let what =
                format!("{system} is not asked for anything; name one that is callrail, thumbtack, quickbooks or search-console");
            return Err(fault(&table.destination, what));
        }
    };
    let default = if provider == Provider::SearchConsole { EVERY_DAYS } else { EVERY };
    let every = number(table.every_minutes.as_ref(), 24 * 60)?.unwrap_or(default);
    let stale_after = number(table.stale_after_minutes.as_ref(), 31 * 24 * 60)?;
    if let (Some(minutes), Some(written)) = (stale_after, &table.stale_after_minutes)
        && minutes < every * 2
    {
        return Err(fault(written, format!("it would be stale between two rounds; write {} or more", every * 2)));
    }
    Ok(SyncSetting {
        client: name(&table.client)?,
        destination,
        provider,
        scope: scope(table, provider)?,
        every: TimeDelta::minutes(every),
        stale_after: TimeDelta::minutes(stale_after.unwrap_or(STALE_AFTER.max(every * 4))),
        since: TimeDelta::days(number(table.since_days.as_ref(), 366)?.unwrap_or(SINCE)),
    })
}

/// Which part of the account is the client's: each provider has a word of its own for it, or none.
fn scope(table: &Sync, provider: Provider) -> Result<String, Fault> {
    let (company, business, site) = (table.company.as_ref(), table.business.as_ref(), table.site.as_ref());
    let useless = match provider {
        Provider::SearchConsole => company.or(business),
        Provider::Thumbtack => company.or(site),
        Provider::Callrail => business.or(site),
        _ => company.or(business).or(site),
    };
    if let Some(key) = useless {
        return Err(fault(key, format!("{provider} has no use for it; leave it out")));
    }
    let missing = |what: &str| Err(fault(&table.client, what));
    match (provider, company.or(business).or(site)) {
        (Provider::SearchConsole, Some(site)) => site_of(site),
        (Provider::SearchConsole, None) => missing("it has no site; add site = \"…\", as Search Console calls it"),
        (Provider::Thumbtack, Some(business)) => business_of(business),
        (Provider::Thumbtack, None) => missing("it has no business; add business = \"…\", the id that its leads tell"),
        (_, company) => Ok(company.map(name).transpose()?.unwrap_or_default()),
    }
}

fn site_of(site: &Text) -> Result<String, Fault> {
    let written = name(site)?;
    let domain = written.strip_prefix("sc-domain:").is_some_and(|domain| !domain.is_empty() && !domain.contains('/'));
    let prefix = Url::parse(&written).is_ok_and(|url| matches!(url.scheme(), "https" | "http")) && written.ends_with('/');
    let what = "this is no site of Search Console; write sc-domain:acme.example or https://www.acme.example/";
    if domain || prefix { Ok(written) } else { Err(fault(site, what)) }
}

fn business_of(business: &Text) -> Result<String, Fault> {
    let written = name(business)?;
    let fit = written.len() <= 64 && written.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let what = "this is no business of Thumbtack; write its id, a long number, as its leads tell it";
    if fit { Ok(written) } else { Err(fault(business, what)) }
}

fn number(written: Option<&Spanned<i64>>, most: i64) -> Result<Option<i64>, Fault> {
    let checked = |written: &Spanned<i64>| {
        let number = Some(*written.get_ref()).filter(|number| (1..=most).contains(number));
        number.ok_or_else(|| fault(written, format!("write a number from 1 to {most}, or leave it out")))
    };
    written.map(checked).transpose()
}

#[cfg(test)]
mod tests {
    use super::super::environment::Environment;
    use super::super::{BadConfig, Config};
    use super::*;
    use rstest::rstest;
    use std::path::Path;

    const ACCOUNT: &str =
        "[[destination]]\nname = 'CR'\nsystem = 'callrail'\naccount = '22'\nsecret_env = 'CARGO_MANIFEST_DIR'\n";

    const LEADS: &str = "[[destination]]\nname = 'TT'\nsystem = 'thumbtack'\nclient_id = 'app'\nsecret_env = 'CARGO_MANIFEST_DIR'\n\
                         refresh_file = '/var/lib/quotedeck/thumbtack-token'\n";

    const SITES: &str = "[[destination]]\nname = 'SC'\nsystem = 'search-console'\nclient_id = 'app'\nsecret_env = 'CARGO_MANIFEST_DIR'\n\
                         refresh_env = 'CARGO_PKG_NAME'\n";

    fn config(text: &str) -> Result<Config, BadConfig> {
        let text = format!("database = 'sqlite:/x'\n{ACCOUNT}[[sync]]\n{text}\n{SITES}{LEADS}");
        Config::of(text.as_bytes(), Path::new("c.toml"), &Environment::default(), None)
    }

    #[test]
    fn a_sync_is_read_and_has_its_defaults() {
        let all =
            "client = 'Acme'\ndestination = 'CR'\ncompany = 'COM1'\nevery_minutes = 5\nstale_after_minutes = 60\nsince_days = 30";
        let sync = config(all).unwrap().syncs.remove(0);
        assert_eq!((sync.client.as_str(), sync.scope.as_str(), sync.provider), ("Acme", "COM1", Provider::Callrail));
        let minutes = (sync.every.num_minutes(), sync.stale_after.num_minutes(), sync.since.num_days());
        assert_eq!(minutes, (5, 60, 30));
        let sync = config("client = 'Acme'\ndestination = 'SC'\nsite = 'https://www.acme.example/'").unwrap().syncs.remove(0);
        assert_eq!((sync.provider, sync.scope.as_str()), (Provider::SearchConsole, "https://www.acme.example/"));
        assert_eq!((sync.every.num_minutes(), sync.stale_after.num_minutes()), (360, 1440));
        let sync = config("client = 'Acme'\ndestination = 'TT'\nbusiness = '468046965846925323'").unwrap().syncs.remove(0);
        assert_eq!((sync.provider, sync.scope.as_str()), (Provider::Thumbtack, "468046965846925323"));
        assert_eq!((sync.every.num_minutes(), sync.stale_after.num_minutes()), (15, 120));
        let sync = config("client = 'Acme'\ndestination = 'CR'\nevery_minutes = 60").unwrap().syncs.remove(0);
        assert_eq!((sync.stale_after.num_minutes(), sync.since.num_days(), sync.scope.as_str()), (240, 7, ""));
    }

    #[rstest]
    #[case("client = 'Acme'\ndestination = 'X'", "c.toml:9:15: sync.destination: there is no [[destination]] of this name")]
    #[case("client = ''\ndestination = 'CR'", "c.toml:8:10: sync.client: it is empty")]
    #[case("client = 'A'\ndestination = 'CR'\nevery_minutes = 0", "c.toml:10:17: sync.every_minutes: write a number from 1")]
    #[case(
        "client = 'A'\ndestination = 'CR'\nstale_after_minutes = 20",
        "c.toml:10:23: sync.stale_after_minutes: it would be stale between two rounds; write 30"
    )]
    #[case(
        "client = 'A'\ndestination = 'CR'\n[[sync]]\nclient = 'a'\ndestination = 'CR'",
        "c.toml:11:10: sync.client: another sync fetches the same"
    )]
    #[case(
        "client = 'A'\ndestination = 'P'\n[[destination]]\nname = 'P'\nsystem = 'portal'",
        "c.toml:9:15: sync.destination: portal is not asked for anything"
    )]
    #[case(
        "client = 'A'\ndestination = 'CR'\nsite = 'sc-domain:a.example'",
        "c.toml:10:8: sync.site: callrail has no use for it"
    )]
    #[case("client = 'A'\ndestination = 'SC'", "c.toml:8:10: sync.client: it has no site")]
    #[case(
        "client = 'A'\ndestination = 'SC'\nsite = 'acme.example'",
        "c.toml:10:8: sync.site: this is no site of Search Console"
    )]
    #[case(
        "client = 'A'\ndestination = 'SC'\ncompany = 'C'\nsite = 'sc-domain:a.example'",
        "c.toml:10:11: sync.company: search-console has no use"
    )]
    #[case("client = 'A'\ndestination = 'TT'", "c.toml:8:10: sync.client: it has no business")]
    #[case(
        "client = 'A'\ndestination = 'TT'\nbusiness = '46/8'",
        "c.toml:10:12: sync.business: this is no business of Thumbtack"
    )]
    #[case("client = 'A'\ndestination = 'TT'\ncompany = '4'\nbusiness = '4'", "c.toml:10:11: sync.company: thumbtack has no use")]
    #[case("client = 'A'\ndestination = 'CR'\nbusiness = '4'", "c.toml:10:12: sync.business: callrail has no use")]
    #[case("client = 'A'\ndestination = 'CR'\ntoken = 'x'", "c.toml:10:1: sync.token: there is no such key")]
    fn a_bad_sync_says_where_what_and_what_to_do(#[case] lines: &str, #[case] begins: &str) {
        let said = config(lines).unwrap_err().to_string();
        assert!(said.starts_with(begins), "{said}");
    }
}
