//! Whole files: encodings, delimiters, limits, quarantine.

use super::{limits::*, tests::*, write::CsvShape, *};
use chengxin_projections::money::Money;

fn error(bytes: impl Into<Vec<u8>>) -> FileError {
    match open(bytes) {
        Err(error) => error,
        Ok(_) => panic!("opened"),
    }
}

#[test]
fn every_encoding_and_delimiter_reads_the_same() {
    let rows = [clean(), person()];
    let expected: Vec<_> = read(csv(&rows)).0.iter().map(|row| draft(row).clone().data).collect();
    for encoding in [Encoding::Utf8, Encoding::Gb18030] {
        for bom in [false, true] {
            for delimiter in Delimiter::ALL {
                let mut file = Vec::new();
                write::write_csv(&mut file, SHAPE, CsvShape { encoding, bom, delimiter }, &rows).unwrap();
                let source = open(file.clone()).unwrap();
                assert_eq!(*source.format(), Format::Csv { encoding, delimiter });
                let drafts: Vec<_> = read(file).0.iter().map(|row| draft(row).clone().data).collect();
                assert_eq!(drafts, expected, "{encoding:?} {delimiter:?}");
            }
        }
    }
}

#[test]
fn a_file_of_one_row_whose_last_line_is_sound_in_both_encodings_is_read_in_its_own() {
    // Letters of four bytes, and a remark whose second line is sound UTF-8, too.
    let row = with(person(), &[(Field::Name, "㐀㐁㐂"), (Field::Remarks, "见附件\n露")]);
    let shape = CsvShape { encoding: Encoding::Gb18030, bom: false, delimiter: Delimiter::Comma };
    let mut file = Vec::new();
    write::write_csv(&mut file, SHAPE, shape, &[row]).unwrap();
    let (rows, _) = read(file);
    let DraftSubject::Person { name, .. } = &draft(&rows[0]).subject else { panic!("an organisation") };
    assert_eq!(name, "㐀㐁㐂");
}

#[test]
fn a_damaged_byte_costs_its_row_alone() {
    for encoding in [Encoding::Utf8, Encoding::Gb18030] {
        let mut file = Vec::new();
        let rows = [clean(), with(clean(), &[(Field::DocumentNo, "QQQ")]), person()];
        write::write_csv(&mut file, SHAPE, CsvShape { encoding, ..CsvShape::default() }, &rows).unwrap();
        let at = file.windows(3).position(|w| w == b"QQQ").unwrap();
        file[at..at + 3].copy_from_slice(b"\xFFQ\xFF");
        let (rows, _) = read(file);
        draft(&rows[0]);
        assert_eq!(codes(&rows[1]), ["invalid-encoding"], "{encoding:?}");
        let Row::Quarantined(row) = &rows[1] else { panic!("not held back") };
        assert!(row.raw.as_ref().unwrap().contains(r"\xffQ\xff"));
        draft(&rows[2]);
    }
}

pub(super) const HEAD: &str = "CF_XDR_MC,CF_XDR_SHXYM,CF_WSH,CF_JDRQ,CF_BZ\n";

fn line(number: &str, remark: &str) -> String {
    format!("公司,{USCC},{number},2019-04-22,{remark}\n")
}

#[test]
fn a_quote_that_is_not_closed_costs_its_line_alone() {
    let file = [HEAD, &line("1号", "x"), &line("2号", "\"x"), &line("3号", "x"), &line("4号", "x")].concat();
    let (rows, _) = read(file);
    assert_eq!(rows.len(), 4);
    assert_eq!(codes(&rows[1]), ["unclosed-quote"]);
    assert_eq!(draft(&rows[3]).line, 5);

    // Two of them would hide the lines between in a cell.
    let third = [line("3号", "\"x"), line("3号", "x\""), line("3号\"", "x")];
    for (first, third) in
        [(line("1号", "\"x"), &third[0]), (line("1号", "\"x"), &third[1]), (line("\"1号", "x"), &third[2])]
    {
        let file = [HEAD, &first, &line("2号", "x"), third, &line("4号", "x")].concat();
        let (rows, _) = read(file);
        assert_eq!((rows.len(), codes(&rows[0])), (4, vec!["unclosed-quote"]), "{rows:?}");
        assert_eq!((draft(&rows[1]).line, draft(&rows[3]).line), (3, 5));
    }
}

#[test]
fn a_file_of_quotes_that_are_not_closed_is_given_up() {
    let file = [HEAD, &"a\",\"\n".repeat(5_000)].concat();
    let mut rows = open(file).unwrap().rows(settings());
    let read = rows.by_ref().take_while(Result::is_ok).count() as u64;
    assert!(read <= MAX_UNCLOSED, "{read}");
}

#[test]
fn a_quoted_cell_may_hold_line_breaks_and_quotes() {
    let (rows, _) = read([HEAD, &line("1号", "\"甲\r\n\"\"乙\"\",\""), &line("2号", "x")].concat());
    let DraftData::Penalty(data) = &draft(&rows[0]).data else { panic!("a license") };
    assert_eq!(data.remarks.as_deref(), Some("甲\n\"乙\","));
    assert_eq!(draft(&rows[1]).line, 4);
}

#[test]
fn a_row_with_another_number_of_cells_is_held_back_whole() {
    let (rows, _) =
        read([HEAD, &line("1号", "x,,,"), &line("2号", "x,y"), "公司,2\n", ",,,,\n\n", &line("5号", "x")].concat());
    assert_eq!(rows.len(), 4);
    draft(&rows[0]);
    assert_eq!(codes(&rows[1]), ["column-count"]);
    let Row::Quarantined(row) = &rows[1] else { panic!("not held back") };
    assert!(row.raw.as_ref().unwrap().ends_with("x,y"));
    assert_eq!(codes(&rows[2]), ["column-count"]);
    draft(&rows[3]);
}

#[test]
fn a_line_beyond_all_measure_is_skipped_without_being_kept() {
    let long = line("2号", &"长".repeat(MAX_RECORD_BYTES));
    let (rows, _) = read([HEAD, &line("1号", "x"), &long, &line("3号", "x")].concat());
    assert_eq!(codes(&rows[1]), ["line-too-long"]);
    assert_eq!(draft(&rows[2]).line, 4);
    let quoted = line("2号", &format!("\"{}\n", "长\n".repeat(MAX_RECORD_BYTES / 2)));
    let (rows, summary) = read([HEAD, &quoted, &line("3号", "x")].concat());
    assert_eq!(codes(&rows[0]), ["unclosed-quote"]);
    assert_eq!(summary.drafts, 1);
}

#[test]
fn headings_in_any_order_under_titles_and_doubled_are_found() {
    let file = format!(
        "伊宁市双公示数据,,,,\n制表:某局,,,,\n备注,处罚决定日期*,行政处罚决定书文号（必填）,统一社会信用代码,行政相对人名称\n\
         CF_BZ,CF_JDRQ,CF_WSH,CF_XDR_SHXYM,CF_XDR_MC\n,2019-04-22,1号,{USCC},公司\n"
    );
    let (rows, summary) = read(file);
    assert_eq!(rows.len(), 1);
    assert_eq!(draft(&rows[0]).line, 5);
    assert!(summary.unknown_columns.is_empty());
}

#[test]
fn unknown_columns_are_told_and_missing_ones_are_named() {
    let (_, summary) = read(format!("序号,CF_XDR_MC,CF_XDR_SHXYM,CF_WSH,CF_JDRQ\n1,公司,{USCC},1号,20190422\n"));
    assert_eq!(summary.unknown_columns, ["序号"]);
    let FileError::MissingColumns { columns } = error("CF_XDR_MC,CF_WSH,CF_SY\n") else { panic!("another error") };
    assert_eq!(columns.len(), 2);
    assert!(columns[0].contains("统一社会信用代码") && columns[1].contains("CF_JDRQ"));
}

#[test]
fn what_is_no_double_publicity_file_is_refused_with_a_code() {
    for (file, code) in [
        (&b""[..], "empty"),
        (b"\xEF\xBB\xBF\r\n ", "empty"),
        (b"a,b,c\n1,2,3\n", "no-heading"),
        (b"CF_WSH,CF_JDRQ,CF_XDR_MC,XK_WSH\n", "mixed-kinds"),
        (b"CF_WSH,CF_JDRQ,CF_XDR_MC,CF_XDR_MC\n", "duplicate-columns"),
        (b"PK\x03\x04garbage", "corrupt"),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "unsupported-format"),
        (b"\xFF\xFEC\0F\0", "unsupported-encoding"),
    ] {
        assert_eq!(error(file).code(), code);
    }
}

#[test]
fn a_quarantine_file_once_corrected_is_imported() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("处罚.csv");
    let bad = with(clean(), &[(Field::Decided, "?"), (Field::Remarks, "=1+1\n\"x\""), (Field::Registration, "007")]);
    let doubtful = with(clean(), &[(Field::Uscc, "91350211M0000XUF46")]);
    std::fs::write(&path, csv(&[clean(), bad.clone(), doubtful.clone()])).unwrap();
    let run = |path: &std::path::Path| {
        let mut rows = SourceFile::open(path).unwrap().rows(settings());
        let mut writer = QuarantineWriter::at(path.with_added_extension("quarantine.csv"), rows.headings());
        for row in rows.by_ref() {
            if let Row::Quarantined(row) = row.unwrap() {
                writer.write(&row).unwrap();
            }
        }
        (writer.finish().unwrap(), rows.summary().clone())
    };
    let (first, summary) = run(&path);
    let first = first.unwrap();
    assert!(first.ends_with("处罚.csv.quarantine.csv"));
    assert_eq!((summary.drafts, summary.quarantined), (1, 2));
    let text = std::fs::read_to_string(&first).unwrap();
    assert!(text.starts_with('\u{FEFF}') && text.contains("date-invalid") && text.contains("'=1+1"));

    // Nothing corrected: the same rows with the same cells, in a second file.
    let (second, summary) = run(&first);
    assert_eq!((summary.drafts, summary.quarantined), (0, 2));
    assert!(summary.unknown_columns.is_empty());
    let again = std::fs::read_to_string(second.unwrap()).unwrap();
    let without_lines =
        |text: &str| text.replace(",3,", ",#,").replace(",4,", ",#,").replace(",2,", ",#,").replace(",5,", ",#,");
    assert_eq!(without_lines(&text), without_lines(&again));

    let corrected = text.replace(",?,", ",2019-04-23,").replace("uscc-check", "").trim_end().to_owned() + "是\r\n";
    std::fs::write(&first, corrected.replace(&doubtful[&Field::DocumentNo], "13号")).unwrap();
    let rows: Vec<_> = SourceFile::open(&first).unwrap().rows(settings()).map(Result::unwrap).collect();
    let DraftData::Penalty(data) = &draft(&rows[0]).data else { panic!("a license") };
    assert_eq!(data.remarks, bad.get(&Field::Remarks).cloned());
    assert_eq!(draft(&rows[1]).warnings.iter().map(|w| w.code).collect::<Vec<_>>(), [Code::UsccCheck]);
}

#[test]
fn a_file_without_mistakes_leaves_no_quarantine_file() {
    let folder = tempfile::tempdir().unwrap();
    let source = open(csv(&[clean()])).unwrap();
    let writer = QuarantineWriter::at(folder.path().join("q.csv"), source.headings());
    assert_eq!(writer.finish().unwrap(), None);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_workbook_reads_like_the_csv_file_with_the_same_cells() {
    let rows = [clean(), with(person(), &[(Field::Decided, "2019-02-30")])];
    let expected = read(csv(&rows)).0;
    let (found, _) = read(write::write_xlsx(SHAPE, Some("伊宁市双公示数据"), &rows).unwrap());
    let DraftData::Penalty(data) = &draft(&found[0]).data else { panic!("a license") };
    assert_eq!(draft(&found[0]).data, draft(&expected[0]).data);
    assert_eq!((draft(&found[0]).line, data.kinds.len()), (3, 2));
    assert_eq!(codes(&found[1]), ["date-invalid"]);
}

fn workbook(fill: impl FnOnce(&mut rust_xlsxwriter::Worksheet)) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    let headings = ["行政相对人名称", "统一社会信用代码", "行政处罚决定书文号", "处罚决定日期", "罚款金额（万元）"];
    for (column, heading) in headings.into_iter().enumerate() {
        sheet.write_string(0, column as u16, heading).unwrap();
    }
    fill(sheet);
    book.save_to_buffer().unwrap()
}

#[test]
fn typed_cells_of_a_workbook_mean_what_they_show() {
    let file = workbook(|sheet| {
        let date = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd");
        for row in 1..=3 {
            sheet.write_string(row, 0, "公司").unwrap();
            sheet.write_string(row, 1, USCC).unwrap();
            sheet.write_number(row, 2, f64::from(row)).unwrap();
            sheet.write_number(row, 4, 0.1 + 0.2).unwrap();
        }
        sheet.write_number_with_format(1, 3, 43577, &date).unwrap();
        sheet.write_number(2, 3, 43577).unwrap();
        sheet.write_number(3, 3, 20_190_422).unwrap();
    });
    let (rows, _) = read(file);
    for (number, row) in (1..).zip(&rows) {
        let draft = draft(row);
        assert_eq!(draft.effective, day("2019-04-22"));
        let DraftData::Penalty(data) = &draft.data else { panic!("a license") };
        assert_eq!((data.document_no.clone(), data.fine), (format!("{number}"), Money::from_fen(300_000)));
    }
}

/// The workbook without the values of its formulas, as a program writes it that does not calculate.
fn uncalculated(workbook: Vec<u8>) -> Vec<u8> {
    let mut from = zip::ZipArchive::new(std::io::Cursor::new(workbook)).unwrap();
    let mut to = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for index in 0..from.len() {
        let mut part = from.by_index(index).unwrap();
        let name = part.name().unwrap().to_string();
        let mut text = Vec::new();
        std::io::Read::read_to_end(&mut part, &mut text).unwrap();
        if name.ends_with("sheet1.xml") {
            text = String::from_utf8(text).unwrap().replace("</f><v>0</v>", "</f><v></v>").into_bytes();
        }
        to.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut to, &text).unwrap();
    }
    to.finish().unwrap().into_inner()
}

#[test]
fn a_formula_without_a_value_is_no_empty_cell() {
    let (rows, _) = read(uncalculated(workbook(|sheet| {
        for row in 1..=2 {
            sheet.write_string(row, 0, "公司").unwrap();
            sheet.write_string(row, 1, USCC).unwrap();
            sheet.write_string(row, 2, format!("{row}号")).unwrap();
            sheet.write_string(row, 3, "2019-04-22").unwrap();
        }
        sheet.write_formula(1, 4, "=0.1+0.1").unwrap();
    })));
    assert_eq!(codes(&rows[0])[0], "cell-error");
    let DraftData::Penalty(data) = &draft(&rows[1]).data else { panic!("a license") };
    assert_eq!(data.fine, None);
}

#[test]
fn a_code_kept_as_a_number_has_lost_its_digits() {
    let (rows, _) = read(workbook(|sheet| {
        sheet.write_string(1, 0, "公司").unwrap();
        sheet.write_number(1, 1, 914_403_001_922_038_216.0).unwrap();
        sheet.write_string(1, 2, "1号").unwrap();
        sheet.write_string(1, 3, "2019-04-22").unwrap();
        sheet.write_string(1, 300, "far away").unwrap();
        sheet.write_string(2, 0, "公司").unwrap();
        sheet.write_number(2, 1, 914_403_001_922_038_216.0).unwrap();
        sheet.write_string(2, 2, "1号").unwrap();
        sheet.write_string(2, 3, "2019-04-22").unwrap();
    }));
    assert_eq!(codes(&rows[0]), ["column-count"]);
    assert_eq!(codes(&rows[1]), ["digits-lost"]);
}

#[test]
fn a_zip_bomb_is_refused_by_counting_not_by_believing() {
    use std::io::Write;
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file("xl/worksheets/sheet1.xml", zip::write::SimpleFileOptions::default()).unwrap();
    let zeros = vec![b' '; 1 << 20];
    for _ in 0..64 {
        archive.write_all(&zeros).unwrap();
    }
    let mut bomb = archive.finish().unwrap().into_inner();
    assert_eq!(error(bomb.clone()).code(), "too-large");
    // The same with a directory that declares a single byte.
    for signature in [b"PK\x01\x02", b"PK\x03\x04"] {
        let at = bomb.windows(4).position(|w| w == signature).unwrap();
        let size = at + if signature[2] == 1 { 24 } else { 22 };
        bomb[size..size + 4].copy_from_slice(&1_u32.to_le_bytes());
    }
    assert!(matches!(error(bomb).code(), "too-large" | "corrupt"));
}
