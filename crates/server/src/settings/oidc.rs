//! `[oidc]`: a provider that signs people in (统一身份认证), and what its groups give.

use std::path::PathBuf;

use engine::account::provider::{Fault, GroupRule, Rules};

use super::{bad, file};
use crate::trouble::Trouble;

/// `[oidc]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Oidc {
    /// The provider, exactly as it calls itself.
    pub issuer: String,
    /// What it calls us.
    pub client_id: String,
    /// The file that holds our secret there; none where it gave us none.
    pub client_secret_file: Option<PathBuf>,
    /// What we ask to be told.
    pub scopes: Vec<String>,
    /// The claim that is the name to sign in with.
    pub login_claim: String,
    /// The claim that is the person's name.
    pub name_claim: String,
    /// The claim that lists the groups.
    pub groups_claim: String,
    /// The file that holds the trusted certificates.
    pub ca_file: Option<PathBuf>,
    /// What stands on the button.
    pub button: String,
    /// What follows from what it says.
    pub rules: Rules,
}

impl Oidc {
    /// Fills in what was left out; none where nothing is set.
    pub(super) fn complete(given: file::Oidc) -> Result<Option<Self>, Trouble> {
        let file::Oidc { issuer, client_id, .. } = &given;
        let (issuer, client_id) = match (issuer, client_id) {
            (Some(issuer), Some(client_id)) => (issuer.trim().to_owned(), client_id.clone()),
            (None, None) if given.is_empty() => return Ok(None),
            (None, _) => {
                return Err(bad(
                    "oidc.issuer",
                    "统一身份认证的网址",
                    "the address of the provider",
                ));
            }
            (Some(_), None) => {
                return Err(bad(
                    "oidc.client_id",
                    "本系统在统一身份认证中的编号",
                    "what the provider calls this program",
                ));
            }
        };
        if !is_guarded(&issuer) {
            return Err(bad(
                "oidc.issuer",
                "https://主机[/路径]（只有本机可用 http）",
                "https://HOST[/PATH] (http on this machine alone)",
            ));
        }
        let groups = given.groups.unwrap_or_default().into_iter();
        let groups = groups.map(|it| GroupRule {
            group: it.group,
            unit: it.unit,
            roles: it.roles.into_iter().collect(),
        });
        let rules = Rules {
            create: given.create_accounts.unwrap_or(false),
            second_factors: given.second_factors.unwrap_or_default().into_iter().collect(),
            groups: groups.collect(),
        };
        rules.check().map_err(|(n, fault)| wrong_group(n + 1, fault))?;
        if rules.create && rules.groups.iter().all(|it| it.unit.is_none()) {
            return Err(bad(
                "oidc.groups",
                "至少有一组写明单位 unit（create_accounts = true 时）",
                "at least one group with a unit, as create_accounts is true",
            ));
        }
        let mut scopes = given.scopes.unwrap_or_else(|| vec!["profile".to_owned()]);
        if scopes.iter().any(|it| it.is_empty() || it.contains(char::is_whitespace)) {
            return Err(bad("oidc.scopes", "名称的列表", "a list of names"));
        }
        if !scopes.iter().any(|it| it == "openid") {
            scopes.insert(0, "openid".to_owned());
        }
        let claim = |given: Option<String>, usual: &str| given.unwrap_or_else(|| usual.to_owned());
        Ok(Some(Self {
            issuer,
            client_id,
            client_secret_file: given.client_secret_file,
            scopes,
            login_claim: claim(given.login_claim, "preferred_username"),
            name_claim: claim(given.name_claim, "name"),
            groups_claim: claim(given.groups_claim, "groups"),
            ca_file: given.ca_file,
            button: given.button.unwrap_or_else(|| "统一身份认证登录".to_owned()),
            rules,
        }))
    }
}

/// Whether what travels to an address cannot be read on the way.
pub(crate) fn is_guarded(url: &str) -> bool {
    let plain = |it: &str| !it.is_empty() && it.chars().all(|it| it.is_ascii_graphic());
    match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
        (Some(rest), _) => plain(rest) && !rest.contains(['@', '#']),
        (None, Some(rest)) => {
            let host = rest.split(['/', '?']).next().unwrap_or_default();
            let name = host.rsplit_once(':').map_or(host, |it| it.0);
            plain(rest)
                && !rest.contains(['@', '#'])
                && ["127.0.0.1", "localhost", "[::1]"].contains(&name)
        }
        (None, None) => false,
    }
}

fn wrong_group(n: usize, fault: Fault) -> Trouble {
    match fault {
        Fault::Role(role) => Trouble::wrong(
            format!(
                "设置 oidc.groups 第 {n} 组不得授予{}：三员和程序的角色只能在本系统内授予。",
                role.zh()
            ),
            format!(
                "oidc.groups, group {n}: no group gives the role {role}; administrators and programs are appointed here alone."
            ),
        ),
        Fault::Nothing => Trouble::wrong(
            format!("设置 oidc.groups 第 {n} 组没有组名，或既无单位也无角色。"),
            format!("oidc.groups, group {n}: it has no name, or gives neither a unit nor roles."),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Option<Oidc>, String> {
        Oidc::complete(toml::from_str(text).unwrap()).map_err(|it| it.to_string())
    }

    #[test]
    fn it_is_off_until_it_is_set_and_then_set_whole() {
        assert_eq!(read("").unwrap(), None);
        assert!(read("button = 'x'").unwrap_err().contains("oidc.issuer"));
        assert!(read("issuer = 'https://a'").unwrap_err().contains("oidc.client_id"));
        let it = read("issuer = 'https://a/b'\nclient_id = 'c'").unwrap().unwrap();
        assert_eq!(
            (it.scopes, it.rules),
            (vec!["openid".to_owned(), "profile".to_owned()], Rules::default())
        );
        for issuer in
            ["http://a", "a", "https://", "https://u@a", "https://a#b", "http://127.0.0.1.evil"]
        {
            let text = format!("issuer = '{issuer}'\nclient_id = 'c'");
            assert!(read(&text).unwrap_err().contains("oidc.issuer"), "{issuer}");
        }
        for issuer in ["http://127.0.0.1:8000/x", "http://localhost", "http://[::1]:1"] {
            read(&format!("issuer = '{issuer}'\nclient_id = 'c'")).unwrap();
        }
    }

    #[test]
    fn groups_give_roles_on_cases_and_no_others() {
        let with = |groups: &str| read(&format!("issuer = 'https://a'\nclient_id = 'c'\n{groups}"));
        let it = with("groups = [{ group = 'g', unit = 'rsj', roles = ['liaison'] }]").unwrap();
        assert_eq!(it.unwrap().rules.groups.len(), 1);
        for role in ["system_admin", "security_admin", "auditor", "service"] {
            let text =
                with(&format!("groups = [{{ group = 'g', roles = ['{role}'] }}]")).unwrap_err();
            assert!(text.contains(role) && text.contains("第 1 组"), "{text}");
        }
        assert!(with("groups = [{ group = 'g' }]").unwrap_err().contains("第 1 组"));
        assert!(with("create_accounts = true").unwrap_err().contains("oidc.groups"));
    }
}
