//! One PostgreSQL for the test binary: from the system's packages, in a temporary folder, on a socket of its own. It ends with
//! the binary, however that ends: its parent is a shell that waits for our end of a pipe to close.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

struct Server {
    socket: PathBuf,
    /// Holds the pipe open; the shell at its other end stops the server when it closes.
    _shell: Child,
}

/// The URL of a new database.
pub(crate) fn fresh_database() -> String {
    static SERVER: OnceLock<Server> = OnceLock::new();
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let server = SERVER.get_or_init(start);
    let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let socket = server.socket.display().to_string();
    let made = Command::new(program("psql"))
        .args(["-h", &socket, "-U", "ringdown", "-d", "postgres", "-qc", &format!("CREATE DATABASE {name}")])
        .status()
        .unwrap();
    assert!(made.success(), "CREATE DATABASE failed");
    let host = socket.bytes().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "%{byte:02X}");
        text
    });
    format!("postgres://ringdown@{host}/{name}")
}

fn start() -> Server {
    let folder = std::env::temp_dir().join(format!("ringdown-pg-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o777)).unwrap();
    // PostgreSQL refuses to run as root: then as the user that its package made.
    let is_root = rustix::process::geteuid().is_root();
    let switch = if is_root { "setpriv --reuid=postgres --regid=postgres --clear-groups " } else { "" };
    let (initdb, pg_ctl) = (program("initdb"), program("pg_ctl"));
    let at = folder.display();
    let script = format!(
        "cd / && {switch}{} -D {at}/data -U ringdown -A trust --no-sync -E UTF8 --locale=C >{at}/log 2>&1 \
         && {switch}{} -D {at}/data -l {at}/server.log -w -o \"-k {at} -c listen_addresses='' -c fsync=off \
         -c max_connections=300 -c shared_buffers=16MB\" start >/dev/null 2>&1 && echo ready || echo failed; \
         cat; {switch}{} -D {at}/data -m immediate stop >/dev/null 2>&1; rm -rf {at}",
        initdb.display(),
        pg_ctl.display(),
        pg_ctl.display(),
    );
    let mut shell =
        Command::new("sh").args(["-c", &script]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut answer = String::new();
    BufReader::new(shell.stdout.take().unwrap()).read_line(&mut answer).unwrap();
    let log = |name| std::fs::read_to_string(folder.join(name)).unwrap_or_default();
    assert_eq!(answer.trim(), "ready", "PostgreSQL did not start: {}{}", log("log"), log("server.log"));
    Server { socket: folder, _shell: shell }
}

/// A program of the newest PostgreSQL that is installed.
fn program(name: &str) -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> =
        versions.map(|version| version.path().join("bin").join(name)).filter(|path| path.exists()).collect();
    found.sort();
    found.pop().expect("no PostgreSQL is installed: install the system's package `postgresql`")
}
