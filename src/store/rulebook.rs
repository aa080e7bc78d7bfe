//! What intake looks up once for a batch: where each kind of work goes, which texts are approved, which automations act.

use uuid::Uuid;

use super::{Outcome, Tx};
use crate::domain::event::Channel;
use crate::domain::id::{DestinationId, TemplateId};
use crate::domain::job::{DeliveryMode, JobKind};

/// A destination as work is sent to it.
#[derive(Clone, Debug)]
pub struct Route {
    /// Its id.
    pub id: DestinationId,
    /// `crm`, `sms`, `email`, `portal` …
    pub kind: String,
    /// What stops a second effect there.
    pub delivery_mode: DeliveryMode,
}

/// Destinations, approved templates and automations of a moment.
#[derive(Clone, Debug, Default)]
pub struct Rulebook {
    routes: Vec<Route>,
    templates: Vec<(String, TemplateId)>,
    automations: Vec<(String, String)>,
}

impl Rulebook {
    /// Where a kind of work goes; the first destination of its kind.
    pub fn destination(&self, kind: JobKind, channel: Option<Channel>) -> Option<&Route> {
        let wanted = match (kind, channel) {
            (JobKind::Message | JobKind::ReviewRequest, Some(Channel::Email)) => "email",
            (JobKind::Message | JobKind::ReviewRequest, _) => "sms",
            (JobKind::PortalPublish, _) => "portal",
            (JobKind::CrmHandoff, _) => "crm",
            (JobKind::ProviderSync | JobKind::Enrichment | JobKind::AiDraft, _) => kind.as_str(),
        };
        self.routes.iter().find(|route| route.kind == wanted)
    }

    /// The approved text of an operation (C7).
    pub fn template(&self, operation: &str) -> Option<TemplateId> {
        self.templates.iter().find(|(name, _)| name == operation).map(|(_, id)| *id)
    }

    /// The stage of the automation that does an operation; none means that nobody set one up.
    pub fn stage(&self, operation: &str) -> Option<&str> {
        self.automations.iter().find(|(name, _)| name == operation).map(|(_, stage)| stage.as_str())
    }
}

impl Tx {
    /// Reads the rulebook; a handful of rows.
    pub async fn rulebook(&mut self) -> Outcome<Rulebook> {
        let routes: Vec<(Uuid, String, String)> =
            self.all("select id, kind, delivery_mode from destinations order by number", vec![]).await?;
        let templates: Vec<(String, Uuid)> =
            self.all("select name, id from templates where approved_at is not null order by number desc", vec![]).await?;
        let automations: Vec<(String, String)> = self.all("select name, stage from automations", vec![]).await?;
        Ok(Rulebook {
            routes: routes
                .into_iter()
                .filter_map(|(id, kind, mode)| Some(Route { id: DestinationId(id), kind, delivery_mode: mode.parse().ok()? }))
                .collect(),
            templates: templates.into_iter().map(|(name, id)| (name, TemplateId(id))).collect(),
            automations,
        })
    }
}
