//! What intake looks up once for a batch: where each kind of work goes, which texts are approved, which automations act.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::rows::read;
use super::statement::values;
use super::{Outcome, Tx};
use crate::domain::automation::{Limit, Stage};
use crate::domain::destination::System;
use crate::domain::event::Channel;
use crate::domain::id::{DestinationId, TemplateId};
use crate::domain::job::{DeliveryMode, JobKind};
use crate::domain::template::template_name;

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
    templates: Vec<(String, Channel, TemplateId)>,
    automations: Vec<(String, Rule)>,
}

/// How far an automation is let loose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Where it stands.
    pub stage: Stage,
    /// How much it may do while limited.
    pub limit: Option<Limit>,
    /// The text it uses, where that is not the one of its own name.
    pub template: Option<String>,
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

    /// The destinations that want to hear of every new lead.
    pub fn listeners(&self) -> impl Iterator<Item = &Route> {
        self.routes.iter().filter(|route| route.kind == System::Webhook.kind())
    }

    /// What the text of an operation is called: the automation may name another than its own.
    pub fn template_name(&self, operation: &str, channel: Channel) -> String {
        let named = self.automations.iter().find(|(name, _)| name == operation).and_then(|(_, rule)| rule.template.as_deref());
        template_name(named.unwrap_or(operation), channel)
    }

    /// The approved text of an operation for a channel, in its newest edition (C7).
    pub fn template(&self, operation: &str, channel: Channel) -> Option<TemplateId> {
        let name = self.template_name(operation, channel);
        self.templates.iter().find(|(known, by, _)| *known == name && *by == channel).map(|(_, _, id)| *id)
    }

    /// How far the automation that does an operation is let loose; none means that nobody set one up.
    pub fn rule(&self, operation: &str) -> Option<&Rule> {
        self.automations.iter().find(|(name, _)| name == operation).map(|(_, rule)| rule)
    }
}

/// Name, stage, limit a day, limit in percent, and the template it names.
type AutomationRow = (String, String, Option<i64>, Option<i64>, Option<String>);

fn route((id, kind, mode): (Uuid, String, String)) -> Outcome<Route> {
    Ok(Route { id: DestinationId(id), kind, delivery_mode: read("delivery_mode", mode)? })
}

fn rule((name, stage, per_day, percent, template): AutomationRow) -> Outcome<(String, Rule)> {
    let per_day = per_day.map(|n| read("limit_per_day", n)).transpose()?.map(Limit::PerDay);
    let percent = percent.map(|n| read("limit_percent", n)).transpose()?.map(Limit::Percent);
    Ok((name, Rule { stage: read("stage", stage)?, limit: per_day.or(percent), template }))
}

impl Tx {
    /// Reads the rulebook; a handful of rows.
    pub async fn rulebook(&mut self) -> Outcome<Rulebook> {
        let routes: Vec<(Uuid, String, String)> =
            self.all("select id, kind, delivery_mode from destinations order by number", vec![]).await?;
        let templates: Vec<(String, String, Uuid)> = self
            .all(
                "select name, channel, id from templates where approved_at is not null order by edition desc, number desc",
                vec![],
            )
            .await?;
        let automations: Vec<AutomationRow> =
            self.all("select name, stage, limit_per_day, limit_percent, template from automations", vec![]).await?;
        Ok(Rulebook {
            routes: routes.into_iter().map(route).collect::<Outcome<_>>()?,
            templates: templates
                .into_iter()
                .map(|(name, channel, id)| Ok((name, read("channel", channel)?, TemplateId(id))))
                .collect::<Outcome<_>>()?,
            automations: automations.into_iter().map(rule).collect::<Outcome<_>>()?,
        })
    }

    /// Whether there is a destination of this kind.
    pub async fn has_destination_of(&mut self, kind: &str) -> Outcome<bool> {
        Ok(self.one::<(Uuid,)>("select id from destinations where kind = $1 limit 1", values![kind]).await?.is_some())
    }

    /// How many jobs of an operation were made since, up to `most`: a limited automation does no more.
    pub async fn jobs_made_since(&mut self, operation: &str, since: DateTime<Utc>, most: i64) -> Outcome<i64> {
        const SQL: &str = "select count(*) from (select 1 from jobs where operation = $1 and created_at >= $2 limit $3) made";
        Ok(self.one::<(i64,)>(SQL, values![operation, since, most]).await?.map_or(0, |row| row.0))
    }
}
