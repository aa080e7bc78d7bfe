//! Speaks to a mail server, step by step: so the step that was reached is known whatever happens, and with it whether the
//! mail may have left. (lettre's whole transport tells a lost connection apart from a reply, not where it was lost.)

use std::error::Error as _;
use std::time::Duration;

use lettre::Address;
use lettre::message::Message as Mail;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail as From, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::Response;
use tokio::time::{Instant, timeout, timeout_at};

use super::http::{CONNECT, tls_error, tls_words};
use super::smtp::Step;
use super::{Answer, kept};
use crate::domain::destination::Secret;
use crate::domain::reach::{MailServer, Privacy};

/// How long a polite goodbye may take: the mail is accepted already.
const GOODBYE: Duration = Duration::from_secs(1);
/// Logins, the safer first.
const LOGINS: &[Mechanism] = &[Mechanism::Plain, Mechanism::Login];

/// The way to one mail server.
pub(super) struct Post {
    server: MailServer,
    tls: Option<TlsParameters>,
    /// Who sends.
    pub(super) from: Address,
    login: Option<Credentials>,
}

/// How far a mail has come.
struct Progress {
    step: Step,
}

impl Post {
    /// A way to a server; `account` is empty where none is needed.
    ///
    /// # Errors
    /// Why there is none.
    pub(super) fn new(server: MailServer, from: Address, account: &str, secret: Option<&Secret>) -> Result<Self, String> {
        let tls = match server.privacy {
            Privacy::Plain => None,
            Privacy::Tls | Privacy::StartTls => {
                let made = TlsParameters::new(server.host.clone());
                Some(made.map_err(|error| format!("no TLS can be spoken with this host: {}", words(&error)))?)
            }
        };
        // The password goes to the mail server alone: it is what we are let in by.
        let login = secret.filter(|_| !account.is_empty());
        let login = login.map(|secret| Credentials::new(account.to_owned(), secret.reveal().to_owned()));
        Ok(Self { server, tls, from, login })
    }

    /// The host, as errors and people call it.
    pub(super) fn host(&self) -> String {
        format!("{}:{}", self.server.host, self.server.port)
    }

    /// Hands a mail over before `until`.
    pub(super) async fn hand_over(&self, mail: &Mail, until: Instant) -> Answer {
        let mut progress = Progress { step: Step::Greeting };
        match timeout_at(until, self.steps(mail, &mut progress)).await {
            Ok(Ok(response)) => reply(progress.step, &response),
            Ok(Err(Trouble::Answer(answer))) => answer,
            Ok(Err(Trouble::Smtp(error))) => self.broken(progress.step, &error),
            Err(_) => self.lost(progress.step, "no reply in time"),
        }
    }

    async fn steps(&self, mail: &Mail, progress: &mut Progress) -> Result<Response, Trouble> {
        let mut connection = self.connect().await?;
        if let Some(login) = &self.login {
            progress.step = Step::Login;
            if connection.server_info().get_auth_mechanism(LOGINS).is_none() {
                let why = format!("{}: it lets nobody log in this way; check its url, or leave account out", self.host());
                return Err(Trouble::Answer(Answer::NoSecret(why)));
            }
            connection.auth(LOGINS, login).await?;
        }
        let (envelope, text) = (mail.envelope(), mail.formatted());
        let mut said: Vec<MailParameter> = Vec::new();
        let mut addresses = envelope.to().iter().chain(envelope.from());
        if addresses.any(|address| !address.user().is_ascii() || !address.domain().is_ascii()) {
            if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
                let why = "the address has letters that this mail server cannot write to; use another address".to_owned();
                return Err(Trouble::Answer(Answer::Unfit(why)));
            }
            said.extend([MailParameter::SmtpUtfEight, MailParameter::Body(MailBodyParameter::EightBitMime)]);
        }
        progress.step = Step::Sender;
        connection.command(From::new(envelope.from().cloned(), said)).await?;
        progress.step = Step::Recipient;
        for to in envelope.to() {
            connection.command(Rcpt::new(to.clone(), Vec::new())).await?;
        }
        progress.step = Step::Data;
        connection.command(Data).await?;
        progress.step = Step::Text;
        let accepted = connection.message(&text).await?;
        drop(timeout(GOODBYE, connection.quit()).await);
        Ok(accepted)
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Trouble> {
        let name = ClientId::Domain(self.from.domain().to_owned());
        let at_once = self.tls.clone().filter(|_| self.server.privacy == Privacy::Tls);
        let to = (self.server.host.as_str(), self.server.port);
        let connecting = AsyncSmtpConnection::connect_tokio1(to, Some(CONNECT), &name, at_once, None);
        let Ok(connection) = timeout(CONNECT, connecting).await else {
            return Err(Trouble::Answer(
                self.lost(Step::Greeting, "no greeting in time; check the url of this destination, and the network"),
            ));
        };
        let mut connection = connection?;
        if let Some(tls) = self.tls.clone().filter(|_| self.server.privacy == Privacy::StartTls) {
            if !connection.can_starttls() {
                let why = "it offers no TLS; write smtps://, or add ?tls=none to its url if nobody else can listen";
                return Err(Trouble::Answer(self.lost(Step::Greeting, why)));
            }
            connection.starttls(tls, &name).await?;
        }
        Ok(connection)
    }

    /// An error where a reply was waited for.
    fn broken(&self, step: Step, error: &Error) -> Answer {
        if let Some(code) = error.status() {
            return Answer::Smtp { step, code: code.into(), text: kept(&words(error), 500) };
        }
        if let Some(tls) = tls_error(error) {
            return self.lost(step, &tls_words(&tls));
        }
        let also = if step == Step::Greeting { "; check the url of this destination, and the network" } else { "" };
        self.lost(step, &format!("{}{also}", words(error)))
    }

    /// No reply: nothing has left before the text did.
    fn lost(&self, step: Step, why: &str) -> Answer {
        let host = self.host();
        match step {
            Step::Text => Answer::NoAnswer(format!("{host}: the text was sent, and then: {why}")),
            _ => Answer::NoConnection(format!("{host}: {why}")),
        }
    }
}

/// Why a mail was not handed over.
enum Trouble {
    Smtp(Error),
    Answer(Answer),
}

impl std::convert::From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Smtp(error)
    }
}

fn reply(step: Step, response: &Response) -> Answer {
    let text = response.message().collect::<Vec<_>>().join(" ");
    Answer::Smtp { step, code: response.code().into(), text: kept(&text, 500) }
}

fn words(error: &Error) -> String {
    error.source().map_or_else(|| "the connection broke".to_owned(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::couriers::fixtures::{mail_to, request};
    use crate::delivery::http::tests::tls_server;
    use crate::delivery::smtp::compose;

    #[tokio::test]
    async fn a_certificate_of_nobody_lets_no_mail_out() {
        let (port, _) = tls_server("localhost").await;
        let from: Address = "office@acme.example".parse().unwrap();
        let server = MailServer { host: "localhost".into(), port, privacy: Privacy::Tls };
        let post = Post::new(server, from.clone(), "", None).unwrap();
        let mail = compose(&request(mail_to("ana@example.com", "x", "x")), &from).unwrap();
        let answer = post.hand_over(&mail, Instant::now() + Duration::from_secs(20)).await;
        let Answer::NoConnection(said) = answer else { panic!("{answer:?}") };
        assert!(said.starts_with(&format!("localhost:{port}: nobody whom this machine trusts")), "{said}");
    }
}
