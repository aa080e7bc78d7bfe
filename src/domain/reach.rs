//! Where a destination is reached: which URLs may stand in a setting, and what they say. Pure.
//!
//! No error repeats the URL: somebody may have written a password into it.

use url::{Host, Url};

use super::destination::System;

/// Where requests go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// To an HTTP server: its base URL, without a slash at the end.
    Http(Url),
    /// To a mail server.
    Mail(MailServer),
    /// Nowhere: it happens here.
    Here,
}

/// A mail server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailServer {
    /// Name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// How the connection is kept private.
    pub privacy: Privacy,
}

/// How a connection to a mail server is kept private.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Privacy {
    /// TLS from the first byte.
    Tls,
    /// TLS before anything is said that matters; without it nothing is sent.
    StartTls,
    /// Not at all.
    Plain,
}

/// A URL that cannot be used: what is wrong, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadUrl(pub String);

fn bad<T>(what: impl Into<String>) -> Result<T, BadUrl> {
    Err(BadUrl(what.into()))
}

/// Where a system is reached when nothing is said: only the real APIs have such a place.
pub fn default_url(system: System) -> Option<&'static str> {
    match system {
        System::Hubspot => Some("https://api.hubapi.com"),
        System::Twilio => Some("https://api.twilio.com"),
        System::Callrail => Some("https://api.callrail.com"),
        System::Quickbooks => Some("https://quickbooks.api.intuit.com"),
        System::SearchConsole => Some("https://www.googleapis.com"),
        System::Thumbtack => Some("https://api.thumbtack.com"),
        System::Smtp | System::Webhook | System::Chat => None,
        System::Portal | System::Outline => Some(""),
    }
}

/// What a URL says for a system.
///
/// # Errors
/// [`BadUrl`] when no request to it could be made, or not a private one.
pub fn reach(system: System, url: &str) -> Result<Reach, BadUrl> {
    if matches!(system, System::Portal | System::Outline) {
        return if url.is_empty() { Ok(Reach::Here) } else { bad(format!("the {system} needs no url; leave it out")) };
    }
    let form = if system == System::Smtp { "smtps://HOST or smtp://HOST:PORT" } else { "https://HOST" };
    let Ok(parsed) = Url::parse(url) else { return bad(format!("this is no URL; write {form}")) };
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return bad("a name or password does not belong in here; use account, and secret_env or secret_file");
    }
    if parsed.fragment().is_some() {
        return bad("what stands behind # is never sent; leave it out");
    }
    let Some(host) = parsed.host_str().filter(|host| !host.is_empty()) else {
        return bad(format!("it names no host; write {form}"));
    };
    if parsed.port() == Some(0) {
        return bad("there is no port 0; write the real one, or leave it out");
    }
    if system == System::Smtp { mail(&parsed, host) } else { http(system, parsed) }
}

fn http(system: System, mut url: Url) -> Result<Reach, BadUrl> {
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" => {
            return bad("without TLS everybody on the way reads the secret; write https:// (http:// is for this machine alone)");
        }
        _ => return bad("only https:// can be spoken here; write https://HOST"),
    }
    if url.query().is_some() && system != System::Webhook {
        return bad("the base URL of an API has no query; leave out what stands behind ?");
    }
    if system != System::Webhook {
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
    }
    Ok(Reach::Http(url))
}

fn mail(url: &Url, host: &str) -> Result<Reach, BadUrl> {
    if !matches!(url.path(), "" | "/") {
        return bad("a mail server has no path; write smtps://HOST or smtp://HOST:PORT");
    }
    let mut said = None;
    for (name, value) in url.query_pairs() {
        said = match (name.as_ref(), value.as_ref()) {
            ("tls", "none") => Some(Privacy::Plain),
            ("tls", "starttls" | "required") => Some(Privacy::StartTls),
            ("tls", _) => return bad("there is no such tls; write tls=starttls, or tls=none to send without privacy"),
            _ => return bad("there is no such setting behind ?; only tls is known"),
        };
    }
    let (privacy, port) = match (url.scheme(), said) {
        ("smtps", None) => (Privacy::Tls, 465),
        ("smtps", Some(_)) => return bad("smtps:// is private from the first byte; leave tls out, or write smtp://"),
        ("smtp", Some(privacy)) => (privacy, if privacy == Privacy::Plain { 25 } else { 587 }),
        ("smtp", None) if is_loopback(url) => (Privacy::Plain, 25),
        ("smtp", None) => (Privacy::StartTls, 587),
        _ => return bad("only mail can be spoken here; write smtps://HOST or smtp://HOST:PORT"),
    };
    let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    Ok(Reach::Mail(MailServer { host, port: url.port().unwrap_or(port), privacy }))
}

/// Whether a URL stays on this machine.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        // The hosts of a scheme that is not the web's are not read as addresses.
        Some(Host::Domain(name)) => {
            name.eq_ignore_ascii_case("localhost")
                || name.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case(System::Hubspot, "https://api.hubapi.com", "https://api.hubapi.com/")]
    #[case(System::Hubspot, "https://proxy.example.com/hub/", "https://proxy.example.com/hub")]
    #[case(System::Twilio, "http://127.0.0.1:4010", "http://127.0.0.1:4010/")]
    #[case(System::Twilio, "http://[::1]:4010", "http://[::1]:4010/")]
    #[case(System::Webhook, "https://example.com/in/?team=7", "https://example.com/in/?team=7")]
    fn an_http_url_is_taken(#[case] system: System, #[case] url: &str, #[case] base: &str) {
        let Ok(Reach::Http(reached)) = reach(system, url) else { panic!("{:?}", reach(system, url)) };
        assert_eq!(reached.as_str(), base);
    }

    #[rstest]
    #[case("smtps://mail.example.com", "mail.example.com", 465, Privacy::Tls)]
    #[case("smtp://mail.example.com", "mail.example.com", 587, Privacy::StartTls)]
    #[case("smtp://mail.example.com:25?tls=starttls", "mail.example.com", 25, Privacy::StartTls)]
    #[case("smtp://mail.example.com:25?tls=none", "mail.example.com", 25, Privacy::Plain)]
    #[case("smtp://127.0.0.1:2525", "127.0.0.1", 2525, Privacy::Plain)]
    #[case("smtp://localhost?tls=required", "localhost", 587, Privacy::StartTls)]
    #[case("smtp://[::1]:2525", "::1", 2525, Privacy::Plain)]
    fn a_mail_server_is_taken(#[case] url: &str, #[case] host: &str, #[case] port: u16, #[case] privacy: Privacy) {
        assert_eq!(reach(System::Smtp, url), Ok(Reach::Mail(MailServer { host: host.to_owned(), port, privacy })));
    }

    #[rstest]
    #[case(System::Hubspot, "api.hubapi.com", "this is no URL")]
    #[case(System::Hubspot, "", "this is no URL")]
    #[case(System::Hubspot, "http://api.hubapi.com", "without TLS everybody")]
    #[case(System::Hubspot, "ftp://api.hubapi.com", "only https://")]
    #[case(System::Hubspot, "https://api.hubapi.com?hapikey=x", "the base URL of an API has no query")]
    #[case(System::Webhook, "https://me:hunter2@example.com/", "a name or password does not belong in here")]
    #[case(System::Webhook, "https://example.com/#top", "what stands behind #")]
    #[case(System::Webhook, "https://example.com:0/", "there is no port 0")]
    #[case(System::Smtp, "https://example.com", "only mail can be spoken")]
    #[case(System::Smtp, "smtp://", "it names no host")]
    #[case(System::Smtp, "smtp://example.com/inbox", "a mail server has no path")]
    #[case(System::Smtp, "smtp://example.com?tls=maybe", "there is no such tls")]
    #[case(System::Smtp, "smtps://example.com?tls=none", "smtps:// is private")]
    #[case(System::Portal, "https://example.com", "the portal needs no url")]
    fn a_bad_url_says_what_to_do(#[case] system: System, #[case] url: &str, #[case] begins: &str) {
        let said = reach(system, url).unwrap_err().to_string();
        assert!(said.starts_with(begins), "{said}");
        assert!(!said.contains("hunter2"));
    }

    proptest! {
        #[test]
        fn no_text_breaks_it_and_none_is_repeated(text in "(https?://|smtps?://)?[ -~é]{0,30}") {
            for system in [System::Webhook, System::Smtp] {
                if let Err(error) = reach(system, &text) {
                    prop_assert!(text.len() < 12 || !error.to_string().contains(&text));
                }
            }
        }
    }
}
