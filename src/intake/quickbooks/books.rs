//! QuickBooks Online's records, as a sync brings them: `{"Estimate": …}` or `{"Invoice": …}` with its `Customer` beside it, or
//! `{"Customer": …}` alone. Each tells where it stands now, and only another standing is news (`domain::books`). The customer
//! is the thread: what is told of one person comes to one lead.
//!
//! - *Estimate*: `TxnStatus` is `Pending`, `Accepted`, `Closed`, `Rejected` or, of late, `Converted`. One that became an
//!   invoice was taken; one that was closed without one was not. One that was deleted is told by its id and `status` alone.
//! - *Invoice*: `Balance` is what is still open of `TotalAmt`. A voided one has no amount any more, and says so in its
//!   `PrivateNote`.
//! - *Customer*: never deleted; one that is not wanted any more is not `Active`, and gets `(deleted)` behind its name. Every
//!   invoice changes its balance, so only who it is and how to reach it counts.

use chrono::{DateTime, Utc};

use crate::domain::books::{Customer, Telling};
use crate::domain::event::{EventKind, NormalEvent};
use crate::domain::lead::ContactMethod;
use crate::domain::money::Money;
use crate::domain::text::Untrusted;

use super::super::contact::{self, Told};
use super::super::record::{Record, spelled};
use super::super::{Identified, Known, Made, Settings, draft, text, when};

/// When a record last changed.
const CHANGED: &str = "MetaData.LastUpdatedTime";
/// Numbers of a customer, the best first.
const PHONES: [&str; 3] = ["PrimaryPhone", "Mobile", "AlternatePhone"];

/// What a record is of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Page {
    Estimate,
    Invoice,
    Customer,
}

impl Page {
    fn name(self) -> &'static str {
        match self {
            Self::Estimate => "Estimate",
            Self::Invoice => "Invoice",
            Self::Customer => "Customer",
        }
    }
}

/// The record, and what it is of: a customer stands beside the others.
fn inner(record: &Record) -> Option<(Page, Record)> {
    [Page::Estimate, Page::Invoice, Page::Customer]
        .into_iter()
        .find(|page| record.has(page.name()))
        .map(|page| (page, record.below(page.name())))
}

/// Where a record stands.
enum Standing {
    /// An estimate that nobody answered.
    Open,
    Accepted,
    /// Not taken, and how that is called there.
    Rejected,
    Closed,
    /// An invoice of which nothing is paid.
    Billed,
    /// Of which so much is open.
    Part(Money),
    Paid,
    Voided,
    /// It is not in the books any more; whether it was an invoice.
    Deleted(bool),
    /// A customer, by what is known of it.
    Known(String),
}

impl Standing {
    fn of(page: Page, data: &Record) -> Self {
        match page {
            Page::Estimate | Page::Invoice if is_deleted(data) => Self::Deleted(page == Page::Invoice),
            Page::Estimate => Self::of_estimate(data),
            Page::Invoice => Self::of_invoice(data),
            Page::Customer => Self::Known(who(data)),
        }
    }

    fn of_estimate(data: &Record) -> Self {
        match data.text("TxnStatus").as_deref() {
            Some("Accepted" | "Converted") => Self::Accepted,
            Some("Closed") if is_linked_to_invoice(data) => Self::Accepted,
            Some("Closed") => Self::Closed,
            Some("Rejected") => Self::Rejected,
            _ => Self::Open,
        }
    }

    fn of_invoice(data: &Record) -> Self {
        let total = amount(data, "TotalAmt").unwrap_or_default();
        let voided = data.text("PrivateNote").is_some_and(|note| note.to_lowercase().starts_with("voided"));
        match amount(data, "Balance") {
            _ if total == Money::default() => {
                if voided {
                    Self::Voided
                } else {
                    Self::Billed
                }
            }
            Some(open) if open == Money::default() => Self::Paid,
            Some(open) if open < total => Self::Part(open),
            Some(_) | None => Self::Billed,
        }
    }

    /// As it is stored.
    fn word(&self) -> String {
        match self {
            Self::Open | Self::Billed => "open".to_owned(),
            Self::Accepted => "accepted".to_owned(),
            Self::Rejected => "rejected".to_owned(),
            Self::Closed => "closed".to_owned(),
            Self::Part(open) => format!("open {}", open.minor),
            Self::Paid => "paid".to_owned(),
            Self::Voided => "voided".to_owned(),
            Self::Deleted(_) => "deleted".to_owned(),
            Self::Known(who) => who.clone(),
        }
    }

    /// What happened, and the field that tells when; a record that is told once more happened when it changed.
    fn kind(&self) -> (EventKind, &'static str) {
        match self {
            Self::Open => (EventKind::QuoteSent, "MetaData.CreateTime"),
            Self::Accepted => (EventKind::QuoteAccepted, CHANGED),
            Self::Rejected | Self::Closed | Self::Deleted(false) => (EventKind::QuoteClosed, CHANGED),
            Self::Billed => (EventKind::Invoiced, "MetaData.CreateTime"),
            Self::Part(_) | Self::Paid => (EventKind::InvoicePaid, CHANGED),
            Self::Voided | Self::Deleted(true) => (EventKind::InvoiceVoided, CHANGED),
            Self::Known(_) => (EventKind::CustomerChanged, CHANGED),
        }
    }

    /// In words, behind the number of the record.
    fn said(&self) -> Option<String> {
        match self {
            Self::Rejected => Some("rejected".to_owned()),
            Self::Closed => Some("closed without an invoice".to_owned()),
            Self::Part(open) => Some(format!("paid in part, {open} is open")),
            Self::Paid => Some("paid".to_owned()),
            Self::Voided => Some("voided".to_owned()),
            Self::Deleted(_) => Some("deleted".to_owned()),
            Self::Open | Self::Accepted | Self::Billed | Self::Known(_) => None,
        }
    }
}

fn amount(data: &Record, field: &str) -> Option<Money> {
    data.text(field).and_then(|told| Money::parse(&told).ok())
}

fn is_deleted(data: &Record) -> bool {
    data.text("status").as_deref() == Some("Deleted")
}

fn is_linked_to_invoice(data: &Record) -> bool {
    let linked = data.at("LinkedTxn").and_then(|list| list.as_array()).map_or(&[][..], Vec::as_slice);
    linked.iter().any(|one| one.get("TxnType").and_then(spelled).is_some_and(|kind| kind == "Invoice"))
}

/// Who a customer is and how it is reached, as one word that is another when any of it is.
fn who(data: &Record) -> String {
    let fields =
        ["DisplayName", "PrimaryEmailAddr.Address", "BillAddr.City", "BillAddr.CountrySubDivisionCode"].map(str::to_owned);
    let phones = PHONES.map(|field| format!("{field}.FreeFormNumber"));
    let told = fields.into_iter().chain(phones).map(|field| data.text(&field).unwrap_or_default());
    let told: Vec<String> = told.chain([if is_active(data) { "active" } else { "inactive" }.to_owned()]).collect();
    text::hash(told.iter().map(String::as_str))
}

fn is_active(data: &Record) -> bool {
    data.flag("Active").unwrap_or(true)
}

/// Whether it is a record of the books, and its key: which record, in which state, since when. Changed back and forth it is
/// told each time.
pub(super) fn identify(record: &Record) -> Option<Identified> {
    let (page, data) = inner(record)?;
    let Some(id) = data.text("Id") else { return Some(Err(format!("the {} has no Id; fetch it again", page.name()))) };
    let standing = Standing::of(page, &data).word();
    let total = amount(&data, "TotalAmt").map(|total| total.minor.to_string()).unwrap_or_default();
    let since = data.text(CHANGED).unwrap_or_default();
    Some(Ok(format!("{}:{id}@{since}:{standing}:{total}", page.name().to_lowercase())))
}

/// Its event.
pub(super) fn normalise(known: &Known, settings: &Settings) -> Option<Made> {
    let (page, data) = inner(&known.record)?;
    Some(made(page, &data, known, settings))
}

fn made(page: Page, data: &Record, known: &Known, settings: &Settings) -> Made {
    let standing = Standing::of(page, data);
    let (kind, at) = standing.kind();
    let occurred_at = when::read(at, data.text(at).as_deref(), settings.received_at)?;
    let changed_at = when::read(CHANGED, data.text(CHANGED).as_deref(), settings.received_at)?;
    let beside = known.record.below("Customer");
    let customer = if page == Page::Customer { data } else { &beside };
    let id = if page == Page::Customer { data.text("Id") } else { data.text("CustomerRef.value") };
    // Several addresses may stand in one field.
    let email = data.text("BillEmail.Address").or_else(|| customer.text("PrimaryEmailAddr.Address"));
    let email = email.and_then(|list| list.split([',', ';']).next().map(|first| first.trim().to_owned()));
    let phone = PHONES.into_iter().find_map(|field| Some((field.to_owned(), customer.text(&format!("{field}.FreeFormNumber"))?)));
    let name = customer.text("DisplayName").or_else(|| data.text("CustomerRef.name"));
    let told = Told {
        // What QuickBooks puts behind a name is no part of it.
        name: name.map(|name| name.trim_end_matches("(deleted)").trim_end().to_owned()),
        phone,
        email: email.map(|email| ("BillEmail".to_owned(), email)),
        region: None,
    };
    // Whose a deleted one was is known by the record, or it is nobody's.
    let (mut contact, unread) = contact::read(told, &settings.region, id.is_some() || is_deleted(data))?;
    if page == Page::Customer && !is_active(data) {
        // How somebody is reached who is not served any more is no news of the lead's.
        (contact.phone, contact.email) = (None, None);
    }
    let method = if contact.phone.is_some() { ContactMethod::Call } else { ContactMethod::Email };
    let mut event = NormalEvent::new(kind, &known.key, occurred_at, method);
    event.thread_key = id.as_deref().map(|id| text::key(&format!("quickbooks:customer:{id}")));
    event.contact = contact;
    event.source = Some(Untrusted::from("QuickBooks"));
    event.market =
        ["BillAddr", "ShipAddr"].into_iter().flat_map(|field| [(data, field), (customer, field)]).find_map(|(of, field)| {
            draft::joined(["City", "CountrySubDivisionCode"].map(|part| of.text(&format!("{field}.{part}"))))
        });
    event.value = amount(data, "TotalAmt").filter(|total| *total > Money::default());
    let said = if page == Page::Customer { said_of_customer(customer) } else { said(page, data, &standing) };
    event.words = text::words(&said.into_iter().chain(unread).collect::<Vec<_>>().join("\n"));
    let telling = telling(page, data, &standing, changed_at, id.map(|id| (id, &beside)));
    event.told_of = Some(telling);
    Ok(event)
}

fn telling(
    page: Page,
    data: &Record,
    standing: &Standing,
    changed_at: DateTime<Utc>,
    customer: Option<(String, &Record)>,
) -> Telling {
    let record = |page: Page, id: &str| text::key(&format!("{}:{id}", page.name().to_lowercase()));
    Telling {
        record: record(page, &data.text("Id").unwrap_or_default()),
        standing: standing.word(),
        amount: amount(data, "TotalAmt"),
        changed_at,
        customer: customer.filter(|_| page != Page::Customer).map(|(id, beside)| Customer {
            record: record(Page::Customer, &id),
            standing: beside.has("Id").then(|| who(beside)),
        }),
    }
}

/// `Invoice 1037: paid in part, $400 is open`.
fn said(page: Page, data: &Record, standing: &Standing) -> Option<String> {
    let named = data.text("DocNumber").map_or_else(|| page.name().to_owned(), |number| format!("{} {number}", page.name()));
    match standing.said() {
        Some(said) => Some(format!("{named}: {said}")),
        None => data.has("DocNumber").then_some(named),
    }
}

/// What the books have of a customer, so that it can be compared.
fn said_of_customer(customer: &Record) -> Option<String> {
    let numbers = PHONES.into_iter().filter_map(|field| customer.text(&format!("{field}.FreeFormNumber")));
    let mut told: Vec<String> = customer.text("DisplayName").into_iter().chain(numbers).collect();
    told.extend(customer.text("PrimaryEmailAddr.Address"));
    if !is_active(customer) {
        told.push("not active any more".to_owned());
    }
    (!told.is_empty()).then(|| format!("Customer: {}", told.join(", ")))
}

#[cfg(test)]
mod tests;
