//! Names of organisations, found by a part of them.

use serde_json::json;

use crate::support::events::{COMPANY, penalty};
use crate::support::server::{LABOUR, Site};

const TODAY: &str = "2026-05-11";

/// 星河, 金山 and 天池 as a URL writes them.
const PARTS: [(&str, &str); 3] =
    [("星河", "%E6%98%9F%E6%B2%B3"), ("金山", "%E9%87%91%E5%B1%B1"), ("天池", "%E5%A4%A9%E6%B1%A0")];

#[test]
fn every_name_of_a_subject_that_changes_it_within_one_batch_is_found_also_after_a_restart_and_a_rebuild() {
    let site = Site::embedded();
    let mut server = site.start(TODAY);
    let named = |(n, (name, _)): (usize, &(&str, &str))| {
        let mut event = penalty(&format!("P-{n}"), TODAY, COMPANY);
        event["subject"]["name"] = json!(format!("伊宁市{name}有限公司"));
        format!("{event}\n")
    };
    let body: String = PARTS.iter().enumerate().map(named).collect();
    let reply = server.client(LABOUR).send("/v1/events", "application/x-ndjson", body.as_bytes());
    assert!(reply.lines().iter().all(|line| line["effect"] == "applied"), "{reply:?}");
    for how in ["live", "restarted", "rebuilt"] {
        for (name, encoded) in PARTS {
            let found = server.client(LABOUR).get(&format!("/v1/subjects?name={encoded}")).json();
            assert_eq!(found["items"].as_array().unwrap().len(), 1, "{how}: {name}: {found}");
        }
        server.stop();
        if how == "restarted" {
            std::fs::remove_dir_all(site.views()).unwrap();
        }
        server = site.start(TODAY);
    }
}
