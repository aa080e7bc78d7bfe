//! What a Postgres server is, as far as it decides whether raw text stays inside.

use std::collections::HashMap;

use super::{Db, Outcome, Store, errors::failure};

/// The settings that matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerSettings {
    /// As people write it: `17.6`.
    pub version: String,
    /// As a number: 170006.
    pub number: i64,
    /// Which statements it writes into its log: `none`, `ddl`, `mod`, `all`.
    pub statements: String,
    /// Milliseconds from which on it logs a statement; -1 for never.
    pub slow: i64,
    /// Whether it logs some statements, or some whole transactions, that it picks by chance.
    pub sampled: bool,
    /// Bytes of a bound value that it logs with a statement; -1 for all, 0 for none.
    pub values: i64,
    /// The same, with a statement that failed.
    pub values_on_error: i64,
    /// How much it says of an error: `terse`, `default`, `verbose`.
    pub errors: String,
    /// Milliseconds from which on `auto_explain` logs a plan; -1 for never.
    pub plans: i64,
    /// Whether `pgaudit` logs statements with their values.
    pub audited: bool,
}

/// The first release of each line with the fix of CVE-2025-8713 (August 2025): before it the planner's statistics of a
/// view's tables could be read by whoever may read the view alone.
const FIXED: &[i64] = &[130_022, 140_019, 150_014, 160_010, 170_006];

impl ServerSettings {
    /// What is wrong with it, and what to do.
    pub fn troubles(&self) -> Vec<String> {
        let mut troubles = Vec::new();
        let line = self.number / 10_000;
        let first = FIXED.iter().find(|fixed| *fixed / 10_000 == line);
        let is_old = first.map_or(line < 18, |first| self.number < *first);
        if is_old {
            troubles.push(format!(
                "Postgres {} lacks the fix of CVE-2025-8713, by which a portal could read statistics of hidden rows; upgrade to 17.6, 16.10, 15.14, 14.19, 13.22 or later",
                self.version
            ));
        }
        let logs = matches!(self.statements.as_str(), "mod" | "all") || self.slow >= 0 || self.sampled;
        if logs && self.values != 0 {
            troubles.push(
                "its log keeps statements with their values, and so payloads and drafts; set log_parameter_max_length = 0, or log_statement = none, log_min_duration_statement = -1, log_min_duration_sample = -1 and log_transaction_sample_rate = 0"
                    .to_owned(),
            );
        }
        if self.values_on_error != 0 {
            troubles.push(
                "its log keeps the values of statements that fail, and so payloads and drafts; set log_parameter_max_length_on_error = 0"
                    .to_owned(),
            );
        }
        if self.errors != "terse" {
            troubles.push(
                "its log tells the rows that a constraint refuses (DETAIL: Failing row contains …), and so payloads and drafts; set log_error_verbosity = terse"
                    .to_owned(),
            );
        }
        if self.plans >= 0 {
            troubles.push(
                "auto_explain keeps plans with the values in them, and so payloads and drafts; set auto_explain.log_min_duration = -1"
                    .to_owned(),
            );
        }
        if self.audited {
            troubles.push(
                "pgaudit keeps statements with their values, and so payloads and drafts; set pgaudit.log_parameter = off"
                    .to_owned(),
            );
        }
        troubles
    }
}

/// Settings as the server has them for the program's own login, by name: those of a module alone where it is loaded, but
/// pgaudit's also where it is merely configured: whoever configures an audit means to have it.
struct Read(HashMap<String, String>);

const WANTED: &[&str] = &[
    "server_version",
    "server_version_num",
    "log_statement",
    "log_min_duration_statement",
    "log_min_duration_sample",
    "log_statement_sample_rate",
    "log_transaction_sample_rate",
    "log_parameter_max_length",
    "log_parameter_max_length_on_error",
    "log_error_verbosity",
    "auto_explain.log_min_duration",
    "pgaudit.log",
    "pgaudit.role",
    "pgaudit.log_parameter",
];

// What `pg_settings` tells is in the unit of the setting: `250`, and not `250ms`.
const READ: &str = "select name, coalesce((select setting from pg_settings s where s.name = wanted.name),
        case when name like 'pgaudit.%' then current_setting(name, true) end)
    from unnest($1::text[]) as wanted (name)";

impl Read {
    /// What it says; nothing where this server has no such setting.
    fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    fn number(&self, name: &str, otherwise: i64) -> i64 {
        self.text(name).parse().unwrap_or(otherwise)
    }

    fn is_on(&self, name: &str) -> bool {
        // A setting whose module is not loaded stands as it was written.
        ["on", "true", "yes", "1"].contains(&self.text(name).to_lowercase().as_str())
    }

    /// Whether a share is more than nothing.
    fn some(&self, name: &str) -> bool {
        self.text(name).parse::<f64>().is_ok_and(|rate| rate > 0.0)
    }

    fn sampled(&self) -> bool {
        let statements = self.number("log_min_duration_sample", -1) >= 0 && self.some("log_statement_sample_rate");
        statements || self.some("log_transaction_sample_rate")
    }

    fn audited(&self) -> bool {
        let classes = self.text("pgaudit.log").trim();
        let logs = !matches!(classes.to_lowercase().as_str(), "" | "none") || !self.text("pgaudit.role").is_empty();
        logs && self.is_on("pgaudit.log_parameter")
    }

    fn settings(&self) -> ServerSettings {
        ServerSettings {
            version: self.text("server_version").to_owned(),
            number: self.number("server_version_num", -1),
            statements: self.text("log_statement").to_owned(),
            slow: self.number("log_min_duration_statement", -1),
            sampled: self.sampled(),
            values: self.number("log_parameter_max_length", -1),
            values_on_error: self.number("log_parameter_max_length_on_error", 0),
            errors: self.text("log_error_verbosity").to_owned(),
            plans: self.number("auto_explain.log_min_duration", -1),
            audited: self.audited(),
        }
    }
}

impl Store {
    /// The server's settings; `None` on SQLite.
    pub async fn server_settings(&self) -> Outcome<Option<ServerSettings>> {
        let Db::Postgres(pool) = &self.db else { return Ok(None) };
        let rows: Vec<(String, Option<String>)> = sqlx::query_as(READ).bind(WANTED).fetch_all(pool).await.map_err(failure)?;
        let read = Read(rows.into_iter().filter_map(|(name, setting)| Some((name, setting?))).collect());
        Ok(Some(read.settings()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn read(settings: &[(&str, &str)]) -> Read {
        Read(settings.iter().map(|(name, setting)| ((*name).to_owned(), (*setting).to_owned())).collect())
    }

    fn settings(number: i64) -> ServerSettings {
        let quiet = [("log_statement", "none"), ("log_error_verbosity", "terse"), ("log_statement_sample_rate", "1")];
        ServerSettings { number, ..read(&quiet).settings() }
    }

    #[rstest]
    #[case(130_021, true)]
    #[case(130_022, false)]
    #[case(150_013, true)]
    #[case(150_014, false)]
    #[case(170_005, true)]
    #[case(170_006, false)]
    #[case(180_000, false)]
    #[case(120_022, true)]
    fn a_server_without_the_fix_is_told(#[case] number: i64, #[case] told: bool) {
        assert_eq!(settings(number).troubles().iter().any(|trouble| trouble.contains("CVE-2025-8713")), told);
    }

    #[test]
    fn a_log_that_keeps_values_is_told() {
        let ok = settings(180_000);
        assert!(ok.troubles().is_empty());
        let all = ServerSettings { statements: "all".into(), ..ok.clone() };
        assert!(all.troubles()[0].contains("log_parameter_max_length = 0"));
        assert!(ServerSettings { values: 0, ..all }.troubles().is_empty());
        assert!(!ServerSettings { slow: 250, ..ok.clone() }.troubles().is_empty());
        assert!(ServerSettings { values_on_error: -1, ..ok.clone() }.troubles()[0].contains("on_error"));
        assert!(ServerSettings { errors: "default".into(), ..ok.clone() }.troubles()[0].contains("log_error_verbosity"));
        assert!(ServerSettings { plans: 0, ..ok.clone() }.troubles()[0].contains("auto_explain"));
        let sampled = ServerSettings { sampled: true, ..ok.clone() };
        assert!(sampled.troubles()[0].contains("log_min_duration_sample = -1 and log_transaction_sample_rate = 0"));
        assert!(ServerSettings { values: 0, ..sampled }.troubles().is_empty());
        assert!(ServerSettings { audited: true, values: 0, ..ok }.troubles()[0].contains("pgaudit.log_parameter = off"));
    }

    #[rstest]
    #[case::a_sample_from_no_length_on(&[("log_min_duration_sample", "-1"), ("log_statement_sample_rate", "1")], false)]
    #[case::a_sample_of_all(&[("log_min_duration_sample", "0"), ("log_statement_sample_rate", "1")], true)]
    #[case::a_small_one(&[("log_min_duration_sample", "500"), ("log_statement_sample_rate", "0.01")], true)]
    #[case::a_sample_of_none(&[("log_min_duration_sample", "0"), ("log_statement_sample_rate", "0")], false)]
    #[case::whole_transactions(&[("log_min_duration_sample", "-1"), ("log_transaction_sample_rate", "0.001")], true)]
    #[case::no_transactions(&[("log_transaction_sample_rate", "0")], false)]
    #[case::a_server_that_knows_none(&[], false)]
    fn what_is_logged_by_chance_is_seen(#[case] settings: &[(&str, &str)], #[case] sampled: bool) {
        assert_eq!(read(settings).settings().sampled, sampled);
    }

    #[rstest]
    #[case::with_values(&[("pgaudit.log", "write, ddl"), ("pgaudit.log_parameter", "on")], true)]
    #[case::of_some_tables(&[("pgaudit.log", "none"), ("pgaudit.role", "auditor"), ("pgaudit.log_parameter", "on")], true)]
    #[case::as_it_was_written(&[("pgaudit.log", "ALL"), ("pgaudit.log_parameter", "TRUE")], true)]
    #[case::without_values(&[("pgaudit.log", "all"), ("pgaudit.log_parameter", "off")], false)]
    #[case::nothing(&[("pgaudit.log", "none"), ("pgaudit.log_parameter", "on")], false)]
    #[case::no_pgaudit(&[], false)]
    fn what_is_audited_with_its_values_is_seen(#[case] settings: &[(&str, &str)], #[case] audited: bool) {
        assert_eq!(read(settings).settings().audited, audited);
    }
}
