//! A private PostgreSQL cluster for the tests, and fresh databases in it.
//!
//! The first test process to need one starts it under a file lock; all others, at the same time or
//! soon after, share it. Nobody has to stop it: every process that uses the cluster touches a file
//! as long as it lives, and the server's supervisor ends the server and removes its files a few
//! minutes after the last touch. So it works the same under `cargo test`, under nextest (a process
//! per test), and when tests are killed.
//!
//! The cluster lives in the folder for temporary files, because under `root` the server runs as
//! another user, who could not enter a checkout in root's home; and because the path of a socket
//! must be short. It listens on 127.0.0.1 only, on a free port, trusts whoever connects there, and
//! does not sync to disk: it can be lost at any time.
//!
//! Tests connect as the ordinary role `chuishao`, who owns the databases: what needs a superuser
//! fails here as it would in a county.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::sync::OnceCell;

/// A database of one test. It is dropped with this value.
#[derive(Debug)]
pub struct Database {
    cluster: &'static Cluster,
    name: String,
}

impl Database {
    pub fn url(&self) -> String {
        self.cluster.url("chuishao", &self.name)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // A database that cannot be dropped goes with the cluster.
        let _ =
            self.cluster.sql(&format!(r#"DROP DATABASE IF EXISTS "{}" WITH (FORCE)"#, self.name));
    }
}

/// Runs `psql`, `pg_dump` or another of the server's programs over a database; what it printed.
pub fn tool(program: &str, url: &str, arguments: &[&str]) -> io::Result<String> {
    let mut command = Command::new(Cluster::shared()?.bin.join(program));
    clean_environment(&mut command);
    output(command.args(["-w", "-d", url]).args(arguments))
}

/// Creates a database: a copy of `template`, or an empty one.
pub fn fresh_database(template: Option<&str>) -> io::Result<Database> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let cluster = Cluster::shared()?;
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("t_{}_{}_{count}", std::process::id(), since_epoch().as_nanos());
    cluster.create(&name, template.unwrap_or("template0"))?;
    Ok(Database { cluster, name })
}

/// The name of the template made by `fill`, which is given the URL of an empty database and must
/// leave no connection to it open. `fill` runs once for each build of the test binary, whatever
/// the number of processes: a changed migration is a changed binary.
pub async fn template<F, E>(fill: F) -> io::Result<&'static str>
where
    F: AsyncFnOnce(String) -> Result<(), E>,
    E: std::fmt::Display,
{
    static NAME: OnceCell<String> = OnceCell::const_new();
    let name = NAME
        .get_or_try_init(async || {
            let cluster = Cluster::shared()?;
            let name = format!("template_{}", digest(&this_build()?));
            // Waits for other processes only: within this one, `NAME` lets in one task at a time.
            let _held = lock(&cluster.home.join("template.lock"))?;
            let known =
                cluster.sql(&format!("SELECT 1 FROM pg_database WHERE datname = '{name}'"))?;
            if known.is_empty() {
                let draft = format!("draft_{name}");
                cluster.sql(&format!(r#"DROP DATABASE IF EXISTS "{draft}" WITH (FORCE)"#))?;
                cluster.create(&draft, "template0")?;
                fill(cluster.url("chuishao", &draft)).await.map_err(|it| {
                    io::Error::other(format!("the template database was not filled: {it}"))
                })?;
                cluster.sql(&format!(r#"ALTER DATABASE "{draft}" RENAME TO "{name}""#))?;
            }
            Ok::<_, io::Error>(name)
        })
        .await?;
    Ok(name)
}

#[derive(Debug)]
struct Cluster {
    /// What all clusters of this checkout and user share: locks, the touched file, the note of the
    /// one that runs.
    home: PathBuf,
    bin: PathBuf,
    run: PathBuf,
    port: u16,
}

impl Cluster {
    /// The cluster of this checkout, started if it does not run.
    fn shared() -> io::Result<&'static Cluster> {
        static CLUSTER: OnceLock<Result<Cluster, String>> = OnceLock::new();
        CLUSTER
            .get_or_init(|| {
                Self::join_or_start()
                    .map_err(|it| format!("no PostgreSQL cluster for the tests: {it}"))
            })
            .as_ref()
            .map_err(|it| io::Error::other(it.as_str()))
    }

    fn join_or_start() -> io::Result<Cluster> {
        let bin = server_programs()?;
        let owner = Owner::find()?;
        let home = owner.home()?;
        let _held = lock(&home.join("lock"))?;
        // Touched first, so that the supervisor does not end the cluster that is about to be
        // joined.
        let in_use = home.join("in-use");
        fs::write(&in_use, "")?;

        let cluster = match Self::running(&home, &bin) {
            Some(it) => it,
            None => Self::start(&home, &bin, &owner)?,
        };
        thread::spawn(move || {
            loop {
                thread::sleep(Duration::from_secs(20));
                let _ = fs::write(&in_use, "");
            }
        });
        Ok(cluster)
    }

    /// The cluster that the note speaks of, if a server answers there and it is the same one.
    fn running(home: &Path, bin: &Path) -> Option<Cluster> {
        let note = fs::read_to_string(home.join("running")).ok()?;
        let (port, run) = note.split_once(' ')?;
        let port = port.parse().ok()?;
        let cluster = Cluster { home: home.into(), bin: bin.into(), run: run.into(), port };
        (cluster.sql("SHOW data_directory").ok()? == cluster.data().to_str()?).then_some(cluster)
    }

    fn start(home: &Path, bin: &Path, owner: &Owner) -> io::Result<Cluster> {
        // What a killed server left. One that still runs ends when it misses its files.
        for left in fs::read_dir(home)?.filter_map(|it| it.ok()) {
            if left.file_name().to_string_lossy().starts_with("run-") {
                fs::remove_dir_all(left.path())?;
            }
        }
        let run = tempfile::Builder::new().prefix("run-").tempdir_in(home)?.keep();
        chown(&run, Some(owner.uid), Some(owner.gid))?;
        let mut cluster = Cluster { home: home.into(), bin: bin.into(), run, port: 0 };
        let mut initdb = owner.command(bin.join("initdb"), &cluster.run);
        initdb.args([
            "--auth=trust",
            "--no-sync",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--username=postgres",
        ]);
        output(initdb.arg("--pgdata").arg(cluster.data()))?;

        // Another program may take the port before the server does, so it is tried a few times.
        let mut tries = 0;
        loop {
            cluster.port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
            tries += 1;
            match cluster.launch(owner) {
                Ok(()) => break,
                Err(it) if it.kind() == ErrorKind::AddrInUse && tries < 5 => {}
                Err(it) => return Err(it),
            }
        }
        cluster.sql("CREATE ROLE chuishao LOGIN")?;
        fs::write(home.join("running"), format!("{} {}", cluster.port, cluster.run.display()))?;
        Ok(cluster)
    }

    /// Starts the server with its supervisor and waits until it answers.
    fn launch(&self, owner: &Owner) -> io::Result<()> {
        let log_path = self.run.join("log");
        let log = File::create(&log_path)?;
        let mut supervisor = owner.command("/bin/sh", &self.run);
        supervisor.args(["-c", SUPERVISOR, "chuishao-test-postgres"]);
        supervisor.arg(&self.run).arg(self.home.join("in-use"));
        supervisor
            .arg(self.bin.join("postgres"))
            .arg("-D")
            .arg(self.data())
            .arg("-k")
            .arg(&self.run);
        supervisor.arg("-p").arg(self.port.to_string());
        for setting in SETTINGS {
            supervisor.args(["-c", setting]);
        }
        // A group of its own: Ctrl-C in one terminal does not stop the cluster under a test in
        // another.
        supervisor.process_group(0).stdout(log.try_clone()?).stderr(log);
        let mut supervisor = supervisor.spawn()?;

        let deadline = Instant::now() + Duration::from_secs(90);
        loop {
            let found = self.sql("SHOW data_directory");
            if found.as_ref().is_ok_and(|it| Path::new(it) == self.data()) {
                return Ok(());
            }
            if supervisor.try_wait()?.is_some() {
                let log = fs::read_to_string(&log_path)?;
                let in_use = log.contains("Address already in use");
                let kind = if in_use { ErrorKind::AddrInUse } else { ErrorKind::Other };
                return Err(io::Error::new(kind, format!("the server did not start:\n{log}")));
            }
            if Instant::now() > deadline {
                let _ = supervisor.kill();
                return Err(io::Error::new(
                    ErrorKind::TimedOut,
                    format!("the server does not answer: {found:?}"),
                ));
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    fn create(&self, name: &str, template: &str) -> io::Result<()> {
        self.sql(&format!(r#"CREATE DATABASE "{name}" OWNER chuishao TEMPLATE "{template}""#))
            .map(drop)
    }

    /// Runs one statement as superuser.
    fn sql(&self, statement: &str) -> io::Result<String> {
        let mut psql = Command::new(self.bin.join("psql"));
        clean_environment(&mut psql);
        // -X: no start-up file; -w: never ask for a password; -A -t: values only.
        psql.args([
            "-X",
            "-w",
            "-A",
            "-t",
            "-q",
            "-d",
            &self.url("postgres", "postgres"),
            "-c",
            statement,
        ]);
        output(&mut psql)
    }

    fn url(&self, role: &str, database: &str) -> String {
        format!("postgres://{role}@127.0.0.1:{}/{database}", self.port)
    }

    fn data(&self) -> PathBuf {
        self.run.join("data")
    }
}

/// Runs the server until it ends or until nobody has touched the file for three minutes, then
/// removes its folder.
const SUPERVISOR: &str = r#"
run=$1 in_use=$2; shift 2
"$@" & server=$!
while sleep 1; kill -0 "$server" 2>/dev/null; do
    [ -n "$(find "$in_use" -mmin -3)" ] || kill -INT "$server"
done
wait "$server" && cd / && rm -rf "$run"
"#;

const SETTINGS: [&str; 10] = [
    "listen_addresses=127.0.0.1",
    "max_connections=300",
    // So that databases can be made and dropped however many connections the tests hold.
    "superuser_reserved_connections=20",
    "shared_buffers=64MB",
    "fsync=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "jit=off",
    "log_min_messages=fatal",
];

/// The user who runs the server: ourselves, or under root, whom PostgreSQL refuses, somebody with
/// fewer rights.
struct Owner {
    me: u32,
    uid: u32,
    gid: u32,
}

impl Owner {
    fn find() -> io::Result<Owner> {
        let id = |args: &[&str]| -> io::Result<u32> {
            let text = output(Command::new("id").args(args))?;
            text.parse().map_err(|_| io::Error::other(format!("`id` printed {text:?}")))
        };
        let me = id(&["-u"])?;
        if me != 0 {
            return Ok(Owner { me, uid: me, gid: id(&["-g"])? });
        }
        let user = if id(&["-u", "postgres"]).is_ok() { "postgres" } else { "nobody" };
        Ok(Owner { me, uid: id(&["-u", user])?, gid: id(&["-g", user])? })
    }

    /// The folder that all clusters of this checkout and user share.
    fn home(&self) -> io::Result<PathBuf> {
        let checkout = digest(&env!("CARGO_MANIFEST_DIR"));
        let home = std::env::temp_dir().join(format!("chuishao-tests-{}-{checkout}", self.me));
        match fs::DirBuilder::new().mode(0o700).create(&home) {
            Ok(()) => chown(&home, Some(self.uid), Some(self.gid))?,
            Err(it) if it.kind() == ErrorKind::AlreadyExists => {}
            Err(it) => return Err(it),
        }
        // Temporary folders are shared, and what lies in a stranger's folder is not ours to trust.
        let found = fs::symlink_metadata(&home)?;
        if !found.is_dir() || ![self.me, self.uid].contains(&found.uid()) {
            return Err(io::Error::other(format!("{} belongs to somebody else", home.display())));
        }
        Ok(home)
    }

    fn command(&self, program: impl AsRef<OsStr>, directory: &Path) -> Command {
        let mut command = Command::new(program);
        clean_environment(&mut command);
        command.current_dir(directory);
        if self.uid != self.me {
            command.uid(self.uid).gid(self.gid);
        }
        command
    }
}

/// The folder with `initdb`, `postgres` and `psql`: the one asked for, the one on the path, or the
/// newest installed.
fn server_programs() -> io::Result<PathBuf> {
    #[expect(
        clippy::disallowed_methods,
        reason = "a switch of the tests, not a setting of the server"
    )]
    let asked = std::env::var("CHUISHAO_TEST_POSTGRES_BIN");
    if let Ok(asked) = asked {
        let asked = PathBuf::from(asked);
        return match is_complete(&asked) {
            true => Ok(asked),
            false => Err(io::Error::other(format!(
                "no initdb, postgres and psql in {}",
                asked.display()
            ))),
        };
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    // A link to `initdb` leads to the folder where its companions are.
    let on_path = std::env::split_paths(&path)
        .filter_map(|it| Some(it.join("initdb").canonicalize().ok()?.parent()?.to_owned()));
    let configured = output(Command::new("pg_config").arg("--bindir")).ok().map(PathBuf::from);
    on_path.chain(configured).chain(installed()).find(|it| is_complete(it)).ok_or_else(|| {
        let message = "no PostgreSQL server found: install it (Debian: apt-get install postgresql) or name the folder \
                       of initdb, postgres and psql in CHUISHAO_TEST_POSTGRES_BIN";
        io::Error::new(ErrorKind::NotFound, message)
    })
}

/// Where Debian puts its servers, newest first.
fn installed() -> Vec<PathBuf> {
    let Ok(versions) = fs::read_dir("/usr/lib/postgresql") else { return Vec::new() };
    let mut versions: Vec<(u32, PathBuf)> = versions
        .filter_map(|it| it.ok())
        .filter_map(|it| Some((it.file_name().to_str()?.parse().ok()?, it.path().join("bin"))))
        .collect();
    versions.sort();
    versions.into_iter().rev().map(|(_, it)| it).collect()
}

fn is_complete(bin: &Path) -> bool {
    ["initdb", "postgres", "psql"].iter().all(|it| bin.join(it).is_file())
}

/// Takes the lock, which ends with the returned file.
fn lock(path: &Path) -> io::Result<File> {
    let file = File::options().create(true).append(true).open(path)?;
    file.lock()?;
    Ok(file)
}

/// Only what the programs need: `PGPORT` and its like would lead them astray, and messages are
/// read in English.
fn clean_environment(command: &mut Command) {
    let path = std::env::var_os("PATH").unwrap_or_default();
    command.env_clear().env("PATH", path).env("LC_ALL", "C.UTF-8").stdin(Stdio::null());
}

/// What the command printed, or its complaint.
fn output(command: &mut Command) -> io::Result<String> {
    let program = command.get_program().display().to_string();
    let output =
        command.output().map_err(|it| io::Error::new(it.kind(), format!("{program}: {it}")))?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned()),
        false => Err(io::Error::other(format!(
            "{program}: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        ))),
    }
}

/// The running test binary: its place and when it was built.
fn this_build() -> io::Result<(PathBuf, SystemTime)> {
    let binary = std::env::current_exe()?;
    let built = fs::metadata(&binary)?.modified()?;
    Ok((binary, built))
}

fn digest(it: &impl Hash) -> String {
    let mut hasher = DefaultHasher::new();
    it.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

fn since_epoch() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}
