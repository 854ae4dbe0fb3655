//! What a server does not start with is told, and leaves everything as it was.

use crate::support::events::{COMPANY, penalty};
use crate::support::logs::PARTITIONS;
use crate::support::server::{AUDITOR, LABOUR, OFFICE, Server, Site, wait_until};
use chengxin::log::Topic;
use rusqlite::Connection;
use serde_json::json;
use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Stdio},
};

const TODAY: &str = "2026-05-11";

#[test]
fn an_address_that_is_taken_is_told_before_anything_is_made_in_the_data_directory() {
    let site = Site::embedded();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let said = site.fails_to_start(TODAY, &taken.local_addr().unwrap().to_string());
    assert!(said.contains("in use"), "{said}");
    let made: Vec<_> = std::fs::read_dir(site.data()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(made, ["principals.toml"]);
}

#[test]
fn what_a_first_start_makes_is_its_owners_alone() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let mut command = Command::new(env!("CARGO_BIN_EXE_chengxin"));
    command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(&data);
    let mut server = command.stderr(Stdio::piped()).spawn().unwrap();
    let said = BufReader::new(server.stderr.take().unwrap()).lines().map_while(Result::ok);
    assert!(said.into_iter().any(|line| line.starts_with("listening on ")));
    server.kill().unwrap();
    server.wait().unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&data), mode(&data.join("principals.toml"))), (0o700, 0o600));
}

#[test]
fn a_vault_that_was_lost_is_not_begun_anew_beside_events_that_name_persons() {
    let site = Site::embedded();
    let server = site.start(TODAY);
    let document = json!({ "kind": "身份证", "number": "11010519491231002X" });
    let mut fined = penalty("P-1", TODAY, COMPANY);
    fined["subject"] = json!({ "kind": "person", "name": "司马演", "document": document });
    assert_eq!(server.client(LABOUR).publish(&fined).status, 201);
    let asked = json!({ "document": document, "purpose": "核验", "case": "1" });
    let known = |server: &Server| server.client(AUDITOR).post("/v1/subjects/find", &asked).json()["items"][0].clone();
    let somebody = known(&server);
    assert!(somebody["subject"]["id"].is_string(), "{somebody}");
    server.stop();
    let file = |name: &str| site.data().join(name);
    let move_away = |name: &str| std::fs::rename(file(name), file(&format!("{name}.backup"))).unwrap();
    let put_back = |name: &str| std::fs::rename(file(&format!("{name}.backup")), file(name)).unwrap();
    // What a backup needs are the database and the key: after a clean stop nothing is in the journal alone.
    let _ = std::fs::remove_file(file("vault.db-wal"));
    let _ = std::fs::remove_file(file("vault.db-shm"));
    let server = site.start(TODAY);
    assert_eq!(known(&server), somebody);
    server.stop();
    let fails = |words: &str| {
        let said = site.fails_to_start(TODAY, "127.0.0.1:0");
        assert!(said.contains(words) && said.contains("backup"), "{said}");
    };
    move_away("vault.db");
    fails("vault.db is missing or empty");
    std::fs::write(file("vault.db"), b"").unwrap();
    fails("vault.db is missing or empty");
    std::fs::remove_file(file("vault.db")).unwrap();
    move_away("vault.key");
    fails("vault.key and vault.db are missing");
    assert!(!file("vault.key").exists() && !file("vault.db").exists());
    put_back("vault.key");
    put_back("vault.db");
    site.start(TODAY).stop();
    move_away("vault.db");
    move_away("vault.key");
    let server = site.start_with_a_new_vault(TODAY);
    assert!(known(&server).is_null());
    server.stop();
}

#[test]
fn a_damaged_event_is_named_by_a_server_that_would_have_to_fold_it_and_is_not_passed_over() {
    let site = Site::embedded();
    site.start(TODAY).stop();
    let log = Connection::open(site.data().join("log.db")).unwrap();
    let damage = "UPDATE \"credit.events/1\" SET value = substr(value, 1, length(value) - 1) WHERE offset = 2";
    assert_eq!(log.execute(damage, []).unwrap(), 1);
    std::fs::remove_dir_all(site.views()).unwrap();
    let server = site.start_without_waiting(TODAY);
    wait_until_told(&server, &["record 1-2 of credit.events", "damaged"]);
    server.stop();
}

#[test]
fn views_that_turn_out_to_be_damaged_when_they_are_asked_are_rebuilt() {
    let site = Site::embedded();
    let server = site.start(TODAY);
    assert_eq!(server.client(LABOUR).publish(&penalty("P-1", TODAY, COMPANY)).status, 201);
    server.stop();
    let version = std::fs::read_dir(site.views()).unwrap().next().unwrap().unwrap().path();
    for partition in 0..PARTITIONS {
        std::fs::write(version.join(format!("bodies-{partition}")), b"").unwrap();
    }
    let server = site.start(TODAY);
    let client = server.client(AUDITOR);
    let events = format!("/v1/subjects/{COMPANY}/events");
    let first = client.get(&events);
    assert_eq!(first.status, 503, "{}", first.body);
    wait_until("the views are there again", || client.get(&events).status == 200);
    assert_eq!(client.get(&events).json()["items"][0]["id"], "P-1");
    server.stop();
}

#[test]
fn a_log_that_ends_before_what_the_views_have_seen_is_told_and_gets_no_events() {
    let site = Site::embedded();
    let server = site.start(TODAY);
    assert_eq!(server.client(LABOUR).publish(&penalty("P-1", TODAY, COMPANY)).status, 201);
    server.stop();
    std::fs::remove_file(site.data().join("log.db")).unwrap();
    // Also at the second start: one that was refused leaves what the views have seen as it was.
    let told = ["has lost events", "put it back from a copy"];
    let server = site.start_without_waiting(TODAY);
    wait_until_told(&server, &told);
    server.stop();
    let server = site.start_without_waiting(TODAY);
    wait_until_told(&server, &told);
    let refused = server.client(LABOUR).publish(&penalty("P-2", TODAY, COMPANY));
    assert_eq!(refused.status, 503, "{}", refused.body);
    server.stop();
    let log = site.log();
    assert!((0..log.partitions()).all(|partition| log.end(Topic::Events, partition).unwrap() == 0));
}

fn wait_until_told(server: &Server, words: &[&str]) {
    let client = server.client(OFFICE);
    wait_until("the trouble is told", || {
        let Ok(reply) = client.try_get("/readyz") else { return false };
        reply.status == 503 && words.iter().all(|word| reply.body.contains(word))
    });
}
