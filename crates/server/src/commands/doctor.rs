//! `doctor`: what is wrong with a set-up, line by line, each with what to do.

mod checks;

use std::process::ExitCode;

use crate::{
    logging, say,
    settings::{Flags, Settings},
    trouble::Trouble,
};

/// How one thing is.
enum Verdict {
    /// As it should be.
    Well,
    /// It works, and somebody should know.
    Mind,
    /// It does not work.
    Bad,
}

/// What was looked at, how it is, and what to do.
struct Finding {
    verdict: Verdict,
    what: &'static str,
    zh: String,
    en: String,
}

impl Finding {
    fn well(what: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { verdict: Verdict::Well, what, zh: zh.into(), en: en.into() }
    }

    fn mind(what: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { verdict: Verdict::Mind, ..Self::well(what, zh, en) }
    }

    fn bad(what: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { verdict: Verdict::Bad, ..Self::well(what, zh, en) }
    }

    /// What stopped a check; its text is in both languages already.
    fn stopped(what: &'static str, trouble: &Trouble) -> Self {
        Self::bad(what, trouble.to_string().replace('\n', "\n          "), String::new())
    }

    /// Says it. Whether it is bad.
    fn tell(&self) -> bool {
        let (mark, is_bad) = match self.verdict {
            Verdict::Well => ("OK  ", false),
            Verdict::Mind => ("注意", false),
            Verdict::Bad => ("坏  ", true),
        };
        say::line(format!("{mark}  {}：{}", self.what, self.zh));
        if !self.en.is_empty() {
            say::line(format!("          {}", self.en));
        }
        is_bad
    }
}

pub(super) async fn run(flags: &Flags) -> Result<ExitCode, Trouble> {
    let settings = match Settings::of_process(flags) {
        Ok(it) => it,
        Err(trouble) => {
            Finding::stopped("设置", &trouble).tell();
            return Ok(ExitCode::FAILURE);
        }
    };
    logging::start(&settings.log)?;
    let mut n_bad = 0;
    for it in checks::all(&settings).await {
        n_bad += usize::from(it.tell());
    }
    Ok(if n_bad == 0 {
        say::line("一切正常。  All is well.");
        ExitCode::SUCCESS
    } else {
        say::line(format!("{n_bad} 项有问题。  {n_bad} things are wrong."));
        ExitCode::FAILURE
    })
}
