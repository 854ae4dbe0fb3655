//! What a server does not start with is told, and leaves everything as it was.

use crate::support::server::Site;
use std::net::TcpListener;

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
fn a_vault_that_has_lost_its_database_is_not_begun_anew_beside_what_was_published() {
    let site = Site::embedded();
    site.start(TODAY).stop();
    let vault = site.data().join("vault.db");
    let backup = site.data().join("backup.db");
    std::fs::rename(&vault, &backup).unwrap();
    let said = site.fails_to_start(TODAY, "127.0.0.1:0");
    assert!(said.contains("vault.db is missing") && said.contains("backup"), "{said}");
    assert!(!vault.exists());
    std::fs::rename(&backup, &vault).unwrap();
    site.start(TODAY).stop();
}
