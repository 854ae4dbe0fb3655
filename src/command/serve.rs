//! `chengxin serve`: the API and the projector.

use super::{demo, open};
use crate::{
    config::{LogKind, Serve},
    http::{
        self, App,
        auth::{Principal, Principals, Role, token_digest, write_file},
    },
    importer::jobs::Imports,
    intake::{inbox, noted},
    log::kafka::Kafka,
    node::Node,
    private,
};
use std::{
    net::SocketAddr,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};
use tokio::{net::TcpListener, runtime::Handle};

type Error = Box<dyn std::error::Error>;

/// How long requests under way may take to finish after a signal to stop.
const GRACE: Duration = Duration::from_secs(10);
/// How long the start waits for the log to be caught up before it prints what to do next.
const READY_WAIT: Duration = Duration::from_secs(600);

pub(super) fn run(arguments: &Serve) -> Result<u8, Error> {
    let listener = listen(arguments)?;
    let principals = principals(arguments, &trial_principals(), false)?;
    let open::OpenLog { log, inboxes } = open::log(&arguments.place)?;
    let node = open::node(&arguments.place, log, &arguments.clock, arguments.policy.as_deref(), arguments.new_vault)?;
    serve(arguments, listener, node, inboxes, principals, |_| {})
}

/// To be called first: where the address is taken, nothing is made in the data directory.
pub(super) fn listen(arguments: &Serve) -> Result<std::net::TcpListener, Error> {
    let listener = std::net::TcpListener::bind(arguments.listen);
    let listener = listener.map_err(|error| format!("{}: {error}", arguments.listen))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Serves until a signal, then stops cleanly. `ready` is called once the log has been caught up with.
pub(super) fn serve(
    arguments: &Serve,
    listener: std::net::TcpListener,
    node: Arc<Node>,
    inboxes: Option<Arc<Kafka>>,
    principals: Principals,
    ready: impl FnOnce(SocketAddr) + Send + 'static,
) -> Result<u8, Error> {
    print_settings(arguments);
    let metrics = metrics_exporter_prometheus::PrometheusBuilder::new().install_recorder()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let directory = arguments.place.data.join("imports");
    let waiting = noted::waiting(&node)?;
    runtime.spawn(noted::settle_when_ready(node.clone(), waiting));
    let imports = Arc::new(Imports::start(directory, node.clone(), runtime.handle().clone())?);
    let app =
        App { node: node.clone(), principals: Arc::new(principals), imports: imports.clone(), metrics: Some(metrics) };
    let inbox = inboxes.map(|kafka| InboxThread::start(kafka, node.clone(), runtime.handle().clone())).transpose()?;
    let served = runtime.block_on(async {
        let listener = TcpListener::from_std(listener)?;
        let address = listener.local_addr()?;
        eprintln!("listening on http://{address}");
        tokio::spawn(announce(node.clone(), address, ready));
        until_signal(listener, http::router(app), node.clone()).await;
        Ok::<(), Error>(())
    });
    drop(inbox);
    imports.stop();
    // Requests that outlived the grace period are dropped here; what they had appended is in the log.
    runtime.shutdown_timeout(Duration::from_secs(1));
    node.stop()?;
    eprintln!("stopped");
    served.map(|()| 0)
}

/// Reads the inbox topics as long as it is held.
struct InboxThread {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl InboxThread {
    fn start(kafka: Arc<Kafka>, node: Arc<Node>, runtime: Handle) -> std::io::Result<InboxThread> {
        let stop = Arc::new(AtomicBool::new(false));
        let stopping = stop.clone();
        let run = move || inbox::run(&kafka, &node, &runtime, &stopping);
        let thread = std::thread::Builder::new().name("inbox".to_owned()).spawn(run)?;
        Ok(InboxThread { stop, thread: Some(thread) })
    }
}

impl Drop for InboxThread {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn announce(node: Arc<Node>, address: SocketAddr, ready: impl FnOnce(SocketAddr)) {
    let caught_up = async {
        while !node.projector.is_ready() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    if tokio::time::timeout(READY_WAIT, caught_up).await.is_ok() {
        let (today, clock) = (node.today(), node.clock.today());
        if clock < today {
            eprintln!("the clock says {clock}, but {today} is open in the log already: days never go back");
        }
        eprintln!("ready: caught up with the log, business date {today}");
        ready(address);
    }
}

async fn until_signal(listener: TcpListener, router: axum::Router, node: Arc<Node>) {
    let (stop, mut stopping) = tokio::sync::watch::channel(false);
    let mut stopped = stopping.clone();
    let server = http::connections::serve(listener, router, async move {
        let _ = stopping.wait_for(|stop| *stop).await;
    });
    tokio::spawn(async move {
        signal().await;
        eprintln!("stopping: finishing what is under way");
        stop.send_replace(true);
        // The streams of followers never end by themselves.
        let _ = tokio::task::spawn_blocking(move || node.feeds.stop()).await;
    });
    let overdue = async {
        let _ = stopped.wait_for(|stop| *stop).await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        () = server => {}
        () = overdue => {}
    }
}

/// Interrupt or termination.
pub(super) async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}

fn print_settings(arguments: &Serve) {
    let place = &arguments.place;
    eprintln!("settings:");
    eprintln!("  data        {}", place.data.display());
    eprintln!("  log         {}", place.log);
    eprintln!("  partitions  {}", place.partitions);
    if matches!(place.log, LogKind::Kafka(_)) {
        eprintln!("  replication {}", place.replication);
        eprintln!("  topic-prefix {:?}", place.topic_prefix);
    }
    eprintln!("  listen      {}", arguments.listen);
    eprintln!("  principals  {}", principals_path(arguments).display());
    eprintln!("  policy      {}", arguments.policy.as_deref().unwrap_or(Path::new("(shipped)")).display());
    eprintln!("  clock       {}", arguments.clock);
}

fn principals_path(arguments: &Serve) -> std::path::PathBuf {
    arguments.principals.clone().unwrap_or_else(|| arguments.place.data.join("principals.toml"))
}

/// A principal of a trial: name, organisation, roles.
pub(super) type Trial = (String, String, Vec<Role>);

fn trial_principals() -> Vec<Trial> {
    let publisher = |name: &str, org: &str| (name.to_owned(), org.to_owned(), vec![Role::Publisher, Role::Implementer]);
    let publishers = [
        publisher("州人社局", "11654000010399991A"),
        publisher("州市场监管局", "11654000010400087D"),
        publisher("州税务局", "11654000010400130N"),
    ];
    publishers.into_iter().chain(readers()).collect()
}

/// Those of a trial who publish no records.
pub(super) fn readers() -> impl Iterator<Item = Trial> {
    let reader = |name: &str, org: &str, roles: &[Role]| (name.to_owned(), org.to_owned(), roles.to_vec());
    [
        reader("联席会议办公室", "office", &[Role::Office, Role::Auditor]),
        reader("审计", "auditor", &[Role::Auditor]),
        reader("管理员", "admin", &[Role::Admin]),
    ]
    .into_iter()
}

/// Reads the principals, or on a loopback address makes some for a trial and prints their tokens once.
pub(super) fn principals(arguments: &Serve, trial: &[Trial], keep_tokens: bool) -> Result<Principals, Error> {
    let path = principals_path(arguments);
    if path.exists() || arguments.principals.is_some() {
        return Ok(Principals::read(&path)?);
    }
    if !arguments.listen.ip().is_loopback() {
        let detail = "on an address that others reach, name the principals: --principals FILE ([[principal]] name, org, token_sha256, roles)";
        return Err(detail.into());
    }
    private::directory(&arguments.place.data)?;
    let mut principals = Vec::new();
    let mut kept = String::new();
    let also = if keep_tokens { " and, as they are, in demo-tokens beside it" } else { "" };
    eprintln!("tokens for a trial, printed once (kept as SHA-256 in {}{also}):", path.display());
    for (name, org, roles) in trial {
        let token = new_token()?;
        eprintln!("  {token}  {org:<18}  {name} {roles:?}");
        kept.push_str(&format!("{token} {org}\n"));
        principals.push(Principal {
            name: name.clone(),
            org: org.clone(),
            token_sha256: token_digest(&token),
            roles: roles.clone(),
        });
    }
    if keep_tokens {
        private::write(&demo::tokens_path(&arguments.place.data), kept.as_bytes())?;
    }
    write_file(&path, principals.clone())?;
    Ok(Principals::new(principals)?)
}

/// The tokens of a demo with their organisations.
pub(super) fn kept_tokens(data: &Path) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(demo::tokens_path(data)).unwrap_or_default();
    text.lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(token, org)| (token.to_owned(), org.to_owned()))
        .collect()
}

fn new_token() -> Result<String, Error> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes)?;
    Ok(hex::encode(bytes))
}
