use super::*;
use std::{fs, os::unix::fs::PermissionsExt};
use tempfile::TempDir;

const NAME: &str = "古丽娜尔";
const NUMBER: &str = "654201199001011234";

fn fields(name: &str) -> PersonalFields {
    PersonalFields {
        name: Some(name.into()),
        document_kind: Some("身份证".into()),
        document_number: Some(NUMBER.into()),
    }
}

fn vault() -> (TempDir, Vault) {
    let dir = tempfile::tempdir().unwrap();
    let vault = Vault::open(dir.path()).unwrap();
    (dir, vault)
}

fn seal(vault: &Vault, subject: &str, reference: &str, fields: &PersonalFields) {
    vault.seal_all(&[Sealing { subject, reference, fields }], &[]).unwrap();
}

fn contains(haystack: &[u8], needle: &str) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle.as_bytes())
}

#[test]
fn what_was_sealed_opens_again_after_a_restart() {
    let (dir, vault) = vault();
    seal(&vault, "P1", "a", &fields(NAME));
    drop(vault);
    let vault = Vault::open(dir.path()).unwrap();
    assert_eq!(vault.open_fields("P1", "a").unwrap(), Some(fields(NAME)));
    assert_eq!(vault.open_fields("P1", "b").unwrap(), None);
    assert_eq!(vault.open_fields("P2", "a").unwrap(), None);
}

#[test]
fn no_byte_on_disk_tells_a_name_or_a_number() {
    let (dir, vault) = vault();
    let reference = "reference in clear";
    seal(&vault, &vault.person_id("身份证", NUMBER), reference, &fields(NAME));
    let mut found = false;
    for entry in fs::read_dir(dir.path()).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        found |= contains(&bytes, reference);
        assert!(!contains(&bytes, NAME) && !contains(&bytes, NUMBER) && !contains(&bytes, "身份证"));
    }
    assert!(found, "the sealing was looked for where it lies");
}

#[test]
fn the_latest_sealing_stands_and_an_equal_one_writes_nothing() {
    let (_dir, vault) = vault();
    let sealed = || -> Vec<u8> {
        vault.database().connection.query_row("SELECT sealed FROM fields", [], |row| row.get(0)).unwrap()
    };
    seal(&vault, "P1", "a", &fields(NAME));
    let first = sealed();
    seal(&vault, "P1", "a", &fields(NAME));
    assert_eq!(sealed(), first);
    seal(&vault, "P1", "a", &fields("另一个名字"));
    assert_eq!(vault.open_fields("P1", "a").unwrap(), Some(fields("另一个名字")));
}

#[test]
fn a_batch_is_sealed_whole_or_not_at_all() {
    let (_dir, vault) = vault();
    let (one, two) = (fields("一"), fields("二"));
    seal(&vault, "P2", "b", &two);
    // The key of P2 is broken: the second sealing of the batch fails.
    vault.database().connection.execute("UPDATE subject_keys SET sealed = x'00' WHERE subject = 'P2'", []).unwrap();
    let batch = [
        Sealing { subject: "P1", reference: "a", fields: &one },
        Sealing { subject: "P2", reference: "b", fields: &one },
    ];
    assert!(matches!(vault.seal_all(&batch, &[]), Err(VaultError::Damaged { subject, .. }) if subject == "P2"));
    assert_eq!(vault.open_fields("P1", "a").unwrap(), None);
    vault.seal_all(&batch[..1], &[]).unwrap();
    assert_eq!(vault.open_fields("P1", "a").unwrap(), Some(one));
}

#[test]
fn the_latest_sealing_stands_though_an_earlier_one_of_the_same_content_is_remembered() {
    let (_dir, vault) = vault();
    let (one, two) = (fields("一"), fields("二"));
    let of = |fields| Sealing { subject: "P1", reference: "a", fields };
    vault.seal_all(&[of(&one)], &[]).unwrap();
    vault.seal_all(&[of(&two), of(&one)], &[]).unwrap();
    assert_eq!(vault.open_fields("P1", "a").unwrap().as_ref(), Some(&one));
    vault.seal_all(&[of(&one), of(&two)], &[]).unwrap();
    vault.seal_all(&[of(&one)], &[]).unwrap();
    assert_eq!(vault.open_fields("P1", "a").unwrap().as_ref(), Some(&one));
}

#[test]
fn what_another_process_or_an_erasure_changed_is_sealed_again() {
    let (dir, vault) = vault();
    let one = fields("一");
    seal(&vault, "P1", "a", &one);
    seal(&Vault::open(dir.path()).unwrap(), "P1", "a", &fields("二"));
    seal(&vault, "P1", "a", &one);
    assert_eq!(vault.open_fields("P1", "a").unwrap().as_ref(), Some(&one));
    vault.database().connection.execute("DELETE FROM subject_keys", []).unwrap();
    seal(&vault, "P1", "a", &one);
    assert_eq!(vault.open_fields("P1", "a").unwrap(), Some(one));
}

#[test]
fn what_is_only_new_covers_no_name_but_names_a_document_that_had_none() {
    let (_dir, vault) = vault();
    let (one, two, unnamed) = (fields("一"), fields("二"), PersonalFields { name: None, ..fields("") });
    let of = |fields| Sealing { subject: "P1", reference: "a", fields };
    let new = |fields| (of(fields), None);
    vault.seal_new(&[new(&unnamed), new(&unnamed)]).unwrap();
    assert_eq!(vault.open_fields("P1", "a").unwrap().as_ref(), Some(&unnamed));
    vault.seal_new(&[new(&one), new(&unnamed), new(&two)]).unwrap();
    assert_eq!(vault.open_fields("P1", "a").unwrap().as_ref(), Some(&one));
    vault.seal_new(&[new(&two), new(&one), new(&unnamed)]).unwrap();
    assert_eq!(vault.open_fields("P1", "a").unwrap().as_ref(), Some(&one));
    vault.seal_all(&[of(&two)], &[]).unwrap();
    vault.seal_new(&[new(&one)]).unwrap();
    assert_eq!(vault.open_fields("P1", "a").unwrap().as_ref(), Some(&two));
}

#[test]
fn only_what_is_known_to_stand_is_said_to_stand() {
    let (dir, vault) = vault();
    let (one, two) = (fields("一"), fields("二"));
    let both = || [&one, &two].map(|fields| Sealing { subject: "P1", reference: "a", fields });
    assert_eq!(vault.standing(&both()).unwrap(), [false, false]);
    seal(&vault, "P1", "a", &one);
    assert_eq!(vault.standing(&both()).unwrap(), [true, false]);
    seal(&Vault::open(dir.path()).unwrap(), "P1", "a", &two);
    assert_eq!(vault.standing(&both()).unwrap(), [false, false], "another process has sealed since");
}

#[test]
fn fields_moved_to_another_subject_or_reference_do_not_open() {
    let (_dir, vault) = vault();
    let empty = PersonalFields::default();
    vault.seal_all(&["P1", "P2"].map(|subject| Sealing { subject, reference: "a", fields: &empty }), &[]).unwrap();
    vault.database().connection.execute("UPDATE fields SET reference = 'b' WHERE subject = 'P1'", []).unwrap();
    assert!(matches!(vault.open_fields("P1", "b"), Err(VaultError::Damaged { .. })));
    let take_key = "UPDATE subject_keys SET sealed = (SELECT sealed FROM subject_keys WHERE subject = 'P1')";
    vault.database().connection.execute(take_key, []).unwrap();
    assert!(matches!(vault.open_fields("P2", "a"), Err(VaultError::Damaged { .. })));
}

#[test]
fn without_its_key_a_subject_is_erased_and_can_be_sealed_anew() {
    let (_dir, vault) = vault();
    seal(&vault, "P1", "a", &fields(NAME));
    vault.database().connection.execute("DELETE FROM subject_keys", []).unwrap();
    assert_eq!(vault.open_fields("P1", "a").unwrap(), None);
    seal(&vault, "P1", "b", &fields(NAME));
    assert_eq!(vault.open_fields("P1", "b").unwrap(), Some(fields(NAME)));
    assert_eq!(vault.open_fields("P1", "a").unwrap(), None, "what was erased stays so");
}

#[test]
fn a_missing_wrong_or_damaged_key_is_told_with_the_remedy() {
    let (dir, vault) = vault();
    seal(&vault, "P1", "a", &fields(NAME));
    drop(vault);
    let key = dir.path().join("vault.key");
    let right = fs::read(&key).unwrap();

    fs::remove_file(&key).unwrap();
    let error = Vault::open(dir.path()).unwrap_err();
    assert!(matches!(error, VaultError::KeyMissing { .. }) && error.to_string().contains("backup"), "{error}");
    assert!(!key.exists(), "no other key was made in its place");

    fs::write(&key, [7; 32]).unwrap();
    let error = Vault::open(dir.path()).unwrap_err();
    assert!(matches!(error, VaultError::KeyWrong { .. }) && error.to_string().contains("vault.key"), "{error}");

    fs::write(&key, &right[..31]).unwrap();
    assert!(matches!(Vault::open(dir.path()), Err(VaultError::KeyDamaged { length: 31, .. })));

    fs::write(&key, &right).unwrap();
    assert_eq!(Vault::open(dir.path()).unwrap().open_fields("P1", "a").unwrap(), Some(fields(NAME)));
}

#[test]
fn another_key_opens_nothing_even_where_the_check_is_taken_away() {
    let (dir, vault) = vault();
    seal(&vault, "P1", "a", &fields(NAME));
    vault.database().connection.execute("DELETE FROM meta", []).unwrap();
    drop(vault);
    fs::write(dir.path().join("vault.key"), [7; 32]).unwrap();
    let vault = Vault::open(dir.path()).unwrap();
    assert!(matches!(vault.open_fields("P1", "a"), Err(VaultError::Damaged { .. })));
}

#[test]
fn the_key_file_is_for_its_owner_alone() {
    let (dir, _vault) = vault();
    let file = fs::metadata(dir.path().join("vault.key")).unwrap();
    assert_eq!((file.permissions().mode() & 0o777, file.len()), (0o600, 32));
}

#[test]
fn a_person_keeps_one_id_and_shares_it_with_nobody() {
    let (dir, vault) = vault();
    let id = vault.person_id("身份证", NUMBER);
    assert!(id.len() == 33 && id.starts_with('P'), "{id}");
    assert_ne!(id, vault.person_id("护照", NUMBER));
    assert_ne!(vault.fingerprint(b"one"), vault.fingerprint(b"two"));
    assert_ne!(id[1..], hex::encode(vault.fingerprint(format!("身份证\0{NUMBER}").as_bytes())), "each use has its key");
    drop(vault);
    assert_eq!(Vault::open(dir.path()).unwrap().person_id("身份证", NUMBER), id);
    let elsewhere = tempfile::tempdir().unwrap();
    assert_ne!(Vault::open(elsewhere.path()).unwrap().person_id("身份证", NUMBER), id);
}

/// Ids stand in the log for ever: a change of the derivation would split every person in two.
#[test]
fn the_id_of_a_person_under_a_given_key_never_changes() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("vault.key"), [7; 32]).unwrap();
    let id = Vault::open(dir.path()).unwrap().person_id("身份证", NUMBER);
    assert_eq!(id, "P20a357ceaa9fd0bda2938037a676f745"); // reckoned by another implementation of HMAC
}

#[test]
fn debug_output_tells_nothing() {
    let sealed = fields(NAME);
    let shown = format!("{:?}", Sealing { subject: "P1", reference: "a", fields: &sealed });
    assert!(!shown.contains(NAME) && !shown.contains(NUMBER), "{shown}");
}

#[test]
fn everything_under_a_subject_opens_together_and_nothing_of_another() {
    let (_dir, vault) = vault();
    seal(&vault, "O1", "b", &fields(NAME));
    seal(&vault, "O1", "a", &fields("阿依古丽"));
    seal(&vault, "O2", "a", &fields(NAME));
    let all = vault.open_all("O1").unwrap();
    assert_eq!(all, [("a".to_owned(), fields("阿依古丽")), ("b".to_owned(), fields(NAME))]);
    assert_eq!(vault.open_all("O3").unwrap(), []);
}

#[test]
fn a_text_that_comes_back_opens_here_alone_and_only_as_it_went_out() {
    let (_dir, vault) = vault();
    let sealed = vault.seal_text("P0123").unwrap();
    assert_eq!(vault.open_text(&sealed).as_deref(), Some("P0123"));
    assert!(!contains(&sealed, "P0123"));
    assert_ne!(vault.seal_text("P0123").unwrap(), sealed, "two cursors of one place do not tell that it is one");
    for index in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[index] ^= 1;
        assert_eq!(vault.open_text(&changed), None, "{index}");
    }
    let (_other, other) = self::vault();
    assert_eq!(other.open_text(&sealed), None);
}

#[test]
fn another_name_waits_for_its_record_until_that_is_settled_also_for_the_next_process() {
    let (dir, vault) = vault();
    let (one, two) = (fields("一"), fields("二"));
    let of = |fields| Sealing { subject: "P1", reference: "a", fields };
    vault.seal_new(&[(of(&one), Some(("ORG/1", 1))), (of(&two), Some(("ORG/2", 2))), (of(&two), None)]).unwrap();
    assert_eq!(vault.open_fields("P1", "a").unwrap().as_ref(), Some(&one));
    let next = Vault::open(dir.path()).unwrap();
    assert!(vault.has_noted() && next.has_noted());
    let noted = Noted::new("P1", "a", "ORG/2", 2);
    assert_eq!(next.noted_names().unwrap(), [(noted.clone(), two.clone())]);
    assert_eq!(next.open_all("P1").unwrap(), [("a".to_owned(), one.clone())], "nobody is called so yet");
    next.seal_all(&[of(&two)], &[noted]).unwrap();
    assert_eq!(next.open_fields("P1", "a").unwrap().as_ref(), Some(&two));
    assert!(!next.has_noted() && next.noted_names().unwrap().is_empty());
}

#[test]
fn a_name_that_waits_is_erased_with_its_subject() {
    let (dir, vault) = vault();
    let (one, two) = (fields("一"), fields("二"));
    let of = |fields| (Sealing { subject: "P1", reference: "a", fields }, Some(("ORG/1", 1)));
    vault.seal_new(&[of(&one), of(&two)]).unwrap();
    vault.database().connection.execute("DELETE FROM subject_keys", []).unwrap();
    let next = Vault::open(dir.path()).unwrap();
    assert_eq!(next.noted_names().unwrap(), [], "nobody can read it");
    seal(&next, "P1", "a", &one);
    assert!(!Vault::open(dir.path()).unwrap().has_noted(), "nothing is left of it");
}
