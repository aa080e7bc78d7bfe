//! The client: the service business whose leads these are, with the thresholds that route them.

use serde::Serialize;

use super::id::ClientId;
use super::money::Money;

/// A service business.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Client {
    /// Its id.
    pub id: ClientId,
    /// The number of its reference.
    pub number: i64,
    /// The name people use; unique.
    pub name: String,
    /// IANA time zone of its customers, such as `America/Chicago`.
    pub time_zone: String,
    /// ISO 3166 region assumed for phone numbers without a country code.
    pub region: String,
    /// Quotes below this take the automated path.
    pub low_value_below: Money,
    /// Quotes at or above this go to a person first.
    pub high_value_at: Money,
    /// Raised by every change.
    pub version: i64,
}
