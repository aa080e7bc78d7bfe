//! Who acts: a person with a role, the worker, or an automation. Every journal entry names one.

use super::id::{ClientId, PersonId};
use super::words;

words! {
    /// What a person may do. Ordered: a later role may all that an earlier one may.
    pub enum Role { Viewer, Reviewer, Operator, Owner }
}

/// Somebody who acts.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Person {
    /// Its id.
    pub id: PersonId,
    /// The login name people know each other by.
    pub name: String,
    /// What the person may do.
    pub role: Role,
    /// The clients the person may see; `None` means all.
    pub clients: Option<Vec<ClientId>>,
}

/// The one named in a journal entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A person.
    Person(Person),
    /// The queue worker.
    Worker,
    /// Intake: what a provider's delivery made happen by itself.
    Intake,
    /// An automation, by name.
    Automation(String),
}

words! {
    /// What is asked for when a role is checked.
    pub enum Right {
        /// Look at anything the person may see.
        Read,
        /// Claim, edit, approve, reject, withdraw.
        Review,
        /// Work the queue, the tasks and the leads.
        Operate,
        /// Pause destinations, switch automations, override a block as second person, manage people.
        Own,
    }
}

impl Role {
    /// `a reviewer`, `an owner`.
    pub fn with_article(self) -> String {
        match self {
            Self::Viewer | Self::Reviewer => format!("a {self}"),
            Self::Operator | Self::Owner => format!("an {self}"),
        }
    }

    /// Whether the role holds the right.
    pub fn may(self, right: Right) -> bool {
        let least = match right {
            Right::Read => Self::Viewer,
            Right::Review => Self::Reviewer,
            Right::Operate => Self::Operator,
            Right::Own => Self::Owner,
        };
        self >= least
    }
}

/// A person without the right it takes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{who} is {} and may not {act}; ask an owner, or somebody whose role is {needs} or higher", .role.with_article())]
pub struct NotAllowed {
    /// Who asked.
    pub who: String,
    /// What the person is.
    pub role: Role,
    /// What was tried.
    pub act: String,
    /// The least role that may.
    pub needs: Role,
}

impl Actor {
    /// The name in the journal.
    pub fn name(&self) -> &str {
        match self {
            Self::Person(person) => &person.name,
            Self::Worker => "worker",
            Self::Intake => "intake",
            Self::Automation(name) => name,
        }
    }

    /// `person`, `worker`, `intake` or `automation`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Person(_) => "person",
            Self::Worker => "worker",
            Self::Intake => "intake",
            Self::Automation(_) => "automation",
        }
    }

    /// The person's id, where it is a person.
    pub fn person_id(&self) -> Option<PersonId> {
        match self {
            Self::Person(person) => Some(person.id),
            Self::Worker | Self::Intake | Self::Automation(_) => None,
        }
    }

    /// Checks a right; the machinery itself has all but a person's judgement (`Review`, `Own`).
    ///
    /// # Errors
    /// [`NotAllowed`], which says who may.
    pub fn require(&self, right: Right, act: &str) -> Result<(), NotAllowed> {
        let (role, needs) = match (self, right) {
            (Self::Person(person), _) => (person.role, right.least()),
            (_, Right::Read | Right::Operate) => return Ok(()),
            (_, Right::Review | Right::Own) => (Role::Viewer, right.least()),
        };
        if role.may(right) { Ok(()) } else { Err(NotAllowed { who: self.name().to_owned(), role, act: act.to_owned(), needs }) }
    }

    /// Whether the actor may see what belongs to a client.
    pub fn sees(&self, client: ClientId) -> bool {
        match self {
            Self::Person(Person { clients: Some(clients), .. }) => clients.contains(&client),
            Self::Person(_) | Self::Worker | Self::Intake | Self::Automation(_) => true,
        }
    }
}

impl Right {
    /// The least role that holds it.
    pub fn least(self) -> Role {
        match self {
            Self::Read => Role::Viewer,
            Self::Review => Role::Reviewer,
            Self::Operate => Role::Operator,
            Self::Own => Role::Owner,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn person(role: Role) -> Actor {
        Actor::Person(Person { id: PersonId::new(), name: "ana".into(), role, clients: None })
    }

    #[rstest]
    #[case(Role::Viewer, Right::Review, false)]
    #[case(Role::Reviewer, Right::Review, true)]
    #[case(Role::Reviewer, Right::Operate, false)]
    #[case(Role::Operator, Right::Review, true)]
    #[case(Role::Operator, Right::Own, false)]
    #[case(Role::Owner, Right::Own, true)]
    fn roles_hold_rights(#[case] role: Role, #[case] right: Right, #[case] may: bool) {
        assert_eq!(person(role).require(right, "try").is_ok(), may);
    }

    #[rstest]
    #[case(Role::Viewer, "ana is a viewer and may not try;")]
    #[case(Role::Operator, "ana is an operator and may not try;")]
    fn a_refusal_reads_well(#[case] role: Role, #[case] begins: &str) {
        let said = person(role).require(Right::Own, "try").unwrap_err().to_string();
        assert!(said.starts_with(begins), "{said}");
    }

    #[test]
    fn no_machine_approves() {
        assert!(Actor::Worker.require(Right::Review, "approve").is_err());
        assert!(Actor::Automation("text-back".into()).require(Right::Own, "override").is_err());
        assert!(Actor::Worker.require(Right::Operate, "finish a job").is_ok());
    }
}
