//! Outputs: the kinds of what the workflows produce, each with its recovery rule (C12). Time, owner, source and status stand
//! on the trace's steps.

use super::event::EventKind;
use super::job::JobKind;
use super::words;

words! {
    /// The eight outputs.
    pub enum OutputKind {
        LeadCapture, MissedCall, QuoteRequest, AiSummary, FollowUp, ReviewRequest, ProviderEnrichment, CrmHandoff,
    }
}

impl OutputKind {
    /// The output that a job produces.
    pub fn of_job(kind: JobKind, operation: &str) -> Self {
        match (kind, operation) {
            (JobKind::Message, "text_back") => Self::MissedCall,
            (JobKind::Message, "quote_confirmation") => Self::QuoteRequest,
            (JobKind::Message, _) => Self::FollowUp,
            (JobKind::CrmHandoff, _) => Self::CrmHandoff,
            (JobKind::ProviderSync | JobKind::Enrichment, _) => Self::ProviderEnrichment,
            (JobKind::AiDraft | JobKind::PortalPublish, _) => Self::AiSummary,
            (JobKind::ReviewRequest, _) => Self::ReviewRequest,
        }
    }

    /// The output that an event is; `None` for what only changes a lead.
    pub fn of_event(kind: EventKind) -> Option<Self> {
        match kind {
            EventKind::CallMissed | EventKind::VoicemailLeft => Some(Self::MissedCall),
            EventKind::QuoteRequested => Some(Self::QuoteRequest),
            EventKind::CallAnswered | EventKind::FormSent | EventKind::MessageReceived => Some(Self::LeadCapture),
            EventKind::JobDone | EventKind::ReviewLeft | EventKind::OptOut | EventKind::OptIn => None,
            EventKind::QuoteSent | EventKind::QuoteAccepted | EventKind::QuoteClosed => None,
            EventKind::Invoiced | EventKind::InvoicePaid | EventKind::InvoiceVoided | EventKind::CustomerChanged => None,
        }
    }

    /// What to do when an output of this kind went wrong.
    pub fn recovery(self) -> &'static str {
        match self {
            Self::LeadCapture => "read the payload in again; its key keeps it single",
            Self::MissedCall => "call back; the text cannot be taken back",
            Self::QuoteRequest => "a person takes the quote over",
            Self::AiSummary => "withdraw the summary, then review a new draft",
            Self::FollowUp => "cancel what still waits; what was sent cannot be taken back",
            Self::ReviewRequest => "cannot be taken back; do not ask again",
            Self::ProviderEnrichment => "run the sync again; its key keeps it single",
            Self::CrmHandoff => "correct the contact there, then replay the job",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use strum::VariantArray;

    #[rstest]
    #[case(JobKind::Message, "text_back", OutputKind::MissedCall)]
    #[case(JobKind::Message, "quote_confirmation", OutputKind::QuoteRequest)]
    #[case(JobKind::Message, "nurture", OutputKind::FollowUp)]
    #[case(JobKind::PortalPublish, "publish", OutputKind::AiSummary)]
    fn jobs_produce_outputs(#[case] kind: JobKind, #[case] operation: &str, #[case] output: OutputKind) {
        assert_eq!(OutputKind::of_job(kind, operation), output);
    }

    /// The contract names eight, and each has its way back.
    #[test]
    fn there_are_eight_and_each_says_what_to_do() {
        assert_eq!(OutputKind::VARIANTS.len(), 8);
        let rules: std::collections::BTreeSet<_> = OutputKind::VARIANTS.iter().map(|kind| kind.recovery()).collect();
        assert_eq!(rules.len(), 8);
    }
}
