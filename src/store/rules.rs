//! Writes the rules that automations go by: approved templates (C7) and trigger rules (C10).

use super::errors::failure;
use super::journal::About;
use super::{Outcome, Tx, on_tx};
use crate::domain::actor::{Actor, Right};
use crate::domain::automation::{Automation, Limit};
use crate::domain::failure::Failure;
use crate::domain::id::Kind;
use crate::domain::template::Template;
use uuid::Uuid;

/// A person needs the right; the program itself brings its built-in rules.
fn may(actor: &Actor, act: &str) -> Outcome<()> {
    match actor {
        Actor::Person(_) => Ok(actor.require(Right::Own, act)?),
        Actor::Worker | Actor::Intake | Actor::Automation(_) => Ok(()),
    }
}

impl Tx {
    /// Brings in a template, unless that edition of that name is there; gives back whether it was not. The number is
    /// the database's to give.
    ///
    /// # Errors
    /// `Refused` when it lacks what C7 asks for, `NotAllowed` for a person who is no owner.
    pub async fn put_template(&mut self, actor: &Actor, template: &Template) -> Outcome<bool> {
        may(actor, "bring in a template")?;
        template.may_send().map_err(|why| {
            Failure::refused(format!("bringing in the template {}", template.name), why.to_string(), "then try again")
        })?;
        const SQL: &str = "insert into templates (id, name, edition, channel, text, opt_out_line, response_window_minutes,
                escalate_to, approved_by, approved_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing";
        let written = on_tx!(self, |c| sqlx::query(SQL)
            .bind(template.id.0)
            .bind(&template.name)
            .bind(template.edition)
            .bind(template.channel.as_str())
            .bind(&template.text)
            .bind(&template.opt_out_line)
            .bind(template.response_window_minutes)
            .bind(&template.escalate_to)
            .bind(&template.approved_by)
            .bind(template.approved_at)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))
        .map_err(failure)?;
        let detail = format!("{}, edition {}, approved by {}", template.name, template.edition, template.approved_by);
        self.announce(actor, written, "template.put", Kind::Template, template.id.0, &detail).await
    }

    /// Brings in an automation, unless one of that name is there; gives back whether there was none. The number and the
    /// version are the database's to give.
    ///
    /// # Errors
    /// `NotAllowed` for a person who is no owner; the database refuses a stage that acts without its safeguards (C10).
    pub async fn put_automation(&mut self, actor: &Actor, automation: &Automation) -> Outcome<bool> {
        may(actor, "bring in an automation")?;
        let (per_day, percent) = match automation.limit {
            Some(Limit::PerDay(n)) => (Some(i64::from(n)), None),
            Some(Limit::Percent(n)) => (None, Some(i64::from(n))),
            None => (None, None),
        };
        const SQL: &str = "insert into automations (id, name, trigger_event, owner, incident_owner, rollback, stage,
                limit_per_day, limit_percent, updated_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing";
        let now = self.now;
        let written = on_tx!(self, |c| sqlx::query(SQL)
            .bind(automation.id.0)
            .bind(&automation.name)
            .bind(automation.trigger.as_str())
            .bind(&automation.owner)
            .bind(&automation.incident_owner)
            .bind(&automation.rollback)
            .bind(automation.stage.as_str())
            .bind(per_day)
            .bind(percent)
            .bind(now)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))
        .map_err(failure)?;
        let detail = format!("{}, {}", automation.name, automation.stage);
        self.announce(actor, written, "automation.put", Kind::Automation, automation.id.0, &detail).await
    }

    /// The entry of a rule that was written. It follows the row, so that a rule that was there leaves none; both become
    /// durable at once.
    async fn announce(
        &mut self,
        actor: &Actor,
        written: u64,
        verb: &str,
        kind: Kind,
        subject: Uuid,
        detail: &str,
    ) -> Outcome<bool> {
        if written > 0 {
            self.journal(actor, About { verb, kind, subject, lead: None, detail }).await?;
        }
        Ok(written > 0)
    }
}
