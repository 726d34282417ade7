//! Puts the pages of the console where the crate embeds them: into `OUT_DIR`, never into the source.
//!
//! | `CONSOLE` | embeds |
//! |---|---|
//! | `skip` (or unset) | one page that says how to build the others |
//! | `require` | what npm and Vite build from `web/`; no npm, no binary |
//! | a folder | what was built before, for machines without Node.js |

use std::{
    env, fmt, fs, io,
    path::{Path, PathBuf},
    process::Command,
};

const PAGES: [&str; 2] = ["index.html", "graphiql.html"];

const PLACEHOLDER: &str = r#"<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>吹哨 chuishao</title><link rel="stylesheet" href="/assets/plain.css"></head>
<body>
<p><strong>非涉密系统，严禁处理国家秘密</strong></p>
<h1>本程序未包含网页</h1>
<p>接口 <code>/graphql</code> 可正常使用。如需网页，请安装 Node.js 20.19 或更高版本，然后重新构建：</p>
<pre>CONSOLE=require cargo build --release</pre>
<div lang="en">
<h2>The pages are not in this build</h2>
<p><code>/graphql</code> works as usual. For the pages, install Node.js 20.19 or newer and build with the command above.</p>
</div>
</body>
</html>
"#;

/// A file of its own: the policy of the pages allows no styles inline.
const STYLE: &str = "body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem; \
                     font: 16px/1.7 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif }\n";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=CONSOLE");
    let mode = env::var_os("CONSOLE").unwrap_or_else(|| "skip".into());
    let done = folders().and_then(|(web, dist)| match mode.to_str() {
        Some("skip" | "") => placeholder(&dist),
        Some("require") => build(&web, &dist),
        _ => embed(Path::new(&mode), &dist),
    });
    if let Err(why) = done {
        // Every line is an error of its own, or cargo shows only the first.
        for line in why.lines() {
            println!("cargo::error={line}");
        }
    }
}

/// The sources of the pages, and where the built ones go.
fn folders() -> Result<(PathBuf, PathBuf), String> {
    let folder =
        |name| env::var_os(name).map(PathBuf::from).ok_or(format!("cargo did not set {name}"));
    Ok((folder("CARGO_MANIFEST_DIR")?.join("web"), folder("OUT_DIR")?.join("dist")))
}

fn placeholder(dist: &Path) -> Result<(), String> {
    empty(dist)?;
    for page in PAGES {
        let page = dist.join(page);
        fs::write(&page, PLACEHOLDER).map_err(at(&page))?;
    }
    let assets = dist.join("assets");
    fs::create_dir_all(&assets).map_err(at(&assets))?;
    let style = assets.join("plain.css");
    fs::write(&style, STYLE).map_err(at(&style))
}

fn build(web: &Path, dist: &Path) -> Result<(), String> {
    for source in [
        "src",
        "index.html",
        "graphiql.html",
        "package.json",
        "package-lock.json",
        "vite.config.ts",
    ] {
        println!("cargo::rerun-if-changed={}", web.join(source).display());
    }
    // One at a time: cargo and rust-analyzer may run this script side by side. The lock ends with the file.
    let lock = web.join(".build-lock");
    let file = fs::File::create(&lock).map_err(at(&lock))?;
    file.lock().map_err(at(&lock))?;

    install(web)?;
    empty(dist)?;
    npm(web, &["run", "build", "--", "--emptyOutDir", "--outDir"], Some(dist))?;
    complete(dist)
}

/// Installs what the lock file names, unless exactly that is installed. Contents are compared, not
/// times: a checkout, a copy and a restored cache all change those.
fn install(web: &Path) -> Result<(), String> {
    let lock = web.join("package-lock.json");
    let marker = web.join("node_modules/.installed-lock.json");
    let wanted = fs::read(&lock).map_err(at(&lock))?;
    if fs::read(&marker).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    npm(web, &["ci", "--ignore-scripts", "--include=dev", "--no-audit", "--no-fund"], None)?;
    fs::write(&marker, wanted).map_err(at(&marker))
}

fn npm(web: &Path, args: &[&str], last: Option<&Path>) -> Result<(), String> {
    let mut npm = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    // Set to `production` in many shells, where it would leave out Vite.
    npm.args(args).args(last).current_dir(web).env_remove("NODE_ENV");
    let what = format!("npm {}", args.first().unwrap_or(&""));
    match npm.output() {
        Ok(it) if it.status.success() => Ok(()),
        Ok(it) => Err(format!(
            "`{what}` failed ({})\n{}{}",
            it.status,
            String::from_utf8_lossy(&it.stdout),
            String::from_utf8_lossy(&it.stderr)
        )),
        Err(err) => Err(format!(
            "`{what}` did not start: {err}\nCONSOLE=require needs Node.js 20.19 or newer with npm; \
             without it, use CONSOLE=skip, or CONSOLE=<the absolute path of a built folder>"
        )),
    }
}

fn embed(built: &Path, dist: &Path) -> Result<(), String> {
    if !built.is_absolute() || !built.is_dir() {
        return Err(format!(
            "CONSOLE={}: expected `skip`, `require` or the absolute path of a folder that exists",
            built.display()
        ));
    }
    println!("cargo::rerun-if-changed={}", built.display());
    complete(built)?;
    empty(dist)?;
    copy(built, dist)
}

/// A folder that lacks a page would only be noticed by the person who opens it.
fn complete(dist: &Path) -> Result<(), String> {
    match PAGES.iter().find(|page| !dist.join(page).is_file()) {
        Some(page) => Err(format!("{} has no {page}", dist.display())),
        None => Ok(()),
    }
}

fn empty(dist: &Path) -> Result<(), String> {
    match fs::remove_dir_all(dist) {
        Err(err) if err.kind() != io::ErrorKind::NotFound => return Err(at(dist)(err)),
        _ => {}
    }
    fs::create_dir_all(dist).map_err(at(dist))
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    fs::create_dir_all(to).map_err(at(to))?;
    for entry in fs::read_dir(from).map_err(at(from))? {
        let source = entry.map_err(at(from))?.path();
        let Some(name) = source.file_name() else { continue };
        let target = to.join(name);
        if source.is_dir() {
            copy(&source, &target)?;
        } else {
            fs::copy(&source, &target).map_err(at(&source))?;
        }
    }
    Ok(())
}

fn at<E: fmt::Display>(path: &Path) -> impl Fn(E) -> String {
    move |err| format!("{}: {err}", path.display())
}
