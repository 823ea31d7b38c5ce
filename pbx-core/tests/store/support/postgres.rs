//! One PostgreSQL for the test binary: from the system's packages, in a temporary folder, on a socket and a port of its own. It ends with
//! the binary, however that ends: its parent is a shell that waits for our end of a pipe to close.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

struct Server {
    folder: PathBuf,
    port: u16,
    /// Holds the pipe open; the shell at its other end stops the server when it closes.
    _shell: Child,
}

/// A database that is reached by TCP, with the certificate of who signed its server's.
pub(crate) struct ByTls {
    pub(crate) url: String,
    pub(crate) authority: PathBuf,
}

/// The URL of a new database.
pub(crate) fn fresh_database() -> String {
    let host = server().folder.display().to_string().bytes().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "%{byte:02X}");
        text
    });
    format!("postgres://ringdown@{host}:{}/{}", server().port, create())
}

/// A new database that is reached by TLS.
pub(crate) fn fresh_database_by_tls() -> ByTls {
    let url = format!("postgres://ringdown@127.0.0.1:{}/{}", server().port, create());
    ByTls { url, authority: server().folder.join("authority.crt") }
}

/// Ends every session of a database, as an administrator would.
pub(crate) fn end_sessions(url: &str) {
    let of = sessions(url);
    psql(&format!("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity {of}"));
}

/// How many sessions of a database are encrypted, and how many there are.
pub(crate) fn encrypted_sessions(url: &str) -> (usize, usize) {
    let count = |of: &str| psql(&format!("SELECT count(*) FROM pg_stat_activity JOIN pg_stat_ssl USING (pid) {of}"));
    let of = sessions(url);
    (count(&format!("{of} AND ssl")).parse().unwrap(), count(&of).parse().unwrap())
}

fn sessions(url: &str) -> String {
    let name = url.rsplit('/').next().unwrap();
    format!("WHERE datname = '{name}'")
}

/// The name of a new database.
fn create() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    psql(&format!("CREATE DATABASE {name}"));
    name
}

/// What a statement answers.
fn psql(statement: &str) -> String {
    let (folder, port) = (server().folder.display().to_string(), server().port.to_string());
    let said = Command::new(program("psql"))
        .args(["-h", &folder, "-p", &port, "-U", "ringdown", "-d", "postgres", "-qtAc", statement])
        .output()
        .unwrap();
    assert!(said.status.success(), "{statement}: {}", String::from_utf8_lossy(&said.stderr));
    String::from_utf8(said.stdout).unwrap().trim().to_owned()
}

fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(start)
}

/// Makes a certificate for 127.0.0.1, and an authority that signs it, in the folder of the database.
const CERTIFICATES: &str = "openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=authority \
     -keyout authority.key -out authority.crt \
     && openssl req -newkey rsa:2048 -nodes -subj /CN=127.0.0.1 -keyout server.key -out server.csr \
     && printf 'subjectAltName=IP:127.0.0.1' > names \
     && openssl x509 -req -days 30 -in server.csr -CA authority.crt -CAkey authority.key -CAcreateserial \
        -extfile names -out server.crt && chmod 600 server.key";

fn start() -> Server {
    let folder = std::env::temp_dir().join(format!("ringdown-pg-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o777)).unwrap();
    // PostgreSQL refuses to run as root: then as the user that its package made.
    let is_root = rustix::process::geteuid().is_root();
    let switch = if is_root { "setpriv --reuid=postgres --regid=postgres --clear-groups " } else { "" };
    let (initdb, pg_ctl) = (program("initdb"), program("pg_ctl"));
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let at = folder.display();
    let script = format!(
        "cd {at} && {switch}sh -c \"{CERTIFICATES}\" >{at}/certificates.log 2>&1 \
         && {switch}{} -D {at}/data -U ringdown -A trust --no-sync -E UTF8 --locale=C >{at}/log 2>&1 \
         && {switch}{} -D {at}/data -l {at}/server.log -w -o \"-k {at} -p {port} -c listen_addresses='127.0.0.1' \
         -c ssl=on -c ssl_cert_file={at}/server.crt -c ssl_key_file={at}/server.key -c fsync=off \
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
    let logs = ["certificates.log", "log", "server.log"].map(log).concat();
    assert_eq!(answer.trim(), "ready", "PostgreSQL did not start: {logs}");
    Server { folder, port, _shell: shell }
}

/// A program of the newest PostgreSQL that is installed.
fn program(name: &str) -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> =
        versions.map(|version| version.path().join("bin").join(name)).filter(|path| path.exists()).collect();
    found.sort();
    found.pop().expect("no PostgreSQL is installed: install the system's package `postgresql`")
}
