//! Writes the rules that automations go by: approved templates (C7) and trigger rules (C10).

use super::errors::failure;
use super::journal::About;
use super::statement::values;
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

/// A limit as its two columns.
fn limits(automation: &Automation) -> (Option<i64>, Option<i64>) {
    match automation.limit {
        Some(Limit::PerDay(n)) => (Some(i64::from(n)), None),
        Some(Limit::Percent(n)) => (None, Some(i64::from(n))),
        None => (None, None),
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
        let (per_day, percent) = limits(automation);
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

    /// Brings in a text as a new edition, unless the newest one of its name says the same; gives back whether it did.
    ///
    /// # Errors
    /// `Refused` when it lacks what C7 asks for, `NotAllowed` for a person who is no owner.
    pub async fn approve_edition(&mut self, actor: &Actor, template: &Template) -> Outcome<bool> {
        const NEWEST: &str = "select edition, channel, text, opt_out_line, response_window_minutes, escalate_to from templates
            where name = $1 order by edition desc limit 1";
        let newest: Option<(i64, String, String, String, i64, String)> = self.one(NEWEST, values![&template.name]).await?;
        let edition = match &newest {
            Some((_, channel, text, line, window, escalate_to))
                if (channel.as_str(), text, line, *window, escalate_to)
                    == (
                        template.channel.as_str(),
                        &template.text,
                        &template.opt_out_line,
                        template.response_window_minutes,
                        &template.escalate_to,
                    ) =>
            {
                return Ok(false);
            }
            Some((edition, ..)) => edition + 1,
            None => 1,
        };
        self.put_template(actor, &Template { edition, ..template.clone() }).await
    }

    /// Sets how far an automation is let loose and what text it uses; gives back whether that is new.
    ///
    /// # Errors
    /// `NotAllowed` for a person who is no owner; the database refuses a stage that acts without its safeguards (C10).
    pub async fn set_automation(&mut self, actor: &Actor, automation: &Automation, template: Option<&str>) -> Outcome<bool> {
        may(actor, "set an automation")?;
        const SET: &str = "update automations set owner = coalesce($2, owner), incident_owner = coalesce($3, incident_owner),
                rollback = coalesce($4, rollback), stage = $5, limit_per_day = $6, limit_percent = $7, template = $8,
                version = version + 1, updated_at = $9
            where name = $1 and (coalesce($2, owner, '') <> coalesce(owner, '') or coalesce($3, incident_owner, '') <> coalesce(incident_owner, '')
                or coalesce($4, rollback, '') <> coalesce(rollback, '') or stage <> $5
                or coalesce(limit_per_day, 0) <> coalesce($6, 0) or coalesce(limit_percent, 0) <> coalesce($7, 0)
                or coalesce(template, '') <> coalesce($8, '')) returning id";
        let (per_day, percent) = limits(automation);
        let now = self.now;
        let values = values![
            &automation.name,
            automation.owner.clone(),
            automation.incident_owner.clone(),
            automation.rollback.clone(),
            automation.stage.as_str(),
            per_day,
            percent,
            template,
            now,
        ];
        let Some((id,)) = self.one::<(Uuid,)>(SET, values).await? else { return Ok(false) };
        let detail = format!("{}, {}", automation.name, automation.stage);
        self.announce(actor, 1, "automation.set", Kind::Automation, id, &detail).await
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
