//! The commented file: every key at its default, written from the same tables that are in force.

use std::fmt::Write as _;

use strum::VariantArray;

use super::keys::BINDINGS;
use super::rules::OPERATIONS;
use super::settle::{HIGH_VALUE_AT, LOG_LEVEL, LOW_VALUE_BELOW, REGION, TIME_ZONE};
use super::syncs::{EVERY, EVERY_DAYS, SINCE, STALE_AFTER};
use super::theme::Theme;
use super::{LogLevel, environment};
use crate::domain::actor::Role;
use crate::domain::automation::Stage;
use crate::domain::destination::{ANSWERS_WITHIN, SLOWEST, Setting, System};
use crate::domain::event::{Channel, FIELDS, Provider};
use crate::domain::money::Money;
use crate::domain::reach::default_url;
use crate::domain::source::{PER_ADDRESS, ServeSetting};

/// What comes before the first key.
const HEAD: &str = "\
# The settings of quotedeck. A line that begins with # and a letter is a key at its default, or at an example
# where the default depends on you: take the # away to change it. What is said on the command line goes before the environment,
# the environment before this file, and this file before the defaults.
";

/// A part of the file: its heading (empty for the top), what it is for, and its lines.
struct Part {
    heading: &'static str,
    about: &'static str,
    lines: Vec<Line>,
}

/// A key with its default, as TOML, and a comment.
struct Line {
    key: String,
    value: String,
    about: String,
}

fn line(key: &str, value: impl Into<String>, about: impl Into<String>) -> Line {
    Line { key: key.to_owned(), value: value.into(), about: about.into() }
}

/// Text as TOML.
fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// The file.
pub(super) fn text() -> String {
    let mut text = HEAD.to_owned();
    for part in parts() {
        text.push('\n');
        for about in part.about.lines() {
            let _ = writeln!(text, "# {about}");
        }
        if !part.heading.is_empty() {
            // A table without keys changes nothing; an entry of a list would.
            let mark = if part.heading.starts_with("[[") { "#" } else { "" };
            let _ = writeln!(text, "{mark}{}", part.heading);
        }
        for line in part.lines {
            let setting = format!("#{} = {}", line.key, line.value);
            let _ = match line.about.as_str() {
                "" => writeln!(text, "{setting}"),
                about => writeln!(text, "{setting:<48} # {about}"),
            };
        }
    }
    text
}

fn parts() -> Vec<Part> {
    vec![
        top(),
        portal(),
        log(),
        theme(),
        clients(),
        people(),
        destinations(),
        drafter(),
        serve(),
        sources(),
        call_list(),
        syncs(),
        books(),
        leads(),
        lead_sync(),
        figures(),
        site_sync(),
        mail_folder(),
        templates(),
        automations(),
        columns(),
        keys(),
    ]
}

fn top() -> Part {
    let database = format!("or {}; without it, a SQLite file in your data directory", environment::DATABASE);
    let actor = format!("who acts; or {}; without it, your login name", environment::ACTOR);
    Part {
        heading: "",
        about: "The database: sqlite:PATH for one machine, postgres://USER@HOST/NAME for a team. A server on another machine\n\
                must prove who it is (sslmode=verify-full). Better than a password in here: a ~/.pgpass file.",
        lines: vec![
            line("database", quoted("sqlite:/var/lib/quotedeck/quotedeck.sqlite"), database),
            line("actor", quoted("rosa"), actor),
        ],
    }
}

fn portal() -> Part {
    Part {
        heading: "[portal]",
        about: "How the client portal logs in to Postgres: a login that is quotedeck_portal and nothing more. A reviewer's preview is\n\
                fetched as it. Without it, the preview's connection starts in the role quotedeck_portal on the program's own login.",
        lines: vec![line(
            "database",
            quoted("postgres://portal_server@localhost/quotedeck"),
            "or database_env = \"NAME\" of a variable, or database_file = \"/PATH\"",
        )],
    }
}

fn log() -> Part {
    let levels = LogLevel::VARIANTS.iter().map(|level| level.as_str()).collect::<Vec<_>>().join(", ");
    Part {
        heading: "[log]",
        about: "What is logged. It never holds payloads, drafts or notes.",
        lines: vec![
            line("level", quoted(LOG_LEVEL.as_str()), levels),
            line("file", quoted("/var/log/quotedeck.log"), "without it, a file in your state directory"),
        ],
    }
}

fn theme() -> Part {
    let mut default = Theme::default();
    let mut lines = vec![line("name", quoted("default"), Theme::NAMES.join(", "))];
    for (meaning, about) in Theme::MEANINGS {
        let colour = default.slot(meaning).map_or_else(String::new, |colour| colour.to_string());
        let colour = if colour == "Reset" { "default".to_owned() } else { colour.to_lowercase() };
        lines.push(line(meaning, quoted(&colour), *about));
    }
    Part {
        heading: "[theme]",
        about: "Colours: a name (red, bright-blue), #rrggbb, a number from 0 to 255, or default. NO_COLOR turns all of them off.",
        lines,
    }
}

fn clients() -> Part {
    let amount = |money: Money| quoted(money.to_string().trim_start_matches('$'));
    let addresses = "its own numbers and accounts: what reached one is its lead";
    Part {
        heading: "[[client]]",
        about: "A service business whose leads these are; one such table for each. `quotedeck init` brings them into the database.",
        lines: vec![
            line("name", quoted("Acme Plumbing"), "the name people use; required"),
            line("time_zone", quoted(TIME_ZONE), "of its customers; quiet hours go by it"),
            line("region", quoted(REGION), "of phone numbers without a country code"),
            line("low_value_below", amount(LOW_VALUE_BELOW), "quotes below this are answered automatically"),
            line("high_value_at", amount(HIGH_VALUE_AT), "quotes at or above this go to a person first"),
            line("addresses", "[\"+1 512 555 0100\"]", addresses),
            line(
                "findings",
                "{ blame = \"block\" }",
                "what findings weigh for it: note, warn or block; the unsafe ones always block",
            ),
        ],
    }
}

fn people() -> Part {
    let roles = Role::VARIANTS.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(", ");
    Part {
        heading: "[[person]]",
        about: "Somebody who acts; one such table for each. A viewer reads; a reviewer also judges drafts; an operator also works\n\
                queue, tasks and leads; an owner also pauses destinations and overrides blocks.",
        lines: vec![
            line("name", quoted("ana"), "the login name; required"),
            line("role", quoted(Role::Reviewer.as_str()), format!("{roles}; required")),
            line("clients", "[\"Acme Plumbing\"]", "whose leads and drafts are seen; without it, everybody's"),
        ],
    }
}

fn destinations() -> Part {
    let systems = System::VARIANTS.iter().map(|system| system.as_str()).collect::<Vec<_>>().join(", ");
    let from = "a number or messaging service (MG…) of Twilio's; a mail address";
    Part {
        heading: "[[destination]]",
        about: "An account at an outside system that requests go to; one such table for each. hubspot and twilio are reached where\n\
                they are unless a url is said; smtp takes smtps://HOST, or smtp://HOST:PORT for STARTTLS (?tls=none sends in the\n\
                open); webhook takes https://…, and signs with a secret that begins with whsec_; portal takes a name alone. The secret\n\
                itself never stands in here: a missing one stops that destination, not the deck.",
        lines: vec![
            line("name", quoted("Twilio"), "the name people use; required"),
            line("system", quoted(System::Twilio.as_str()), format!("{systems}; required")),
            line("url", quoted(default_url(System::Twilio).unwrap_or_default()), "http:// is for this machine alone"),
            line("account", quoted("AC00000000000000000000000000000000"), "Twilio's account; a mail server's login"),
            line("from", quoted("+15125550100"), from),
            line("secret_env", quoted("TWILIO_TOKEN"), "or secret_file = \"/PATH\", a file for you alone (chmod 600)"),
            line("concurrency", "4", "requests on their way at once, by all workers; of texts a place is kept for urgent ones"),
            line("per_minute", "60", "requests in a minute, by all workers"),
            line("incident_owner", quoted("rosa"), "who answers when it breaks"),
            line("rollback", quoted("a sent text stays; write again"), "how its work is taken back"),
        ],
    }
}

fn drafter() -> Part {
    Part {
        heading: "[[destination]]",
        about: "Who writes the drafts: the destination named Drafter. Without this table the embedded one (outline), which needs no\n\
                network; with it, a model behind any OpenAI-compatible chat endpoint. What is known of a lead, words included, goes there.",
        lines: vec![
            line("name", quoted("Drafter"), "this name; required"),
            line("system", quoted(System::Chat.as_str()), "chat or outline; required"),
            line("url", quoted("http://127.0.0.1:11434/v1"), "of the endpoint; mostly ends in /v1"),
            line("model", quoted("llama3.1"), "as the endpoint calls it; required"),
            line(
                "timeout_seconds",
                ANSWERS_WITHIN.to_string(),
                format!("for an answer, 1 to {SLOWEST}: a model on a machine of your own may need more"),
            ),
            line("price_read", quoted("0.15"), "dollars for a million tokens that it reads"),
            line("price_written", quoted("0.60"), "dollars for a million tokens that it writes"),
            line("secret_env", quoted("DRAFTER_KEY"), "or secret_file; an endpoint of your own may need none"),
        ],
    }
}

fn templates() -> Part {
    let channels = Channel::VARIANTS.iter().map(|channel| channel.as_str()).collect::<Vec<_>>().join(", ");
    let operations = OPERATIONS.map(|(operation, _)| operation).join(", ");
    Part {
        heading: "[[template]]",
        about: "An approved text; one such table for each, and `quotedeck init` brings them in. Another text is another edition.\n\
                Nobody is written to between 21:00 and 8:00 where they are, nor without the line that says how to opt out.",
        lines: vec![
            line("name", quoted("text_back"), format!("{operations}; one for mail has _email behind it; required")),
            line("channel", quoted(Channel::Sms.as_str()), format!("{channels}; required")),
            line("text", quoted("Sorry we missed your call to {client}."), "{name}, {client} and {service} are filled; required"),
            line("opt_out", quoted("Reply STOP to end messages."), "comes behind the text; required"),
            line("response_window_minutes", "15", "within which somebody answers a reply; required"),
            line("escalate_to", quoted("rosa"), "who is asked when nobody did; required"),
            line("approved_by", quoted("rosa"), "required"),
        ],
    }
}

fn serve() -> Part {
    let default = ServeSetting::default();
    Part {
        heading: "[serve]",
        about: "The front door, `quotedeck serve`: what providers send comes in here. TLS by a reverse proxy, or with both files.",
        lines: vec![
            line("listen", quoted(&default.listen), "address and port"),
            line("public_url", quoted("https://deck.example.com"), "as providers call it: some sign the whole URL"),
            line("tls_cert", quoted("/etc/quotedeck/cert.pem"), "the certificate chain"),
            line("tls_key", quoted("/etc/quotedeck/key.pem"), "its key"),
            line("trust_forwarded", "false", "true behind a proxy of your own that sets X-Forwarded-Proto and -Host"),
            line("largest_body", default.largest_body.to_string(), "bytes"),
            line("per_second", default.per_second.to_string(), "requests of one source, lasting; four times as many at once"),
            line("connections", default.connections.to_string(), "at once"),
            line(
                "per_address",
                PER_ADDRESS.to_string(),
                "of them from one address; not counted on loopback and behind your proxy",
            ),
            line(
                "unsubscribe_key_env",
                quoted("UNSUBSCRIBE_KEY"),
                "mails get a link to leave by (openssl rand -hex 32); or unsubscribe_key_file",
            ),
        ],
    }
}

fn sources() -> Part {
    let senders = Provider::VARIANTS.iter().filter(|provider| provider.sends());
    let providers = senders.map(|provider| provider.as_str()).collect::<Vec<_>>().join(", ");
    Part {
        heading: "[[source]]",
        about: "What vouches for a provider's requests; one such table for each provider, or for each provider and client. The URL\n\
                itself comes from: quotedeck source add PROVIDER --client NAME. The secret never stands in here.",
        lines: vec![
            line("provider", quoted(Provider::TwilioSms.as_str()), format!("{providers}; required")),
            line("client", quoted("Acme Plumbing"), "without it, for every client"),
            line("secret_env", quoted("TWILIO_TOKEN"), "or secret_file = \"/PATH\"; NAME:PASSWORD where the provider logs in"),
            line("old_secret_env", quoted("TWILIO_TOKEN_OLD"), "taken too while you change it; or old_secret_file"),
            line("header", quoted("x-api-key"), "the header of the key, where its name is agreed on"),
            line("origins", "[\"https://www.acme.example\"]", "websites whose form may be sent by a browser; without it, all"),
            line("honeypot", quoted("fax"), "a field of a form that people do not see; filled in, it was a machine"),
            line("stale_after_minutes", "1440", "silence that makes it stale; 0 for never; without it, learned from its past"),
            line("fields", "{ phone = \"contact.mobile\" }", "our fields, and where a webhook has them"),
        ],
    }
}

fn call_list() -> Part {
    Part {
        heading: "[[destination]]",
        about: "A provider that is asked for what its webhooks may have missed: CallRail, for its calls.",
        lines: vec![
            line("name", quoted("CallRail"), "the name people use; required"),
            line("system", quoted(System::Callrail.as_str()), "required"),
            line("account", quoted("227799611"), "as the address of its pages shows it; required"),
            line("secret_env", quoted("CALLRAIL_KEY"), "the API key; or secret_file"),
            line("per_minute", "15", "the API takes a thousand requests in an hour"),
        ],
    }
}

fn syncs() -> Part {
    Part {
        heading: "[[sync]]",
        about: "What is fetched for a client, and how often; `quotedeck work` does it. What a webhook brought already changes nothing.",
        lines: vec![
            line("client", quoted("Acme Plumbing"), "whose calls they are; required"),
            line("destination", quoted("CallRail"), "the account that is asked; required"),
            line("company", quoted("COM8154748ae6bd4e278a7cddd38a662f4f"), "whose calls in that account; without it, all"),
            line("every_minutes", EVERY.to_string(), "between two rounds"),
            line("stale_after_minutes", STALE_AFTER.to_string(), "what is older is no base for a summary"),
            line("since_days", SINCE.to_string(), "how far back the first round begins"),
        ],
    }
}

fn leads() -> Part {
    Part {
        heading: "[[destination]]",
        about: "An account at Thumbtack, asked for a business's leads and what was written about them. It lets in by OAuth, as Search\n\
                Console below, with the scopes supply::negotiations.read, supply::messages.read and offline_access, and takes each\n\
                refresh token once.",
        lines: vec![
            line("name", quoted("Thumbtack"), "the name people use; required"),
            line("system", quoted(System::Thumbtack.as_str()), "required"),
            line("client_id", quoted("5ff1a1b2"), "who the app is; required"),
            line("secret_env", quoted("THUMBTACK_APP_SECRET"), "the app's secret; or secret_file"),
            line("refresh_file", quoted("/var/lib/quotedeck/thumbtack-token"), "chmod 600, in a folder to write in; required"),
            line("per_minute", "60", "requests in a minute, by all workers; a round makes one for each lead on the list"),
        ],
    }
}

fn lead_sync() -> Part {
    Part {
        heading: "[[sync]]",
        about: "The leads of one business at Thumbtack. Its list has no pages: what it may leave out is said by `quotedeck sources`.",
        lines: vec![
            line("client", quoted("Acme Plumbing"), "whose leads they are; required"),
            line("destination", quoted("Thumbtack"), "the account that is asked; required"),
            line("business", quoted("468046965846925323"), "its businessID, as its leads tell it; required here"),
        ],
    }
}

fn books() -> Part {
    Part {
        heading: "[[destination]]",
        about: "A company's books at QuickBooks Online, asked for its estimates, invoices and customers; a [[sync]] with it needs no\n\
                more. It lets in by OAuth, as Search Console below, and gives another refresh token each day.",
        lines: vec![
            line("name", quoted("QuickBooks"), "the name people use; required"),
            line("system", quoted(System::Quickbooks.as_str()), "required"),
            line("account", quoted("9130357766900000"), "the company's realm id; required"),
            line("client_id", quoted("ABCDEF"), "who the app is; required"),
            line("secret_env", quoted("INTUIT_APP_SECRET"), "the app's secret; or secret_file"),
            line("refresh_file", quoted("/var/lib/quotedeck/intuit-token"), "chmod 600, in a folder to write in; required"),
            line("per_minute", "60", "requests in a minute, by all workers"),
        ],
    }
}

fn figures() -> Part {
    Part {
        heading: "[[destination]]",
        about: "A provider that lets in by OAuth, such as Google's Search Console: an app (client_id and its secret) and a refresh token,\n\
                which somebody who may see the account gives it once. Access tokens are had for it, and kept in memory alone.",
        lines: vec![
            line("name", quoted("Search Console"), "the name people use; required"),
            line("system", quoted(System::SearchConsole.as_str()), "required"),
            line("client_id", quoted("1234.apps.googleusercontent.com"), "who the app is; required"),
            line("secret_env", quoted("GOOGLE_APP_SECRET"), "the app's secret; or secret_file"),
            line("refresh_file", quoted("/etc/quotedeck/google-token"), "chmod 600, in a folder to write in; or refresh_env"),
            line("token_url", quoted(Setting::token_url(System::SearchConsole).unwrap_or_default()), "where tokens are given"),
            line("per_minute", "600", "the API takes 1,200 requests in a minute for a site"),
        ],
    }
}

fn site_sync() -> Part {
    Part {
        heading: "[[sync]]",
        about: "How a client's site was found: by day, by page and by what was searched for. A day is final after two or three more.",
        lines: vec![
            line("client", quoted("Acme Plumbing"), "whose site it is; required"),
            line("destination", quoted("Search Console"), "the account that is asked; required"),
            line("site", quoted("sc-domain:acme.example"), "as Search Console calls it, or https://…/; required here"),
            line("every_minutes", EVERY_DAYS.to_string(), "between two rounds"),
        ],
    }
}

fn automations() -> Part {
    let stages = Stage::VARIANTS.iter().map(|stage| stage.as_str()).collect::<Vec<_>>().join(", ");
    Part {
        heading: "[[automation]]",
        about: "How far an automation is let loose; what is not described here stays as it is. One that writes to people needs\n\
                somebody who answers for it and a way back.",
        lines: vec![
            line("name", quoted("text_back"), OPERATIONS.map(|(operation, _)| operation).join(", ") + "; required"),
            line("stage", quoted(Stage::Limited.as_str()), format!("{stages}; required")),
            line("template", quoted("text_back"), "the text it uses, where that has another name"),
            line("per_day", "20", "messages a day while limited; or percent = 10, a share of all leads"),
            line("owner", quoted("rosa"), "who answers for what it does"),
            line("incident_owner", quoted("rosa"), "who stops it and takes it back"),
            line("rollback", quoted("switch it off, then call them"), "how"),
        ],
    }
}

fn mail_folder() -> Part {
    Part {
        heading: "[[source]]",
        about: "Mail that a server of your own delivers into a folder (Maildir) is taken from there while `quotedeck serve` runs.",
        lines: vec![
            line("provider", quoted(Provider::Email.as_str()), "of email alone"),
            line("client", quoted("Acme Plumbing"), "whose mail it is; required here"),
            line("maildir", quoted("/var/mail/acme"), "the folder with new and cur in it"),
        ],
    }
}

fn columns() -> Part {
    let lines = FIELDS.iter().map(|field| line(field, quoted(field), "")).collect();
    Part {
        heading: "[csv.columns]",
        about: "Which column of a CSV file holds which of our fields; a field that is not here takes the column of its own name.",
        lines,
    }
}

fn keys() -> Part {
    let mut lines: Vec<Line> = Vec::new();
    for binding in BINDINGS {
        let action = binding.action.as_str();
        if lines.iter().all(|line| line.key != action) {
            let keys = binding.keys.iter().map(|key| quoted(key)).collect::<Vec<_>>().join(", ");
            lines.push(line(action, format!("[{keys}]"), binding.help));
        }
    }
    Part {
        heading: "[keys]",
        about: "Keys of each action: a letter, Enter, Esc, Tab, BackTab, Up, PageDown, Home, F5, Space, ctrl-x, alt-x. The first is\n\
                shown; an empty list unbinds.",
        lines,
    }
}
