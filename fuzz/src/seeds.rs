//! What inputs are grown from: the samples of the tests, the providers' published vectors, and lines of every kind.

use std::fs;
use std::path::Path;

use chrono::{DateTime, Utc};
use quotedeck::config::Config;
use quotedeck::domain::contact::Email;
use quotedeck::domain::destination::Secret;
use quotedeck::domain::event::Provider;
use quotedeck::domain::id::{ClientId, LeadId};
use quotedeck::domain::leave::{Leaving, Links};
use strum::VariantArray as _;
use uuid::Uuid;

fn samples(prefix: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/samples");
    let mut files: Vec<_> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|file| file.file_name().to_string_lossy().starts_with(prefix))
        .map(|file| file.path())
        .collect();
    files.sort();
    files.iter().filter_map(|file| fs::read(file).ok()).filter(|bytes| bytes.len() < 20_000).collect()
}

fn bytes(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

const MAIL: &str = "From: Dana Reyes <Dana@Example.com>\r\nTo: office@acme.example\r\nSubject: =?utf-8?q?Leak?=\r\nMessage-ID: <m1@x>\r\n\
    Date: Tue, 24 Nov 2026 10:00:00 +0000\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n\
    Name: Bo Lee\r\nPhone: (415) 867-5309\r\nService: drain\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>It &amp; drips</p>\r\n--b--\r\n";

/// Payloads of a provider.
pub(crate) fn payloads(provider: Provider) -> Vec<Vec<u8>> {
    let (prefix, own): (&str, &[&str]) = match provider {
        // It is asked, and sends nothing by itself.
        Provider::SearchConsole => return Vec::new(),
        Provider::TwilioVoice => (
            "twilio-voice",
            &["CallSid=CA1&From=%2B14158675309&To=%2B18005551212&CallStatus=completed&DialCallStatus=no-answer&CallDuration=12"],
        ),
        Provider::TwilioSms => ("twilio-", &["MessageSid=SM1&From=%2B14158675309&To=%2B18005551212&Body=Stop&OptOutType=STOP"]),
        Provider::Callrail => (
            "callrail",
            &[r#"{"resource_id":"T1","source_number":"+13036231131","destination_number":"+13038163491","content":"Stop!"}"#],
        ),
        Provider::Thumbtack => {
            ("thumbtack", &[r#"{"event":{"eventType":"ReviewCreatedV4"},"data":{"reviewID":"1","rating":5}}"#])
        }
        Provider::Angi => (
            "angi",
            &[
                r#"{"FirstName":"Bo","LastName":"Lee","PhoneNumber":"4158675309","Email":"b@x.example","CorrelationId":"c1","Description":"roof","Interview":[{"Question":"q","Answer":"a"}]}"#,
            ],
        ),
        Provider::Hubspot => (
            "hubspot",
            &[
                r#"[{"eventId":1,"subscriptionId":2,"subscriptionType":"contact.privacyDeletion","objectId":3,"occurredAt":1700000000000}]"#,
            ],
        ),
        Provider::Quickbooks => (
            "quickbooks",
            &[
                r#"{"eventNotifications":[{"realmId":"1","dataChangeEvent":{"entities":[{"name":"Customer","id":"1","operation":"Create","lastUpdated":"2026-11-24T10:00:00.000Z"}]}}]}"#,
                r#"{"Estimate":{"Id":"41","TxnStatus":"Closed","TotalAmt":582.5,"LinkedTxn":[{"TxnId":"103","TxnType":"Invoice"}],"CustomerRef":{"value":"10","name":"Bo Lee"},"MetaData":{"CreateTime":"2026-09-17T11:20:06-07:00","LastUpdatedTime":"2026-09-17T12:32:29-07:00"}}}"#,
                r#"{"Invoice":{"Id":"239","DocNumber":"1070","TotalAmt":150.0,"Balance":50.5,"PrivateNote":"Voided","CustomerRef":{"value":"1"},"MetaData":{"LastUpdatedTime":"2026-07-24T10:35:08-07:00"}},"Customer":{"Id":"1","PrimaryPhone":{"FreeFormNumber":"4158675309"}}}"#,
                r#"{"Customer":{"Id":"1","Active":false,"DisplayName":"Bo Lee (deleted)","Mobile":{"FreeFormNumber":"4158675309"},"PrimaryEmailAddr":{"Address":"a@b.example"},"BillAddr":{"City":"Bayshore"}}}"#,
                r#"{"Estimate":{"Id":"979","status":"Deleted","MetaData":{"LastUpdatedTime":"2026-12-23T12:55:50-08:00"}}}"#,
                r#"[{"specversion":"1.0","id":"e1","type":"qbo.customer.created.v1","time":"2026-11-24T10:00:00Z","intuitentityid":"1","intuitaccountid":"2"}]"#,
            ],
        ),
        Provider::Sendgrid => (
            "sendgrid",
            &[
                "--b\r\nContent-Disposition: form-data; name=\"envelope\"\r\n\r\n{}\r\n--b\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\nFrom: a@b.example\r\n\r\nx\r\n--b--\r\n",
            ],
        ),
        Provider::Mailgun => (
            "mailgun",
            &[
                "recipient=office%40acme.example&From=Dana+%3CDana%40Example.com%3E&Subject=Leak&Message-Id=%3Cm1%40x%3E&body-plain=The+pipe+burst.",
            ],
        ),
        Provider::Email => {
            ("sendgrid-inbound-raw", &[MAIL, "From: a@b.example\r\nAuto-Submitted: auto-replied\r\n\r\nI am away"])
        }
        Provider::Webhook => ("thumbtack", &[r#"{"id":9,"mail":"b@x.example","who":{"cell":"5125550142","name":"Bo"}}"#]),
        Provider::Form => (
            "form",
            &[
                r#"{"submission_id":"s1","name":"Cy","phone":"5125550144","message":"no water","fax":""}"#,
                "name=Bo&phone=5125550143&consent=yes",
                "--b\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nAna\r\n--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x\"\r\n\r\n\x01\r\n--b--\r\n",
            ],
        ),
        Provider::Csv => ("csv", &["key,name,phone,email\n1,\"Bo \"\"B\"\" Lee\",4158675309,b@x.example\n2,,,\n", "a;b\n1;2\n"]),
        Provider::Event => {
            ("event", &[r#"{"key":"k1","kind":"job_done","phone":"+14158675309","value":1200.5,"urgency":"urgent"}"#])
        }
    };
    let mut all = samples(prefix);
    all.extend(bytes(own));
    all
}

/// The secret that a provider's requests below are signed with, and when.
pub(crate) fn secret(provider: Provider) -> (&'static str, DateTime<Utc>) {
    let (secret, milliseconds) = match provider {
        Provider::TwilioVoice | Provider::TwilioSms => ("12345", 1_700_000_000_000),
        Provider::Hubspot => ("yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy", 1_693_657_560_000),
        Provider::Sendgrid => (SENDGRID_KEY, 1_600_112_502_000),
        Provider::Event | Provider::Webhook => ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 1_614_265_330_000),
        Provider::Thumbtack => ("deck:s3cret", 1_700_000_000_000),
        _ => ("token", 1_700_000_000_000),
    };
    (secret, DateTime::from_timestamp_millis(milliseconds).unwrap_or_default())
}

const SENDGRID_KEY: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==";
const TWILIO: &str = "POST https://mycompany.com/myapp.php?foo=1&bar=2\nx-twilio-signature: RSOYDt4T1cUTdK1PDd93/VVr8B8=\n\n\
    CallSid=CA1234567890ABCDE&Digits=1234&From=%2B14158675309&To=%2B18005551212&Caller=%2B14158675309";
const TWILIO_JSON: &str = "POST https://deck.example:443/in?bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620\n\
    x-twilio-signature: aaaa\n\n{\"property\": \"value\", \"boolean\": true}";
const STANDARD: &str = "POST https://deck.example/in\nwebhook-id: msg_p5jXN8AQM9LWM0D4loKWxJek\nwebhook-timestamp: 1614265330\n\
    webhook-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=\n\n{\"test\": 2432232314}";
const HUBSPOT: &str = "POST https://www.example.com/webhook_uri\nx-hubspot-signature-v3: K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=\n\
    x-hubspot-request-timestamp: 1693657560000\n\n{'example_field':'example_value'}";
const SENDGRID: &str = "POST https://deck.example/in\nx-twilio-email-event-webhook-signature: \
    MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM=\n\
    x-twilio-email-event-webhook-timestamp: 1600112502\n\n[{\"email\":\"hello@world.com\",\"event\":\"dropped\"}]\r\n";
const MAILGUN: &str = "POST https://deck.example/in\n\ntimestamp=1700000000&token=abc&signature=e738010f01f1e18cad22290c9e78b6fbe12b69ffa579c9f31b3ec39c70e776ce&recipient=a%40b.example";

/// Requests of a provider as the target reads them.
pub(crate) fn requests(provider: Provider) -> Vec<Vec<u8>> {
    bytes(match provider {
        Provider::SearchConsole => &[],
        Provider::TwilioVoice | Provider::TwilioSms => &[TWILIO, TWILIO_JSON],
        Provider::Hubspot => &[HUBSPOT],
        Provider::Sendgrid => &[SENDGRID],
        Provider::Mailgun => &[
            MAILGUN,
            "POST u\n\n--b\r\nContent-Disposition: form-data; name=\"timestamp\"\r\n\r\n1700000000\r\n--b\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\nabc\r\n--b--\r\n",
        ],
        Provider::Event | Provider::Webhook => &[STANDARD],
        Provider::Callrail => &["POST u\nsignature: 1NJxZpVMQX8/EUiW5GcJNLbD89I=\n\n{\"id\":1}"],
        Provider::Quickbooks => &["POST u\nintuit-signature: RnKoZyZt1RQ0WPNiwww8q31GtT5kXi/AN1fYcSk4ZSg=\n\n{\"id\":1}"],
        Provider::Thumbtack => &["POST u\nauthorization: Basic ZGVjazpzM2NyZXQ=\n\n{}"],
        Provider::Angi => &["POST u\nx-api-key: token\n\n{}"],
        Provider::Form | Provider::Csv | Provider::Email => &["POST u\nauthorization: Bearer token\n\na=b"],
    })
}

/// Texts from the corpus of the tests, so many lines of a file.
fn corpus(file: &str, most: usize) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/corpus").join(file);
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).take(most).map(str::to_owned).collect()
}

/// A name, two lines of evidence, a stored value, a text, and where it is changed.
pub(crate) fn drafts() -> Vec<Vec<u8>> {
    let own = [
        "Dana Reyes\0the gate code is 4821, call (415) 867-5309, 1234 Main St\0\0+14158675309\0We quoted $1,234.56 for Dana on Nov 24 at 3 pm. [1]",
        "Bo Lee\0no water since Monday\0the heater under the stairs is leaking all over\0Deshawn Keller\0Please call five five five, one two three four or mail b (at) x dot example. Deshawn Keller came.",
        "A\0b\0\0ana@example.com\0Visit http://a.example/x or 4111 1111 1111 1111, IBAN DE89370400440532013000, SSN 078-05-1120, key sk_live_abcdefghijklmnop.",
        "A\0the heater smells of gas\0\04411\0We guarantee the roof for ten years, it was their own fault, promised by Friday, L-2041.",
        "\0\0\0\0\u{ff11}\u{ff12}\u{ff13} \u{200b}5\u{200b}5\u{200b}5 twenty-one thousand and five dollars, 1/2 inch, 3 to 5 weeks",
        "Juan Ortiz\0my husband said the heater under the stairs is leaking all over\0\01204 Alder Creek Lane\0Juan Ortiz said the heater under the stairs is leaking all over. Come to 1204 Alder Creek Lane, gate code 4411.",
    ];
    let mut all = bytes(&own);
    let evidence = "Juan Ortiz\0my husband said the heater under the stairs is leaking all over, two techs came on Monday, $240\0no heat, the baby is cold\0Deshawn Keller";
    let lines =
        [corpus("trade.txt", 120), corpus("clean.txt", 60), corpus("us_addresses.txt", 40), corpus("usaddress_lines.tsv", 60)]
            .concat();
    all.extend((0..).zip(&lines).map(|(n, line)| format!("{evidence}\0{line}\0{}", "?".repeat(n % 4)).into_bytes()));
    all
}

/// Filters of every pane.
pub(crate) fn filters() -> Vec<Vec<u8>> {
    bytes(&[
        "state:new -source:thumb* age>2h value>=2000",
        "lead:L-2041 \"two words\" destination:HubSpot",
        "kind:callback owner:rosa age<1d x",
    ])
}

/// Lines that people write.
pub(crate) fn lines() -> Vec<Vec<u8>> {
    bytes(&[
        "+1 (415) 867-5309 ext. 12",
        "tel:+14158675309;phone-context=example.com",
        "Dana.Reyes+x@mail.Example.com",
        "$1,234.56",
        "https://user@host.example:8443/a?b#c",
        "smtps://mail.example",
        "Hi {name}, {client} about {service}.\nBo http://evil.example",
        "please don\u{2019}t text me again [2] [3]",
        "STOP",
        "error 429 at \"x\" id 0194d3c0-1111-7000-8000-000000000000 \u{1b}[31m",
    ])
}

/// Answers of destinations.
pub(crate) fn answers() -> Vec<Vec<u8>> {
    let mut all = samples("hubspot-error");
    all.extend(bytes(&[
        "201\n{\"sid\":\"SM1\",\"status\":\"queued\"}",
        "400\n{\"code\":21610,\"message\":\"unsubscribed\",\"status\":400}",
        "200\n{\"id\":\"1\",\"choices\":[{\"message\":{\"content\":\"{\\\"text\\\":\\\"x\\\"}\"}}]}",
        "409\n{\"message\":\"Contact already exists. Existing ID: 51\",\"category\":\"CONFLICT\"}",
        "{\"kind\":\"message\",\"to\":\"+14158675309\",\"text\":\"Hi\"}",
    ]));
    all
}

/// Pages of providers' lists.
pub(crate) fn pages() -> Vec<Vec<u8>> {
    bytes(&[
        "0 1 200\n{\"page\":1,\"total_pages\":3,\"calls\":[{\"id\":\"CAL1\"},{\"id\":\"CAL2\"}]}",
        "1 3 200\n{\"rows\":[{\"keys\":[\"2027-01-10\",\"x\"],\"clicks\":3.0,\"impressions\":40,\"position\":4.236}],\"responseAggregationType\":\"byPage\"}",
        "0 1 200\n{\"data\":[{\"negotiationID\":\"5\",\"createdAt\":\"2027-01-14T10:00:00Z\"},{\"negotiationID\":4,\"createTime\":\"2026-01-14T10:00:00Z\"}],\"pagination\":{\"limit\":2,\"next\":\"x\"}}",
        "1 2 200\n{\"negotiationID\":\"5\",\"customer\":{\"firstName\":\"Ana\"},\"leadPrice\":\"$25.00\"}",
        "2 3 200\n{\"data\":[{\"messageID\":\"8\",\"negotiationID\":\"5\",\"from\":\"Customer\",\"text\":\"Hi\",\"sentAt\":\"2027-01-14T10:00:00Z\"},{\"messageID\":\"9\",\"sentAt\":\"2027-01-13T10:00:00Z\"}],\"pagination\":{\"limit\":2}}",
        "2 400 404\n{\"title\":\"Not found\",\"status\":404,\"traceID\":\"feca66787a0a9ee8\"}",
        "0 2 429\n{\"error\":{\"message\":\"Quota\",\"errors\":[{\"reason\":\"quotaExceeded\"}]}}",
    ])
}

/// The key of the links by which people leave a client's mail.
pub(crate) const LINK_KEY: &str = "0123456789abcdef0123456789abcdef";

/// Tokens of such links; the first is one of ours.
pub(crate) fn tokens() -> Vec<Vec<u8>> {
    let key = Secret::new(LINK_KEY);
    let leaving = Email::parse("dana@mail.example.com").map(|address| Leaving {
        client: ClientId(Uuid::nil()),
        lead: LeadId(Uuid::nil()),
        address,
    });
    let made = Links::new("https://deck.example", &key).zip(leaving.ok()).map(|(links, leaving)| links.link(&leaving));
    let made = made.and_then(|link| link.rsplit('/').next().map(str::to_owned)).unwrap_or_default();
    bytes(&[&made, "AAAA.BBBB", "..", ""])
}

/// Payloads of every provider, for what reads any.
pub(crate) fn any_payload() -> Vec<Vec<u8>> {
    Provider::VARIANTS.iter().flat_map(|provider| payloads(*provider)).collect()
}

/// Configuration files: the example with every key, and its parts.
pub(crate) fn configs() -> Vec<Vec<u8>> {
    let example = Config::example();
    // The example is all comments: without the mark before a key it says something.
    let told: String = example
        .lines()
        .map(|line| line.strip_prefix("# ").filter(|line| line.starts_with('[') || line.contains(" = ")).unwrap_or(line))
        .flat_map(|line| [line, "\n"])
        .collect();
    let mut all = bytes(&[
        &example,
        &told,
        "[[client]]\nname = 'Acme'\ntime_zone = 'America/Chicago'\nregion = 'US'\nlow_value_below = 500\nhigh_value_at = '2000'\n",
        "[[person]]\nname = 'ana'\nrole = 'reviewer'\nclients = ['Acme']\n[[client]]\nname = 'Acme'\n",
        "[[destination]]\nname = 'sms'\nsystem = 'twilio'\naccount = 'AC1'\nfrom = '+15125550142'\nsecret_env = 'TWILIO_TOKEN'\n",
        "[serve]\nlisten = '0.0.0.0:443'\npublic_url = 'https://deck.example.com/'\nlargest_body = 1024\nper_second = 5\n",
        "[[source]]\nprovider = 'webhook'\nclient = 'Acme'\nsecret_env = 'A'\n[source.fields]\nphone = 'who.cell'\n[[client]]\nname = 'Acme'\n",
        "[keys]\nundo = ['U', 'ctrl-z']\n[theme]\nname = 'light'\naccent = '#a0b0c0'\n[log]\nlevel = 'debug'\n",
        "[[template]]\nname = 'a'\nchannel = 'sms'\ntext = 'Hi {name}'\nopt_out_line = 'Reply STOP'\nresponse_window_minutes = 5\n",
    ]);
    all.extend(told.split("\n\n").map(|part| part.as_bytes().to_vec()));
    all
}

/// Keys as the configuration names them.
pub(crate) fn keys() -> Vec<Vec<u8>> {
    bytes(&[
        "undo=U|ctrl-z\nquit=q|alt-F5",
        "approve=Space\nmask=BackTab|ctrl-alt-x",
        "ctrl-|alt--|F13|é|日",
        "edit=ctrl-\u{301}",
    ])
}

/// Places in lists, and references.
pub(crate) fn places() -> Vec<Vec<u8>> {
    bytes(&[
        "1795521600000.0194d3c0111170008000000000000000.Acme.2",
        "L-2041",
        "D-12",
        "-1.0194d3c0-1111-7000-8000-000000000000",
        "j-9",
    ])
}

/// A text, a zero byte, and what is pressed.
pub(crate) fn keystrokes() -> Vec<Vec<u8>> {
    let texts = [
        "Maria Ortiz called about a heater that leaks. Call her at 512-555-0142.\n\nWe guarantee a visit by Friday.",
        "日本 e\u{301}e\u{301} \u{1f469}\u{200d}\u{1f469}\u{200d}\u{1f467} \u{202e}abc\u{200b}def\tx\r\ny",
        "",
        "word word word word word word word word word word\nword\n\n\nword",
    ];
    let presses: [&[u8]; 4] = [
        &[1, 4, b'a', 1, 4, b'b', 1, 0, 0, 0, 1, 3, 20, 0, 16, 3, 0, b'x', b'\n', b'y', 1, 3, 22, 0],
        &[0, 0, 6, 12, 0, 1, 6, 0, 4, 9, 2, 0, 4, 10, 50, 6, 12, 10, 100, 0, 6],
        &[1, 0, 6, 2, 1, 0, 7, 2, 1, 0, 12, 0, 1, 3, 24, 0, 1, 3, 2, 0, 1, 3, 21, 0],
        &[15, 4, 0, b'm', b'i', b'n', b'e', 6, 3, 0, 1, 4, 5, b'z', 4, 7, 8, 11, 255, 6],
    ];
    let pairs = texts.iter().flat_map(|text| presses.iter().map(move |presses| [text.as_bytes(), presses].join(&0)));
    pairs.collect()
}

/// Two texts with a zero byte between.
pub(crate) fn pairs() -> Vec<Vec<u8>> {
    bytes(&[
        "Maria Ortiz called about a leak.\0The customer called about a leak.",
        "one two three\nfour\0one  two\nfour five",
        "\0all new",
        "all gone\0",
        "e\u{301} \u{1f469}\u{200d}\u{1f467} 日本語 のテスト\0e \u{1f469} 日本 のテスト",
    ])
}
