//! The approved texts and the automations in the file: what must be settled before one may write to anybody (C7, C10).

use super::bad::Fault;
use super::file::{Automation, Template, Text};
use super::settle::{fault, name};
use super::{AutomationSetting, TemplateSetting};
use crate::domain::automation::{Limit, Stage};
use crate::domain::event::{Channel, EventKind};
use crate::domain::template::{Facts, template_name};
use crate::domain::text::is_unsafe;

/// The operations that write to people, and what sets each off.
pub const OPERATIONS: [(&str, EventKind); 3] = [
    ("text_back", EventKind::CallMissed),
    ("quote_confirmation", EventKind::QuoteRequested),
    ("review_request", EventKind::JobDone),
];

/// The longest text, in characters: ten segments of a text message.
const LONGEST_TEXT: usize = 1_530;
/// The longest response window, in minutes: a week.
const LONGEST_WINDOW: i64 = 7 * 24 * 60;

/// Checks the texts.
pub(super) fn templates(tables: &[Template]) -> Result<Vec<TemplateSetting>, Fault> {
    let mut all: Vec<TemplateSetting> = Vec::new();
    for table in tables {
        let template = template(table)?;
        if all.iter().any(|other| other.name == template.name) {
            return Err(fault(&table.name, "another template has this name; give each its own"));
        }
        all.push(template);
    }
    Ok(all)
}

fn template(table: &Template) -> Result<TemplateSetting, Fault> {
    let setting = TemplateSetting {
        name: name(&table.name)?,
        channel: table.channel.0,
        text: words(&table.text)?,
        opt_out_line: words(&table.opt_out)?,
        response_window_minutes: window(table)?,
        escalate_to: name(&table.escalate_to)?,
        approved_by: name(&table.approved_by)?,
    };
    // A placeholder that nobody fills would be found when somebody waits for the message.
    setting.filled().map_err(|hole| fault(&table.text, format!("it has {hole}; write {{name}}, {{client}} or {{service}}")))?;
    Ok(setting)
}

fn words(text: &Text) -> Result<String, Fault> {
    let words = text.get_ref().trim();
    if words.is_empty() || words.chars().count() > LONGEST_TEXT || words.chars().any(is_unsafe) {
        return Err(fault(text, format!("write one line of at most {LONGEST_TEXT} characters")));
    }
    Ok(words.to_owned())
}

fn window(table: &Template) -> Result<i64, Fault> {
    let minutes = *table.response_window_minutes.get_ref();
    if (1..=LONGEST_WINDOW).contains(&minutes) {
        return Ok(minutes);
    }
    Err(fault(&table.response_window_minutes, format!("write minutes from 1 to {LONGEST_WINDOW}")))
}

impl TemplateSetting {
    /// As it reads with something in every place.
    fn filled(&self) -> Result<String, String> {
        crate::domain::template::fill(&self.text, &self.opt_out_line, &Facts { name: "", client: "", service: "" })
    }
}

/// Checks the automations, and that each text they name is there.
pub(super) fn automations(tables: &[Automation], templates: &[TemplateSetting]) -> Result<Vec<AutomationSetting>, Fault> {
    let mut all: Vec<AutomationSetting> = Vec::new();
    for table in tables {
        let automation = automation(table, templates)?;
        if all.iter().any(|other| other.name == automation.name) {
            return Err(fault(&table.name, "this automation was described above; write one table for it"));
        }
        all.push(automation);
    }
    Ok(all)
}

fn automation(table: &Automation, templates: &[TemplateSetting]) -> Result<AutomationSetting, Fault> {
    let known = || OPERATIONS.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    let name_of = name(&table.name)?;
    if OPERATIONS.iter().all(|(operation, _)| *operation != name_of) {
        return Err(fault(&table.name, format!("there is no such automation; write one of: {}", known())));
    }
    let stage = table.stage.0;
    let limit = limit(table)?;
    if stage == Stage::Limited && limit.is_none() {
        return Err(fault(&table.name, "it is limited, and nothing says to how much; add per_day or percent"));
    }
    if stage.acts() && (table.incident_owner.is_none() || table.rollback.is_none()) {
        let what = "nobody lets it write to people before somebody answers for it (C10); add incident_owner and rollback";
        return Err(fault(&table.name, what));
    }
    let template = table.template.as_ref().map(|named| named_template(named, templates)).transpose()?;
    Ok(AutomationSetting {
        template,
        stage,
        limit,
        owner: table.owner.as_ref().map(name).transpose()?,
        incident_owner: table.incident_owner.as_ref().map(name).transpose()?,
        rollback: table.rollback.as_ref().map(words).transpose()?,
        name: name_of,
    })
}

/// A text that an automation names: of the file, or one of those that `init` brings.
fn named_template(named: &Text, templates: &[TemplateSetting]) -> Result<String, Fault> {
    let wanted = name(named)?;
    let built_in = OPERATIONS.iter().map(|(operation, _)| (*operation).to_owned());
    let mut there: Vec<String> = templates.iter().map(|template| template.name.clone()).chain(built_in).collect();
    there.sort();
    there.dedup();
    let is_there = |channel| there.contains(&template_name(&wanted, channel));
    if is_there(Channel::Sms) || is_there(Channel::Email) {
        return Ok(wanted);
    }
    let there = there.join(", ");
    Err(fault(named, format!("there is no template of this name; add a [[template]], or write one of: {there}")))
}

fn limit(table: &Automation) -> Result<Option<Limit>, Fault> {
    match (&table.per_day, &table.percent) {
        (Some(_), Some(percent)) => Err(fault(percent, "per_day is there already; leave one of them out")),
        (Some(per_day), None) => {
            let most = u32::try_from(*per_day.get_ref()).ok().filter(|most| (1..=100_000).contains(most));
            most.map(|most| Some(Limit::PerDay(most))).ok_or_else(|| fault(per_day, "write a number from 1 to 100000"))
        }
        (None, Some(percent)) => {
            let share = u8::try_from(*percent.get_ref()).ok().filter(|share| (1..=99).contains(share));
            share.map(|share| Some(Limit::Percent(share))).ok_or_else(|| fault(percent, "write a share from 1 to 99"))
        }
        (None, None) => Ok(None),
    }
}
