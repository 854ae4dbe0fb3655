//! Files through the real program: over the command line, and sent to a server.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use chengxin::demo::{Demo, DemoConfig, write_clean_csv, write_files};
use chengxin_projections::date::Date;

use super::support::importing::{MARKET, Sent, Server};
use super::support::server::wait_until;

/// The day after the last decision of the files below.
const TODAY: &str = "2026-07-01";
const USCC: &str = "91654002MA00TEAT4G";
const HEAD: &str = "CF_XDR_MC,CF_XDR_SHXYM,CF_WSH,CF_JDRQ,CF_BZ\n";

fn demo() -> Demo {
    Demo::new(DemoConfig { subjects: 500, ..DemoConfig::until(Date::from_ymd(2026, 6, 30).unwrap()) })
}

fn program(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chengxin"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CHENGXIN_")) {
        command.env_remove(name);
    }
    command.current_dir(data.parent().unwrap()).env("CHENGXIN_AS", MARKET).args(["import", "--data"]).arg(data);
    command.args(["--clock", &format!("manual:{TODAY}")]);
    command
}

/// What an import said, and how it ended.
struct Imported {
    said: String,
    complained: String,
    code: i32,
}

fn imported(output: Output) -> Imported {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Imported { said: text(output.stdout), complained: text(output.stderr), code: output.status.code().unwrap() }
}

fn import(data: &Path, file: &Path) -> Imported {
    imported(program(data).arg(file).output().unwrap())
}

impl Imported {
    #[track_caller]
    fn says(&self, line: &str) {
        assert!(self.said.contains(line), "no {line:?} in:\n{}\n{}", self.said, self.complained);
    }
}

struct Desk {
    directory: tempfile::TempDir,
}

impl Desk {
    fn new() -> Desk {
        Desk { directory: tempfile::tempdir().unwrap() }
    }

    fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.directory.path().join(name);
        fs::write(&path, content).unwrap();
        path
    }

    fn clean(&self, rows: usize) -> PathBuf {
        let path = self.directory.path().join("clean.csv");
        write_clean_csv(&demo(), &path, rows).unwrap();
        path
    }
}

fn row(code: &str, number: &str, remark: &str) -> String {
    format!("某公司,{code},{number},2026-04-22,{remark}\n")
}

/// A table with one row whose code has a wrong check character.
fn with_a_wrong_code() -> String {
    [HEAD, &row(USCC, "1号", "x"), &row("91654002MA00TEAT4H", "2号", "x"), &row(USCC, "3号", "x")].concat()
}

fn quarantine_of(file: &Path) -> PathBuf {
    let name = file.file_name().unwrap().to_str().unwrap();
    file.with_file_name(format!("{name}.quarantine.csv"))
}

#[test]
fn the_same_file_again_changes_nothing_and_says_so() {
    let desk = Desk::new();
    let file = desk.clean(300);
    let first = import(&desk.data(), &file);
    first.says("已登记 300 行");
    assert_eq!(first.code, 0);
    let again = import(&desk.data(), &file);
    again.says("以前已导入，未作改动 300 行");
    again.says("本次没有任何改动");
    assert_eq!(again.code, 0);
}

#[test]
fn every_generation_and_form_goes_in_and_only_what_is_unsound_is_held_back() {
    let desk = Desk::new();
    let files = write_files(&demo(), &desk.directory.path().join("files"), 60, 0.3).unwrap();
    assert_eq!(files.len(), 18);
    let output = program(&desk.data()).args(files.iter().map(|file| &file.path)).output().unwrap();
    let done = imported(output);
    assert_eq!(done.code, 3, "{}", done.complained);
    let mut parts = done.said.split("  共 ").skip(1);
    for file in &files {
        let part = parts.next().unwrap();
        assert!(part.starts_with(&format!("{} 行", file.rows)), "{file:?}\n{part}");
        assert!(part.contains("（按规则拒绝） 0 行"), "{file:?}\n{part}");
        let held: usize = number(part, "隔离待核实 ");
        assert_eq!(held, file.held_back, "{file:?}\n{part}");
        assert_eq!(held > 0, part.contains("隔离文件："), "{part}");
    }
}

fn number(text: &str, behind: &str) -> usize {
    let rest = text.split(behind).nth(1).unwrap();
    rest.split(' ').next().unwrap().parse().unwrap()
}

#[test]
fn a_quarantine_file_that_was_corrected_and_imported_again_leaves_nothing_behind() {
    let desk = Desk::new();
    let file = desk.file("处罚.csv", with_a_wrong_code());
    let first = import(&desk.data(), &file);
    assert_eq!(first.code, 3);
    first.says("隔离待核实 1 行");
    first.says("uscc-check 1");
    let quarantine = quarantine_of(&file);
    let text = fs::read_to_string(&quarantine).unwrap();
    assert!(text.contains("校验码不符") && text.contains("对照证照核实"), "{text}");
    fs::write(&quarantine, text.replace("91654002MA00TEAT4H", USCC)).unwrap();
    let corrected = import(&desk.data(), &quarantine);
    corrected.says("已登记 1 行");
    corrected.says("隔离待核实 0 行");
    assert_eq!(corrected.code, 0);
    assert!(!quarantine_of(&quarantine).exists());
}

#[test]
fn a_row_that_the_rules_refuse_stands_in_the_quarantine_with_its_reason() {
    let desk = Desk::new();
    let first = desk.file("一.csv", [HEAD, &row(USCC, "1号", "先前")].concat());
    assert_eq!(import(&desk.data(), &first).code, 0);
    let other = desk.file("二.csv", [HEAD, &row(USCC, "1号", "后来"), &row(USCC, "2号", "x")].concat());
    let done = import(&desk.data(), &other);
    assert_eq!(done.code, 3);
    done.says("已登记 1 行");
    done.says("（按规则拒绝） 1 行");
    done.says("id-conflict 1");
    let text = fs::read_to_string(quarantine_of(&other)).unwrap();
    assert!(text.contains("后来") && text.contains("已经登记，而内容与本行不同"), "{text}");
}

#[test]
fn a_row_held_back_for_a_number_goes_in_as_it_is_once_the_number_is_linked() {
    let desk = Desk::new();
    let table = "CF_XDR_MC,CF_XDR_GSZC,CF_WSH,CF_JDRQ\n某公司,654002050001234,1号,2026-04-22\n";
    let file = desk.file("旧号.csv", table);
    let held = import(&desk.data(), &file);
    assert_eq!(held.code, 3);
    held.says("identifier-unlinked 1");
    let link = format!(
        r#"{{"id":"L-1","type":"identifier.linked","effective":"2026-04-20","subject":{{"kind":"organisation","id":"{USCC}"}},"data":{{"scheme":"registration","value":"654002050001234","reason":"登记机关函"}}}}"#
    );
    assert_eq!(import(&desk.data(), &desk.file("link.ndjson", link)).code, 0);
    let again = import(&desk.data(), &quarantine_of(&file));
    again.says("已登记 1 行");
    assert_eq!(again.code, 0);
}

#[test]
fn events_go_in_line_by_line_and_a_corrected_line_goes_in_afterwards() {
    let desk = Desk::new();
    let event = |id: &str, no: &str| {
        format!(
            r#"{{"id":"{id}","type":"penalty.imposed","effective":"2026-04-20","subject":{{"kind":"organisation","id":"{USCC}"}},"data":{{"document_no":"{no}","conduct":"a","facts":"b","basis":"c","kinds":["罚款"],"content":"d","procedure":"simple"}}}}"#
        )
    };
    let lines = [event("E-1", "1号"), event("E-2", ""), "{\"broken".to_owned(), event("E-3", "3号")].join("\n");
    let file = desk.file("events.ndjson", lines);
    let done = import(&desk.data(), &file);
    assert_eq!(done.code, 3);
    done.says("共 4 行");
    done.says("已登记 2 行");
    done.says("隔离待核实 2 行");
    done.says("json 1（第 3 行）：不是一行一个完整的 JSON 对象");
    let quarantine = file.with_file_name("events.ndjson.quarantine.ndjson");
    let text = fs::read_to_string(&quarantine).unwrap();
    let held: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let first = &held[0];
    assert_eq!((&first["line"], &first["errors"][0]["pointer"]), (&2.into(), &"/data/document_no".into()));
    let broken = &held[1]["errors"][0];
    assert!(!broken["detail"].as_str().unwrap().contains("line"), "the line is the file's, not the event's: {broken}");
    fs::write(&quarantine, text.lines().next().unwrap().replace(r#"no\":\"\""#, r#"no\":\"2号\""#)).unwrap();
    let corrected = import(&desk.data(), &quarantine);
    corrected.says("已登记 1 行");
    assert_eq!(corrected.code, 0);
}

#[test]
fn very_many_blank_lines_are_not_the_end_of_a_file() {
    let desk = Desk::new();
    let event = |id: &str| format!(r#"{{"id":"{id}","type":"no.event"}}"#);
    let lines = [event("E-1"), "\n".repeat(9 << 20), event("E-2")].concat();
    import(&desk.data(), &desk.file("events.ndjson", lines)).says("共 2 行");
}

/// A workbook of one sheet that unpacks to very many times its size.
fn bomb() -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    zip.start_file("xl/workbook.xml", options).unwrap();
    std::io::Write::write_all(&mut zip, &vec![b' '; 64 << 20]).unwrap();
    zip.finish().unwrap().into_inner()
}

#[test]
fn a_zip_bomb_and_a_workbook_that_was_cut_off_are_refused_with_a_message() {
    let desk = Desk::new();
    let files = write_files(&demo(), &desk.directory.path().join("files"), 20, 0.0).unwrap();
    let workbook = files.iter().find(|file| file.path.extension().is_some_and(|ext| ext == "xlsx")).unwrap();
    let whole = fs::read(&workbook.path).unwrap();
    let bomb = import(&desk.data(), &desk.file("bomb.xlsx", bomb()));
    assert_eq!(bomb.code, 1);
    assert!(bomb.complained.contains("文件太大"), "{}", bomb.complained);
    let cut = import(&desk.data(), &desk.file("cut.xlsx", &whole[..whole.len() / 2]));
    assert_eq!(cut.code, 1);
    assert!(cut.complained.contains("XLSX文件已损坏"), "{}", cut.complained);
}

#[test]
fn killed_in_the_middle_and_started_again_it_goes_on_as_if_nothing_had_been() {
    const ROWS: usize = 12_000;
    let (desk, undisturbed) = (Desk::new(), Desk::new());
    let file = desk.clean(ROWS);
    let mut first = program(&desk.data()).arg(&file).spawn().unwrap();
    let log = desk.data().join("log.db-wal");
    wait_until("some rows are in the log", || fs::metadata(&log).is_ok_and(|log| log.len() > 3 << 20));
    first.kill().unwrap();
    first.wait().unwrap();
    let again = import(&desk.data(), &file);
    assert_eq!(again.code, 0, "{}", again.complained);
    let (applied, before) = (number(&again.said, "已登记 "), number(&again.said, "未作改动 "));
    assert_eq!(applied + before, ROWS);
    assert!(applied > 0 && before > 0, "it was not killed in the middle: {before} before, {applied} after");
    assert_eq!(import(&undisturbed.data(), &file).code, 0);
    let server = Server::start(&desk.data(), TODAY);
    let other = Server::start(&undisturbed.data(), TODAY);
    let codes: Vec<String> = demo().subjects().filter_map(|party| party.uscc).take(40).collect();
    let penalties: Vec<_> = codes.iter().map(|code| server.penalties(code)).collect();
    assert!(penalties.iter().any(|penalties| penalties.len() > 1));
    assert_eq!(penalties, codes.iter().map(|code| other.penalties(code)).collect::<Vec<_>>());
}

#[test]
fn a_file_that_is_sent_to_a_server_is_imported_and_its_quarantine_can_be_fetched() {
    let desk = Desk::new();
    let server = Server::start(&desk.data(), TODAY);
    let sent = server.send("处罚.csv", with_a_wrong_code().as_bytes(), MARKET);
    let Sent { status: 202, location: Some(location), .. } = sent else { panic!("{sent:?}") };
    let done = server.wait_for_import(&location);
    assert_eq!((&done["state"], &done["file"]), (&"done".into(), &"处罚.csv".into()), "{done}");
    assert_eq!((&done["counts"]["applied"], &done["counts"]["held_back"]), (&2.into(), &1.into()), "{done}");
    assert_eq!(done["problems"]["uscc-check"], 1);
    let quarantine = server.get(done["quarantine"].as_str().unwrap(), MARKET);
    assert!(quarantine.status == 200 && quarantine.body.contains("校验码不符"), "{quarantine:?}");
    assert_eq!(server.get(&location, "auditor").status, 200);
    assert_eq!(server.get(done["quarantine"].as_str().unwrap(), "auditor").status, 403, "persons stand in it");
    assert_eq!(server.get(&location, "another").status, 404, "what others send is not theirs to see");
    let list: serde_json::Value = serde_json::from_str(&server.get("/v1/imports", MARKET).body).unwrap();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
}

#[test]
fn what_a_clerk_should_look_at_is_told_with_its_lines() {
    let desk = Desk::new();
    import(&desk.data(), &desk.file("一月.csv", [HEAD, &row(USCC, "1号", "x")].concat()));
    let renamed = |number| row(USCC, number, "x").replace("某公司", "另一公司");
    let file = [HEAD, &row(USCC, "2号", "x"), &renamed("3号"), &renamed("4号")].concat();
    import(&desk.data(), &desk.file("二月.csv", file)).says("name-differs 2（第 3、4 行）");
}

#[test]
fn nobody_imports_as_the_system_or_under_a_code_that_is_none() {
    let desk = Desk::new();
    let file = desk.file("处罚.csv", with_a_wrong_code());
    for org in ["system", "A/B", ""] {
        let refused = imported(program(&desk.data()).args(["--as", org]).arg(&file).output().unwrap());
        assert_eq!(refused.code, 1, "{}", refused.complained);
        assert!(refused.complained.contains(&format!("--as {org} is ")), "{}", refused.complained);
    }
}

#[test]
fn what_is_no_such_file_is_refused_at_once_with_a_code() {
    let desk = Desk::new();
    let server = Server::start(&desk.data(), TODAY);
    for (content, code) in
        [(&b""[..], "empty"), (b"a,b,c\n1,2,3\n", "no-heading"), (b"%PDF-1.4 xxxx", "unsupported-format")]
    {
        let sent = server.send("x.csv", content, MARKET);
        let problem: serde_json::Value = serde_json::from_str(&sent.body).unwrap();
        assert_eq!((sent.status, &problem["code"]), (400, &code.into()), "{problem}");
    }
    assert_eq!(server.send("x.csv", &bomb(), MARKET).status, 400);
    assert_eq!(server.send("x.csv", b"x", "auditor").status, 403);
    let second = "\r\n--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"b.csv\"\r\n\r\n";
    let two = server.send("a.csv", format!("{0}{second}{0}", with_a_wrong_code()).as_bytes(), MARKET);
    assert!(two.status == 400 && two.body.contains("one file at a time"), "{}", two.body);
}

#[test]
fn an_import_that_ran_when_the_server_was_killed_goes_on_when_it_is_back() {
    let desk = Desk::new();
    let file = desk.clean(8_000);
    let server = Server::start(&desk.data(), TODAY);
    let sent = server.send("clean.csv", &fs::read(&file).unwrap(), MARKET);
    let location = sent.location.unwrap();
    server.kill();
    let server = Server::start(&desk.data(), TODAY);
    let done = server.wait_for_import(&location);
    let counts = &done["counts"];
    let sum = counts["applied"].as_u64().unwrap() + counts["duplicates"].as_u64().unwrap();
    assert_eq!((&done["state"], sum), (&"done".into(), 8_000), "{done}");
}

#[test]
fn beside_a_running_server_the_command_goes_through_it() {
    let desk = Desk::new();
    let file = desk.file("处罚.csv", with_a_wrong_code());
    let server = Server::start(&desk.data(), TODAY);
    let refused = import(&desk.data(), &file);
    assert_eq!(refused.code, 1);
    assert!(refused.complained.contains("--server URL --token TOKEN"), "{}", refused.complained);
    let through = || {
        let mut command = program(&desk.data());
        command.args(["--server", server.address(), "--token", &format!("token-of-{MARKET}")]);
        imported(command.arg(&file).output().unwrap())
    };
    let done = through();
    assert_eq!(done.code, 3, "{}", done.complained);
    done.says("已登记 2 行");
    assert!(fs::read_to_string(quarantine_of(&file)).unwrap().contains("校验码不符"));
    through().says("以前已导入，未作改动 2 行");
    assert!(!file.with_file_name("处罚.csv.quarantine-2.csv").exists(), "the same quarantine file is not kept twice");
}

#[test]
fn a_token_that_may_not_import_is_told_so_however_long_the_file_is() {
    let desk = Desk::new();
    let file = desk.clean(20_000);
    let server = Server::start(&desk.data(), TODAY);
    for (token, told) in [("token-of-another", "forbidden: the token publishes for"), ("wrong", "unauthenticated")] {
        for _ in 0..5 {
            let mut command = program(&desk.data());
            command.args(["--server", server.address(), "--token", token]);
            let refused = imported(command.arg(&file).output().unwrap());
            assert_eq!(refused.code, 1);
            assert!(refused.complained.contains(told), "{}", refused.complained);
            assert!(!refused.complained.contains("Broken pipe"), "{}", refused.complained);
        }
    }
}
