//! The door of the first installation: `chuishao user`, by the same rules as everywhere.

use std::{
    io::Write as _,
    process::{Command, Output, Stdio},
    time::Duration,
};

use serde_json::{Value, json};
use tests::process::{Program, program};

struct Terminal {
    folder: tempfile::TempDir,
}

impl Terminal {
    fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }

    fn user(&self, arguments: &[&str], typed: Option<&str>) -> Output {
        let mut child = Command::new(program())
            .args(["user"])
            .args(arguments)
            .args(["--data", &self.data()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut stdin = child.stdin.take().expect("its input");
        stdin.write_all(typed.unwrap_or_default().as_bytes()).expect("typed");
        drop(stdin);
        child.wait_with_output().expect("its end")
    }

    fn add(&self, login: &str, role: &str, more: &[&str]) -> Output {
        let arguments = [&["add", login, "--name", "某人", "--role", role], more].concat();
        self.user(&arguments, None)
    }
}

fn out(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// The password that was told this once.
fn told(output: &Output) -> String {
    let text = out(output);
    assert!(output.status.success(), "{text}");
    let (_, password) = text.split_once("shown this once: ").expect("a password");
    password.lines().next().unwrap_or_default().trim().to_owned()
}

async fn sign_in(program: &Program, name: &str, password: &str) -> (u16, Value) {
    let body = json!({ "name": name, "password": password });
    let (status, text) = program.call("POST", "/session", None, Some(&body)).await.expect("served");
    (status, serde_json::from_str(&text).expect("JSON"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_accounts_are_added_at_the_machine_by_the_same_rules() {
    let terminal = Terminal { folder: tempfile::tempdir().unwrap() };
    let dispatcher = told(&terminal.add("diaodu", "dispatcher", &["--district", "某区"]));
    let admins = ["system_admin", "security_admin", "auditor"];
    let passwords = admins.map(|role| told(&terminal.add(role, role, &[])));
    for roles in ["system_admin,dispatcher", "auditor,security_admin"] {
        let refused = terminal.add("both", roles, &[]);
        assert_eq!(refused.status.code(), Some(2));
        assert!(out(&refused).contains("三员分离"), "{}", out(&refused));
    }
    for weak in ["Password-2026", "short", "bothBoth-2026", "onlysmallletters"] {
        let arguments = ["add", "both", "--name", "某人", "--role", "liaison", "--password-stdin"];
        let refused = terminal.user(&arguments, Some(weak));
        assert_eq!(refused.status.code(), Some(2), "{weak}");
    }
    let listed = out(&terminal.user(&["list"], None));
    assert!(listed.contains("系统管理员") && listed.contains("审计员"), "{listed}");
    assert!(!listed.contains("both"), "{listed}");

    let data = terminal.data();
    let patience = Duration::from_secs(60);
    let server = Program::start(&["serve", "--data", &data], &[], patience).await;
    let (status, body) = sign_in(&server, "diaodu", &dispatcher).await;
    assert_eq!((status, body.get("must")), (200, None), "{body}");
    for (role, password) in admins.iter().zip(&passwords) {
        let (status, body) = sign_in(&server, role, password).await;
        assert_eq!((status, &body["must"]), (200, &json!(["enrol_second_factor"])), "{body}");
    }
    server.kill();

    // An administrator who lost everything is helped at the machine, and changes the password first.
    let reset = told(&terminal.user(&["reset", "auditor", "--second-factor"], None));
    let disabled = terminal.user(&["disable", "diaodu"], None);
    assert!(disabled.status.success(), "{}", out(&disabled));
    let server = Program::start(&["serve", "--data", &data], &[], patience).await;
    let (_, body) = sign_in(&server, "auditor", &reset).await;
    assert_eq!(body["must"], json!(["change_password", "enrol_second_factor"]), "{body}");
    assert_eq!(sign_in(&server, "auditor", &passwords[2]).await.0, 401);
    assert_eq!(sign_in(&server, "diaodu", &dispatcher).await.0, 401);
    server.kill();
    let enabled = terminal.user(&["disable", "diaodu", "--undo"], None);
    assert!(enabled.status.success(), "{}", out(&enabled));
    let server = Program::start(&["serve", "--data", &data], &[], patience).await;
    assert_eq!(sign_in(&server, "diaodu", &dispatcher).await.0, 200);
    server.kill();
}
