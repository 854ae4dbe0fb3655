//! What holds for all files: round trips, dirt, and no panic on any input.

use super::{
    dirt::{self, Dirt},
    tests::*,
    tests_files::HEAD,
    write::{CsvShape, Fields, HeadingStyle, Shape},
    *,
};
use chengxin_projections::{
    event::{Alias, LicenseGranted, PenaltyImposed},
    identifier,
    money::Money,
};
use proptest::prelude::*;

fn uscc() -> impl Strategy<Value = String> {
    "9[1-3]65400[2-8]MA[0-9A-HJ-NPQRTUWXY]{6}[0-9]".prop_filter_map("a code has its check character", |first| {
        identifier::uscc_check_character(&first).map(|check| format!("{first}{check}"))
    })
}

fn citizen() -> impl Strategy<Value = String> {
    ("65402[1-8]", 1950..2000_u32, 1..=12_u32, 1..=28_u32, 0..999_u32).prop_filter_map("check", |(r, y, m, d, s)| {
        let first = format!("{r}{y}{m:02}{d:02}{s:03}");
        identifier::citizen_check_character(&first).map(|check| format!("{first}{check}"))
    })
}

fn prose() -> impl Strategy<Value = Option<String>> {
    proptest::option::of("[一-龥][一-龥，。；\"a-z0-9\n,;|\t]{0,30}[一-龥]")
}

fn subject() -> impl Strategy<Value = DraftSubject> {
    let organisation = (uscc(), "[一-龥]{4,12}（[一-龥]{2}）公司", proptest::option::of("[0-9]{14}1"));
    prop_oneof![
        organisation.prop_map(|(uscc, name, registration)| DraftSubject::Organisation {
            organisation_code: identifier::organisation_code_of(&uscc).unwrap().to_owned(),
            uscc: Some(uscc),
            name,
            aliases: registration.map(|value| Alias { scheme: "registration".to_owned(), value }).into_iter().collect(),
        }),
        // Names from a range of letters that no other text uses: none of it is redacted.
        (citizen(), "[\u{3400}-\u{34FF}]{2,4}").prop_map(|(number, name)| DraftSubject::Person {
            document_kind: chengxin_projections::identifier::DOCUMENT_KINDS[0].to_owned(),
            number,
            name,
        }),
    ]
}

fn penalty() -> impl Strategy<Value = PenaltyImposed> {
    let texts = (prose(), prose(), prose(), prose(), prose());
    let kinds = proptest::sample::subsequence(penalty_kinds(), 1..4);
    let money = proptest::option::of((0..900_000_000_i64).prop_map(|fen| Money::from_fen(fen).unwrap()));
    let until = proptest::option::of(
        (18_300..25_000).prop_map(|days| chengxin_projections::date::Date::from_days(days).unwrap()),
    );
    ("伊[一-龥]{1,4}罚〔20[0-9]{2}〕[0-9]{1,4}号", texts, kinds, money, until).prop_map(
        |(document_no, (conduct, facts, basis, content, remarks), kinds, fine, valid_until)| PenaltyImposed {
            document_no,
            conduct,
            facts,
            basis,
            kinds,
            content,
            procedure: None,
            fine,
            confiscated: None,
            severity: None,
            certificates: None,
            valid_until,
            publicity_until: None,
            document_name: None,
            decided_by: Some("伊宁市市场监督管理局".to_owned()),
            decided_by_code: None,
            source: None,
            source_code: None,
            representative: None,
            remarks,
        },
    )
}

fn license() -> impl Strategy<Value = LicenseGranted> {
    (penalty(), proptest::option::of("[A-Z]{2}[0-9]{10}")).prop_map(|(penalty, certificate_no)| LicenseGranted {
        document_no: penalty.document_no,
        category: Some("核准".to_owned()),
        content: penalty.content,
        valid_from: None,
        valid_until: penalty.valid_until,
        document_name: None,
        certificate_name: None,
        certificate_no,
        decided_by: penalty.decided_by,
        decided_by_code: None,
        source: None,
        source_code: None,
        representative: None,
        remarks: penalty.remarks,
    })
}

/// What the columns of the oldest generation can hold.
fn as_old(mut data: DraftData) -> DraftData {
    match &mut data {
        DraftData::Penalty(data) => {
            (data.conduct, data.fine, data.valid_until) = (None, None, None);
            data.kinds.truncate(2);
        }
        DraftData::License(data) => data.certificate_no = None,
    }
    data
}

fn any_shape() -> impl Strategy<Value = (Generation, HeadingStyle)> {
    let generation = prop_oneof![Just(Generation::Oldest), Just(Generation::Middle), Just(Generation::Current)];
    (generation, prop_oneof![Just(HeadingStyle::Codes), Just(HeadingStyle::Chinese)])
}

fn check_round_trip(file: Vec<u8>, expected: &(DraftSubject, DraftData), shape: Shape) {
    let source = open(file.clone()).unwrap();
    assert_eq!((source.kind(), source.generation()), (shape.kind, shape.generation));
    let (rows, summary) = read(file);
    assert_eq!(rows.len(), 1);
    assert!(summary.unknown_columns.is_empty());
    let draft = draft(&rows[0]);
    assert_eq!((&draft.subject, &draft.data, draft.effective), (&expected.0, &expected.1, day("2019-04-22")));
}

/// More of them on request, as for every other property.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(96)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases()) })]

    #[test]
    fn what_is_written_reads_back_in_every_generation_encoding_and_format(
        subject in subject(),
        data in prop_oneof![penalty().prop_map(DraftData::Penalty), license().prop_map(DraftData::License)],
        (generation, headings) in any_shape(),
        gb18030 in any::<bool>(),
        delimiter in proptest::sample::select(Delimiter::ALL.to_vec()),
    ) {
        let kind = if matches!(data, DraftData::Penalty(_)) { FileKind::Penalty } else { FileKind::License };
        let shape = Shape { kind, generation, headings };
        let data = if generation == Generation::Oldest { as_old(data) } else { data };
        let row = write::fields(generation, day("2019-04-22"), &subject, &data, None);
        let encoding = if gb18030 { Encoding::Gb18030 } else { Encoding::Utf8 };
        let mut file = Vec::new();
        write::write_csv(&mut file, shape, CsvShape { encoding, bom: false, delimiter }, std::slice::from_ref(&row)).unwrap();
        let expected = (subject, data);
        check_round_trip(file, &expected, shape);
        check_round_trip(write::write_xlsx(shape, None, &[row]).unwrap(), &expected, shape);
    }

    #[test]
    fn dirty_rows_are_cleaned_or_held_back_under_their_code(
        seed in any::<u64>(),
        subjects in proptest::collection::vec((subject(), penalty()), 1..12),
    ) {
        let mut number = 0;
        let clean: Vec<Fields> = subjects.iter().map(|(subject, data)| {
            // A fine to soil, and document numbers that differ.
            number += 1;
            let mut data = data.clone();
            data.document_no.push_str(&number.to_string());
            data.fine.get_or_insert_with(|| Money::from_fen(200_000).unwrap());
            write::fields(Generation::Current, day("2019-04-22"), subject, &DraftData::Penalty(data), None)
        }).collect();
        let (expected, _) = read(csv(&clean));
        let soiled = dirt::soil(seed, 700, &write::columns(FileKind::Penalty, Generation::Current), clean.clone());
        let rows: Vec<Fields> = soiled.iter().map(|soiled| soiled.row.clone()).collect();
        let (found, _) = read(csv(&rows));
        prop_assert_eq!(found.len(), soiled.len());
        let mut at = 0;
        for (soiled, row) in soiled.iter().zip(&found) {
            if soiled.dirt.contains(&Dirt::SentTwice) {
                prop_assert!(matches!(row, Row::Duplicate(_)), "{soiled:?}");
                continue;
            }
            if soiled.dirt.contains(&Dirt::Contradiction) {
                prop_assert_eq!(codes(row), ["conflicting-duplicate"]);
                continue;
            }
            match soiled.dirt.iter().find_map(|dirt| dirt.code()) {
                Some(code) => prop_assert!(codes(row).contains(&code.as_str()), "{soiled:?} {row:?}"),
                None => {
                    let (found, expected) = (draft(row), draft(&expected[at]));
                    prop_assert_eq!((&found.subject, &found.data, &found.id), (&expected.subject, &expected.data, &expected.id));
                }
            }
            at += 1;
        }
    }

    #[test]
    fn no_bytes_make_the_import_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2_000), rows in any::<bool>()) {
        let file = if rows { [HEAD.as_bytes(), &bytes].concat() } else { bytes };
        if let Ok(source) = open(file) {
            source.rows(settings()).for_each(drop);
        }
    }

    #[test]
    fn no_cells_make_the_import_panic(cells in proptest::collection::vec("[\"',;\n0-9E+./年月日一万元 　０-９A-Z\\PC]{0,12}", 0..60)) {
        let mut file = HEAD.to_owned();
        for row in cells.chunks(5) {
            file.push_str(&row.join(","));
            file.push('\n');
        }
        if let Ok(source) = open(file) {
            source.rows(settings()).for_each(drop);
        }
    }

    #[test]
    fn no_damage_to_a_workbook_makes_the_import_panic(damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let mut file = write::write_xlsx(SHAPE, None, &[clean()]).unwrap();
        for (index, byte) in damage {
            *index.get_mut(&mut file) = byte;
        }
        if let Ok(source) = open(file) {
            source.rows(settings()).for_each(drop);
        }
    }

    #[test]
    fn no_sheet_makes_the_import_panic(xml in "(<row r=\"[0-9]{0,10}\">|</row>|<c r=\"[A-Z]{0,4}[0-9]{0,8}\" t=\"(s|n|d|b|e|str|inlineStr)\" s=\"[0-9]{0,2}\">|<v>[-0-9.eE]{0,20}</v>|<is><t>CF_WSH</t></is>|</c>){0,20}") {
        use std::io::{Read, Write};
        let good = write::write_xlsx(SHAPE, None, &[clean()]).unwrap();
        let mut from = zip::ZipArchive::new(std::io::Cursor::new(good)).unwrap();
        let mut to = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for i in 0..from.len() {
            let mut part = from.by_index(i).unwrap();
            let mut text = String::new();
            part.read_to_string(&mut text).unwrap();
            let name = part.name().unwrap().into_owned();
            if name.ends_with("sheet1.xml") {
                text = text.replace("</sheetData>", &format!("{xml}</sheetData>"));
            }
            to.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            to.write_all(text.as_bytes()).unwrap();
        }
        if let Ok(source) = open(to.finish().unwrap().into_inner()) {
            source.rows(settings()).for_each(drop);
        }
    }
}
