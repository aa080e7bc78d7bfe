//! Automations: trigger rules, and how far each is let loose (C10).

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::event::EventKind;
use super::id::AutomationId;
use super::words;

words! {
    /// How far an automation is let loose.
    pub enum Stage {
        Off,
        /// Journals what it would do, and does nothing.
        Shadow,
        /// A number a day, or a share.
        Limited,
        Full,
        /// Taken back by its rollback path; starts again in `shadow` or not at all.
        RolledBack,
    }
}

words! {
    /// What is done to an automation.
    pub enum StageAct { Shadow, Limit, Widen, SwitchOff, RollBack }
}

/// How much a limited automation may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// That many acts a day of the client's time zone.
    PerDay(u32),
    /// That share of what it is asked to do, in percent: 1 to 99.
    Percent(u8),
}

/// A trigger rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Automation {
    /// Its id.
    pub id: AutomationId,
    /// The number of its reference.
    pub number: i64,
    /// Raised by every change.
    pub version: i64,
    /// Unique name; the actor of its journal entries.
    pub name: String,
    /// What sets it off.
    pub trigger: EventKind,
    /// Who answers for what it does, by name.
    pub owner: Option<String>,
    /// Who stops it, rolls it back and explains it, by name.
    pub incident_owner: Option<String>,
    /// How what it did is taken back, in words that can be followed at night.
    pub rollback: Option<String>,
    /// How far it is let loose.
    pub stage: Stage,
    /// How much it may do while [`Stage::Limited`].
    pub limit: Option<Limit>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// Why an automation cannot be set so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadStageAct {
    /// The act has no meaning in this stage.
    #[error("an automation that is {stage} cannot {act}")]
    NotFromHere {
        /// Where it stands.
        stage: Stage,
        /// What was tried.
        act: StageAct,
    },
    /// C10: nobody could take back what it does.
    #[error("it has no rollback path; write down how what it does is taken back, then try again")]
    NoRollbackPath,
    /// C10: nobody would answer for an incident.
    #[error("it has no incident owner; name one, then try again")]
    NoIncidentOwner,
    /// A limited automation without a limit is a full one.
    #[error("it has no limit; set a number a day or a share of 1 to 99 percent, then try again")]
    NoLimit,
}

impl Stage {
    /// The stage after an act, whatever the automation has or lacks. `full` comes only after `limited`, and what was
    /// rolled back starts again in `shadow`.
    ///
    /// # Errors
    /// [`BadStageAct::NotFromHere`] when the act has no meaning in this stage.
    pub fn after(self, act: StageAct) -> Result<Self, BadStageAct> {
        use StageAct as A;
        match (self, act) {
            (Self::Off | Self::RolledBack, A::Shadow) => Ok(Self::Shadow),
            (Self::Shadow | Self::Full, A::Limit) => Ok(Self::Limited),
            (Self::Limited, A::Widen) => Ok(Self::Full),
            (Self::Shadow | Self::Limited | Self::Full, A::SwitchOff) => Ok(Self::Off),
            (Self::Off | Self::Shadow | Self::Limited | Self::Full, A::RollBack) => Ok(Self::RolledBack),
            (stage, act) => Err(BadStageAct::NotFromHere { stage, act }),
        }
    }

    /// Whether what it does reaches anybody.
    pub fn acts(self) -> bool {
        matches!(self, Self::Limited | Self::Full)
    }
}

impl Automation {
    /// The stage after an act. C10: without a rollback path and an incident owner it cannot leave `shadow` for a
    /// stage that acts.
    ///
    /// # Errors
    /// [`BadStageAct`] says what is missing.
    pub fn after(&self, act: StageAct) -> Result<Stage, BadStageAct> {
        let next = self.stage.after(act)?;
        let written = |text: &Option<String>| text.as_deref().is_some_and(|text| !text.trim().is_empty());
        if next.acts() && !written(&self.rollback) {
            return Err(BadStageAct::NoRollbackPath);
        }
        if next.acts() && !written(&self.incident_owner) {
            return Err(BadStageAct::NoIncidentOwner);
        }
        let limited = matches!(self.limit, Some(Limit::PerDay(1..) | Limit::Percent(1..=99)));
        if next == Stage::Limited && !limited { Err(BadStageAct::NoLimit) } else { Ok(next) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::legal::{reachable, walk};
    use proptest::prelude::*;
    use rstest::rstest;
    use strum::VariantArray;

    fn automation(stage: Stage, rollback: Option<&str>, incident_owner: bool, limit: Option<Limit>) -> Automation {
        Automation {
            id: AutomationId::new(),
            number: 1,
            version: 1,
            name: "text-back".into(),
            trigger: EventKind::CallMissed,
            owner: None,
            incident_owner: incident_owner.then(|| "rosa".to_owned()),
            rollback: rollback.map(str::to_owned),
            stage,
            limit,
            updated_at: DateTime::UNIX_EPOCH,
        }
    }

    #[rstest]
    #[case(None, true, Some(Limit::PerDay(10)), Err(BadStageAct::NoRollbackPath))]
    #[case(Some("  "), true, Some(Limit::PerDay(10)), Err(BadStageAct::NoRollbackPath))]
    #[case(Some("withdraw"), false, Some(Limit::PerDay(10)), Err(BadStageAct::NoIncidentOwner))]
    #[case(Some("withdraw"), true, None, Err(BadStageAct::NoLimit))]
    #[case(Some("withdraw"), true, Some(Limit::PerDay(0)), Err(BadStageAct::NoLimit))]
    #[case(Some("withdraw"), true, Some(Limit::Percent(100)), Err(BadStageAct::NoLimit))]
    #[case(Some("withdraw"), true, Some(Limit::Percent(5)), Ok(Stage::Limited))]
    fn nothing_leaves_shadow_that_nobody_could_take_back(
        #[case] rollback: Option<&str>,
        #[case] incident_owner: bool,
        #[case] limit: Option<Limit>,
        #[case] after: Result<Stage, BadStageAct>,
    ) {
        assert_eq!(automation(Stage::Shadow, rollback, incident_owner, limit).after(StageAct::Limit), after);
    }

    #[test]
    fn every_stage_can_be_reached() {
        assert_eq!(reachable(Stage::Off, Stage::after), Stage::VARIANTS);
    }

    proptest! {
        #[test]
        fn no_acts_let_it_loose_at_once(acts in proptest::collection::vec(proptest::sample::select(StageAct::VARIANTS), 0..40)) {
            for (before, _, after) in walk(Stage::Off, &acts, Stage::after) {
                prop_assert!(after != Stage::Full || before == Stage::Limited);
                prop_assert!(!after.acts() || before == Stage::Shadow || before.acts());
                prop_assert!(before != Stage::RolledBack || after == Stage::Shadow);
            }
        }

        #[test]
        fn without_safeguards_nothing_ever_acts(
            stage in proptest::sample::select(Stage::VARIANTS),
            act in proptest::sample::select(StageAct::VARIANTS),
            (path, owner) in any::<(bool, bool)>(),
        ) {
            let after = automation(stage, path.then_some("withdraw"), owner, Some(Limit::PerDay(1))).after(act);
            prop_assert!(path && owner || !after.is_ok_and(Stage::acts));
        }
    }
}
