//! Mail to a real server on this machine: taken, refused at every step, and lost where nobody knows.

use super::*;

#[tokio::test]
async fn a_mail_is_taken() {
    let there = MailServer::answering(&[]);
    let reply = send(System::Smtp, &there.url).await;
    assert_eq!((reply.meaning, reply.status, error(&reply)), (Meaning::Accepted, Some(250), ""));
    let mail = &there.mails()[0];
    assert!(mail.contains("Message-ID: <acme=3atest=3a7@acme.example>\r\n"), "{mail}");
    assert!(mail.contains("From: Acme <office@acme.example>") || mail.contains("From: \"Acme\" <office@acme.example>"), "{mail}");
    assert!(there.lines().contains(&"RCPT TO:<ana@example.com>".to_owned()), "{:?}", there.lines());
}

#[rstest]
#[case(MailMode::Answer("", 554), Meaning::LockedOut)]
#[case(MailMode::Answer("", 421), Meaning::Broken)]
#[case(MailMode::Close(""), Meaning::NotReached)]
#[case(MailMode::Answer("MAIL", 530), Meaning::LockedOut)]
#[case(MailMode::Close("MAIL"), Meaning::NotReached)]
#[case(MailMode::Answer("RCPT", 450), Meaning::Broken)]
#[case(MailMode::Answer("RCPT", 550), Meaning::Refused)]
#[case(MailMode::Answer("DATA", 452), Meaning::Broken)]
#[case(MailMode::Close("DATA"), Meaning::NotReached)]
#[case(MailMode::Answer(".", 451), Meaning::Broken)]
#[case(MailMode::Answer(".", 554), Meaning::Refused)]
#[case(MailMode::Close("."), Meaning::Silent)]
#[tokio::test]
async fn a_mail_that_was_not_taken(#[case] mode: MailMode, #[case] meaning: Meaning) {
    let there = MailServer::answering(&[mode]);
    let reply = send(System::Smtp, &there.url).await;
    assert_eq!(reply.meaning, meaning, "{}", error(&reply));
    assert_eq!(there.mails(), Vec::<String>::new());
}

#[tokio::test]
async fn a_mail_that_was_taken_without_a_word_is_not_known() {
    let there = MailServer::answering(&[MailMode::TakeThenClose]);
    assert_eq!(send(System::Smtp, &there.url).await.meaning, Meaning::Silent);
    assert_eq!(there.mails().len(), 1);
}

fn with_login(url: &str) -> Couriers {
    let mut setting = setting(System::Smtp, url, "hunter2-secret");
    setting.account = "office".into();
    Couriers::new(&[setting]).unwrap()
}

#[tokio::test]
async fn a_mail_server_lets_in_or_does_not() {
    let there = MailServer::answering(&[MailMode::Login, MailMode::Ok]);
    let request = request(System::Smtp, content(System::Smtp));
    assert_eq!(with_login(&there.url).send(&request).await.meaning, Meaning::Accepted);
    // No login is offered: the password is not sent, and neither is the mail.
    assert_eq!(with_login(&there.url).send(&request).await.meaning, Meaning::LockedOut);
    assert_eq!(there.mails().len(), 1);
}

#[tokio::test]
async fn without_tls_nothing_is_said_to_a_server_that_should_have_it() {
    let there = MailServer::answering(&[]);
    let reply = send(System::Smtp, &format!("{}?tls=starttls", there.url)).await;
    assert_eq!(reply.meaning, Meaning::NotReached);
    assert!(error(&reply).contains("it offers no TLS"), "{}", error(&reply));
    assert!(there.lines().iter().all(|line| !line.starts_with("MAIL")));
}

#[rstest]
#[case("", Meaning::NotReached)]
#[case("RCPT", Meaning::NotReached)]
#[case(".", Meaning::Silent)]
#[tokio::test(flavor = "current_thread")]
async fn a_silent_mail_server_is_given_up_in_time(#[case] at: &'static str, #[case] meaning: Meaning) {
    let there = MailServer::answering(&[MailMode::Hang(at)]);
    let couriers = couriers(System::Smtp, &there.url);
    let request = request(System::Smtp, content(System::Smtp));
    let began = Instant::now();
    let sending = couriers.send(&request);
    tokio::pin!(sending);
    while !there.is_hanging() {
        tokio::select! {
            reply = &mut sending => panic!("{reply:?}"),
            () = tokio::task::yield_now() => {}
        }
    }
    tokio::time::pause();
    let reply = sending.await;
    assert_eq!(reply.meaning, meaning, "{}", error(&reply));
    assert!(began.elapsed() <= LONGEST + Duration::from_secs(1));
}
