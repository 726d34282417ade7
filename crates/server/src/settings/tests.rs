use super::*;

fn read(
    config: Option<&str>,
    environment: &[(&str, &str)],
    flags: Flags,
) -> Result<Settings, Trouble> {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("chuishao.toml");
    let config = config.map(|text| {
        std::fs::write(&path, text).unwrap();
        path
    });
    let environment = environment.iter().map(|(name, value)| (name.into(), value.into()));
    Settings::read(&Flags { config, ..flags }, environment)
}

fn refused(config: Option<&str>, environment: &[(&str, &str)]) -> String {
    match read(config, environment, Flags::default()) {
        Ok(_) => panic!("it was read"),
        Err(trouble) => {
            assert_eq!(trouble.exit(), 2);
            trouble.to_string()
        }
    }
}

#[test]
fn nothing_needs_to_be_set() {
    let data = Some(PathBuf::from("d#1"));
    let it = read(None, &[], Flags { data, ..Flags::default() }).unwrap();
    assert_eq!(it.http.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(it.http.public_url.as_str(), "http://127.0.0.1:8080");
    assert_eq!(it.database.url, "sqlite://d%231/chuishao.db");
    assert_eq!(it.database_file(), Some(PathBuf::from("d#1/chuishao.db")));
    assert_eq!(it.embedded_folder(), Some(PathBuf::from("d#1")));
    assert_eq!(it.accounts, Rules::default());
    assert_eq!(it.mail.transport, MailTransport::Folder);
    assert_eq!(it.mail.folder, PathBuf::from("d#1/letters"));
    assert_eq!(
        (it.mail.from_name.as_deref(), it.mail.from.as_str()),
        (Some("中心吹哨"), "chuishao@localhost")
    );
}

#[test]
fn flags_win_over_the_environment_and_that_over_the_file() {
    let file =
        "[http]\nlisten = '127.0.0.1:1'\npublic_url = 'https://a'\n[accounts]\nsession_hours = 1\n";
    let environment = [
        ("CHUISHAO__HTTP__LISTEN", "127.0.0.1:2"),
        ("CHUISHAO__ACCOUNTS__SESSION_HOURS", "2"),
        ("HOME", "/"),
    ];
    let it = read(Some(file), &environment, Flags::default()).unwrap();
    assert_eq!(it.http.listen.port(), 2);
    assert_eq!(it.accounts.session_hours, 2);
    assert_eq!(it.http.public_url.as_str(), "https://a");
    let flags = Flags { listen: Some("127.0.0.1:3".parse().unwrap()), ..Flags::default() };
    assert_eq!(read(Some(file), &environment, flags).unwrap().http.listen.port(), 3);
}

#[test]
fn an_unknown_key_is_an_error_that_names_the_nearest_and_the_line() {
    let text = refused(Some("[database]\n\n[http]\n# x\nlisen = 'x'\n"), &[]);
    assert!(
        text.contains("chuishao.toml 第 5 行：没有名为 http.lisen 的设置。最接近的是 http.listen"),
        "{text}"
    );
    assert!(text.contains("chuishao.toml, line 5: there is no setting http.lisen"), "{text}");
    assert!(refused(Some("[htp]\nlisten = 'x'"), &[]).contains("[http]"));
    assert!(refused(Some("listen = 'x'"), &[]).contains("http.listen"));
    let text = refused(None, &[("CHUISHAO__HTTP__PUBLIC_ULR", "x")]);
    assert!(text.contains("CHUISHAO__HTTP__PUBLIC_URL"), "{text}");
    assert!(refused(None, &[("CHUISHAO__LISTEN", "x")]).contains("CHUISHAO__HTTP__LISTEN"));
}

#[test]
fn a_wrong_value_is_told_with_its_place() {
    let text = refused(Some("[accounts]\nsession_hours = 'long'\n"), &[]);
    assert!(text.contains("第 2 行"), "{text}");
    assert!(refused(Some("[accounts\n"), &[]).contains("第 1 行"));
    assert!(
        refused(None, &[("CHUISHAO__ACCOUNTS__SESSION_HOURS", "long")])
            .contains("CHUISHAO__ACCOUNTS__SESSION_HOURS")
    );
    assert!(refused(None, &[("CHUISHAO__MAIL__TLS", "maybe")]).contains("CHUISHAO__MAIL__TLS"));
    assert!(refused(None, &[("CHUISHAO__HTTP__LISTEN", "8080")]).contains("http.listen"));
    assert!(refused(None, &[("CHUISHAO__HTTP__PUBLIC_URL", "a")]).contains("http.public_url"));
    assert!(
        refused(None, &[("CHUISHAO__ACCOUNTS__SESSION_HOURS", "0")])
            .contains("accounts.session_hours")
    );
    assert!(refused(None, &[("CHUISHAO__MAIL__TRANSPORT", "smtp")]).contains("mail.host"));
    for (key, value) in [("LOCK_AFTER", "0"), ("PASSWORD_MIN", "7"), ("PASSWORD_CLASSES", "5")] {
        let text = refused(None, &[(&format!("CHUISHAO__ACCOUNTS__{key}"), value)]);
        assert!(text.contains(&format!("accounts.{}", key.to_lowercase())), "{text}");
    }
    assert!(
        refused(None, &[("CHUISHAO__ACCOUNTS__SECOND_FACTOR", "never")])
            .contains("CHUISHAO__ACCOUNTS__SECOND_FACTOR")
    );
    assert!(
        refused(None, &[("CHUISHAO__DATABASE__URL", "sqlite::memory:")]).contains("database.url")
    );
}

#[test]
fn switches_numbers_and_lists_are_read_from_the_environment() {
    let environment = [
        ("CHUISHAO__HTTP__GRAPHIQL", "false"),
        ("CHUISHAO__HTTP__RATE_PER_ACCOUNT", "7"),
        ("CHUISHAO__HTTP__TRUSTED_PROXIES", "10.0.0.0/8, ::1"),
    ];
    let it = read(None, &environment, Flags::default()).unwrap();
    assert!(!it.http.graphiql);
    assert_eq!(it.http.per_account, Rate::new(7, 140));
    assert_eq!(it.http.trusted_proxies.len(), 2);
    let none = [("CHUISHAO__HTTP__TRUSTED_PROXIES", "")];
    assert!(read(None, &none, Flags::default()).unwrap().http.trusted_proxies.is_empty());
    for wrong in
        [("CHUISHAO__HTTP__GRAPHIQL", "perhaps"), ("CHUISHAO__HTTP__MAX_CONNECTIONS", "-1")]
    {
        assert!(refused(None, &[wrong]).contains(wrong.0));
    }
}

#[test]
fn the_data_folder_is_where_the_database_is() {
    let it = read(
        None,
        &[("CHUISHAO__DATABASE__URL", "sqlite:///var/lib/x/chuishao.db?mode=rwc")],
        Flags::default(),
    );
    let it = it.unwrap();
    assert_eq!(it.data, PathBuf::from("/var/lib/x"));
    assert_eq!(it.embedded_folder(), Some(PathBuf::from("/var/lib/x")));
    let it = read(
        None,
        &[("CHUISHAO__DATABASE__URL", "postgres://u:secret@h/d?password=p")],
        Flags::default(),
    )
    .unwrap();
    assert_eq!(it.embedded_folder(), None);
    assert_eq!(it.database_shown(), "postgres://…@h/d");
}

#[test]
fn the_example_settings_are_settings() {
    let text = include_str!("../../../../deploy/chuishao.example.toml");
    let it = read(Some(text), &[], Flags::default()).unwrap();
    assert_eq!(it.mail.from, "chuishao@example.gov.cn");
    // What is commented out is right too; a bucket stands there in the place of a folder.
    let all: String = text
        .lines()
        .map(|line| {
            line.strip_prefix("# ")
                .filter(|it| it.contains(" = "))
                .filter(|it| !it.starts_with("transport") && !it.starts_with("s3_"))
                .unwrap_or(line)
        })
        .fold(String::new(), |all, line| all + line + "\n");
    let it = read(Some(&all), &[], Flags::default()).unwrap();
    assert_eq!(it.mail.port, 587);
    assert_eq!((it.http.per_account, it.http.per_address), (Rate::ACCOUNT, Rate::ADDRESS));
    assert!(it.http.tls.is_some() && it.http.introspection && it.http.graphiql);
    assert_eq!(it.mail.password_file, Some(PathBuf::from("/etc/chuishao/smtp-password")));
}

#[test]
fn notes_are_kept_for_six_months_at_the_least() {
    let data = Some(PathBuf::from("d"));
    let it = read(None, &[], Flags { data, ..Flags::default() }).unwrap().record;
    assert_eq!((it.keep_months, it.seal_hours, it.holder), (36, 24, None));
    assert_eq!(it.ledger, PathBuf::from("d/seals"));
    let it = read(Some("[record]\nkeep_months = 6\nholder = ' a@b '\n"), &[], Flags::default());
    let it = it.unwrap().record;
    assert_eq!((it.keep_months, it.holder.as_deref()), (6, Some("a@b")));
    for (wrong, key) in
        [("keep_months = 5", "record.keep_months"), ("holder = 'somebody'", "record.holder")]
    {
        assert!(refused(Some(&format!("[record]\n{wrong}\n")), &[]).contains(key));
    }
}
