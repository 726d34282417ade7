//! From settings to the way by which letters go out.

use std::{path::Path, time::Duration};

use mail::transport::{Relay, Route, Settings, Tls, Transport};

use crate::{
    settings::{Mail, MailTls, MailTransport},
    trouble::Trouble,
};

/// The domain of Message-IDs: the sender's.
pub(crate) fn domain(mail: &Mail) -> String {
    mail.from.rsplit('@').next().unwrap_or("localhost").to_owned()
}

/// The way by which letters go out; nothing is sent yet.
///
/// # Errors
/// Where the settings cannot work, whatever the mail server says.
pub(crate) fn transport(mail: &Mail) -> Result<Transport, Trouble> {
    let route = match mail.transport {
        MailTransport::Folder => {
            crate::data::create(&mail.folder)?;
            Route::Folder { path: mail.folder.clone() }
        }
        MailTransport::Smtp => Route::Smtp(Relay {
            host: mail.host.clone(),
            port: mail.port,
            tls: match mail.tls {
                MailTls::None => Tls::None,
                MailTls::Starttls => Tls::StartTls,
                MailTls::Tls => Tls::Tls,
            },
            user: mail.user.clone(),
            password: mail.password_file.as_deref().map(password).transpose()?,
            ca_file: mail.ca_file.clone(),
            patience: Duration::from_secs(20),
        }),
    };
    let settings = Settings {
        from: mail.from.clone(),
        from_name: mail.from_name.clone(),
        domain: domain(mail),
        route,
    };
    Transport::new(&settings).map_err(|error| {
        Trouble::wrong(
            "设置 [mail] 不可用，请对照示例设置文件修改。",
            "The settings in [mail] cannot work; compare them with the example.",
        )
        .because(error)
    })
}

fn password(path: &Path) -> Result<String, Trouble> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Trouble::wrong(
            format!("无法读取 mail.password_file：{}。", path.display()),
            format!("mail.password_file cannot be read: {}.", path.display()),
        )
        .because(error)
    })?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}
