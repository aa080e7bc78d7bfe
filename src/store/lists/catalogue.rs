//! Automations and templates, by name.

use serde::Serialize;

use crate::domain::automation::Stage;
use crate::domain::event::Channel;
use crate::store::filtering::Sql;
use crate::store::rows::from_row;
use crate::store::{Outcome, Store};

/// An automation as lists show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AutomationRow {
    /// The number of its reference.
    pub number: i64,
    /// Unique name.
    pub name: String,
    /// The kind of event that starts it.
    pub trigger_event: String,
    /// Who keeps it.
    pub owner: Option<String>,
    /// Who stops it when it goes wrong.
    pub incident_owner: Option<String>,
    /// How to take back what it did.
    pub rollback: Option<String>,
    /// How far it is let loose.
    pub stage: Stage,
    /// Raised by every change.
    pub version: i64,
}
from_row!(AutomationRow { number: =i64, name: =String, trigger_event: =String, owner: =Option<String>,
    incident_owner: =Option<String>, rollback: =Option<String>, stage: String, version: =i64, });

/// A message template as lists show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TemplateRow {
    /// The number of its reference.
    pub number: i64,
    /// Its name; several editions share it.
    pub name: String,
    /// 1 for the first.
    pub edition: i64,
    /// How it is sent.
    pub channel: Channel,
    /// The words.
    pub text: String,
    /// How to stop further messages.
    pub opt_out_line: String,
    /// Minutes within which an answer is expected.
    pub response_window_minutes: i64,
    /// Who is asked when none comes.
    pub escalate_to: String,
    /// Who approved it.
    pub approved_by: String,
}
from_row!(TemplateRow { number: =i64, name: =String, edition: =i64, channel: String, text: =String, opt_out_line: =String,
    response_window_minutes: =i64, escalate_to: =String, approved_by: =String, });

impl Store {
    /// Every automation.
    pub async fn list_automations(&self) -> Outcome<Vec<AutomationRow>> {
        self.rows(&Sql::new("select * from automations order by name")).await
    }

    /// Every template with all its editions, the newest edition first.
    pub async fn list_templates(&self) -> Outcome<Vec<TemplateRow>> {
        self.rows(&Sql::new("select * from templates order by name, edition desc")).await
    }
}
