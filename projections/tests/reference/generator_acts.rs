//! The other half of the generator: what designations say, and what is done to records.

use crate::generator::{DEPARTMENTS, Generator, Made, PERSONS};
use chengxin_projections::{
    date::Date,
    event::{
        Basis, Data, DesignationConfirmed, DesignationWithdrawn, Document, Event, Evidence, ExitDeclared, ExitReason,
        Finding, LicenseRevoked, List, MeasureAccepted, MeasureDeclined, MeasureExecuted, MeasureInitiated,
        MeasureReported, NoticeAbout, NoticeIssued, ObjectionAnswered, ObjectionFiled, ObjectionResolved,
        PenaltyWithdrawn, PublicationIssued, PublicationWithheld, RecordCorrected, RepairAccepted, RepairApplied,
        RepairGranted, RepairRefused, Repairable, ResponsiblePerson,
    },
    testing::{COUNTY, Step},
};
use serde_json::{Value, json};

const CHANNELS: [&str; 2] = ["credit-portal", "media"];

fn text(text: &str) -> String {
    text.to_owned()
}

impl Generator {
    pub fn designation(&mut self, step: Step, list: List, subject: &str, day: Date) -> Step {
        let basis = self.basis(subject);
        let term = self.random.between(1, 8);
        let until = day.plus_days(self.random.between(-1, 120));
        let months = self.random.between(1, 30) as u32;
        let watch = self.random.pick(&[None, None, Some(0), Some(1), Some(2), Some(6)]);
        let barred = self.random.once_in(5);
        let channel = self.random.pick(&[None, Some(CHANNELS[0]), Some(CHANNELS[1])]);
        let mut persons = Vec::new();
        if !PERSONS.contains(&subject) && self.random.once_in(2) {
            for person in PERSONS {
                if self.random.once_in(2) {
                    let role = text(self.random.pick(&["法定代表人", "股东", "会计"]));
                    persons.push(ResponsiblePerson { person: text(person), role });
                    if self.random.once_in(10) {
                        persons.push(ResponsiblePerson { person: text(person), role: text("主要负责人") });
                    }
                }
            }
        }
        let unstated = self.random.once_in(12);
        step.designation(|data| {
            data.basis = basis;
            match term {
                1..=4 => data.until = Some(until),
                5..=6 => data.months = Some(months),
                _ => {}
            }
            if list == List::Black {
                data.watch_months = watch;
                if barred {
                    data.repairable = Some(Repairable { allowed: false, how: Some(text("某规定第一条")) });
                }
                if unstated {
                    data.repairable = None;
                }
            }
            data.channel = channel.map(str::to_owned);
            data.persons = persons;
        })
    }

    /// Citations, and records of the same subject or of another one.
    fn basis(&mut self, subject: &str) -> Vec<Basis> {
        if self.random.once_in(20) {
            return Vec::new();
        }
        let own: Vec<String> =
            self.made.iter().filter(|made| made.subject == subject).map(|made| made.name.clone()).collect();
        let all: Vec<String> = self.made.iter().map(|made| made.name.clone()).collect();
        let item = |generator: &mut Generator| {
            let record = match generator.random.between(1, 10) {
                1..=6 => generator.random.one(&own).cloned(),
                7 => generator.random.one(&all).cloned(),
                8 => Some(format!("{COUNTY}/E-{}", generator.random.between(1, 60))),
                _ => None,
            };
            let citation = (record.is_none() || generator.random.once_in(3)).then(|| text("某法第二条"));
            Basis { citation, record }
        };
        (0..self.random.weighted(&[(4, 1), (2, 2), (1, 3)])).map(|_| item(self)).collect()
    }

    /// What is done to one of the records so far, mostly by whom and to whom it fits.
    pub fn act(&mut self, kind: &str) -> Option<Event> {
        if kind.starts_with("measure.")
            && !self.random.once_in(3)
            && let Some(event) = self.goes_on(kind)
        {
            return Some(event);
        }
        let wanted = |made: &&Made| match kind {
            "license.revoked" => matches!(made.data, Data::LicenseGranted(_)),
            "penalty.withdrawn" => matches!(made.data, Data::PenaltyImposed(_)),
            "publication.withheld" => !matches!(made.data, Data::DesignationMade(_)),
            "repair.applied" | "repair.accepted" | "repair.refused" | "repair.granted" => {
                !matches!(made.data, Data::LicenseGranted(_))
            }
            "objection.filed" | "objection.answered" | "objection.resolved" | "record.corrected" | "notice.issued"
            | "publication.issued" => true,
            _ => matches!(made.data, Data::DesignationMade(_)),
        };
        let any_kind = self.random.once_in(30);
        let fitting: Vec<usize> =
            (0..self.made.len()).filter(|&index| any_kind || wanted(&&self.made[index])).collect();
        // Mostly the latest ones, so that something comes of a record.
        let latest = if self.random.once_in(3) { &fitting[..] } else { &fitting[fitting.len().saturating_sub(3)..] };
        let index = *self.random.one(latest)?;
        let Made { name, subject, by, first, .. } = &self.made[index];
        let (record, mut subject, mut by, first) = (name.clone(), subject.clone(), by.clone(), *first);
        let mut day = self.day();
        if day < first && !self.random.once_in(10) {
            day = first.plus_days(self.random.between(0, 3));
        }
        let implements =
            matches!(kind, "measure.accepted" | "measure.executed" | "measure.declined" | "measure.reported");
        if kind.starts_with("objection.") || implements {
            self.of_a_person(index, &mut subject);
        }
        let data = match kind {
            "objection.answered" | "objection.resolved" => {
                let (about, whose, data) = self.on_an_objection(kind, &record)?;
                if let Some(made) = self.made.iter().find(|made| made.name == about) {
                    by.clone_from(&made.by);
                }
                subject = whose;
                data
            }
            _ => self.done_to(kind, &record, day, first)?,
        };
        let anybody = kind == "objection.filed" || kind == "repair.applied";
        if anybody || implements || self.random.once_in(15) {
            by = text(self.random.pick(&DEPARTMENTS));
        }
        if self.random.once_in(25) {
            subject = text(self.subject());
        }
        Some(self.build(&subject, &by, day, data))
    }

    /// An implementer answers what was initiated, or goes on with what it took on.
    fn goes_on(&mut self, kind: &str) -> Option<Event> {
        let mut open: Vec<(String, String, String, String)> = Vec::new();
        for (name, subject, data) in &self.acts {
            let by = name.split('/').next().unwrap_or_default().to_owned();
            match data {
                Data::MeasureInitiated(data) if kind != "measure.reported" => {
                    for (measure, by) in data.measures.iter().zip(&data.implementers) {
                        open.push((data.record.clone(), subject.clone(), by.clone(), measure.clone()));
                    }
                }
                Data::MeasureAccepted(data) => {
                    open.push((data.record.clone(), subject.clone(), by, data.measure.clone()))
                }
                Data::MeasureExecuted(data) => {
                    open.push((data.record.clone(), subject.clone(), by, data.measure.clone()))
                }
                _ => {}
            }
        }
        let (record, mut subject, by, measure) = self.random.one(&open)?.clone();
        if let Some(index) = self.made.iter().position(|made| made.name == record && made.subject == subject) {
            self.of_a_person(index, &mut subject);
        }
        let result = text("已执行");
        let data: Data = match kind {
            "measure.accepted" => MeasureAccepted { record, measure }.into(),
            "measure.executed" => MeasureExecuted { record, measure, case: text("C-1"), result }.into(),
            "measure.declined" => MeasureDeclined { record, measure, reason: text("不在职责内") }.into(),
            "measure.reported" => MeasureReported { record, measure, period: text("2026-06"), result }.into(),
            _ => return None,
        };
        let day = self.day();
        Some(self.build(&subject, &by, day, data))
    }

    /// It is about a person whom the entry names.
    fn of_a_person(&mut self, index: usize, subject: &mut String) {
        let Data::DesignationMade(data) = &self.made[index].data else { return };
        let persons: Vec<String> = data.persons.iter().map(|named| named.person.clone()).collect();
        if self.random.once_in(2)
            && let Some(person) = self.random.one(&persons)
        {
            subject.clone_from(person);
        }
    }

    /// An answer to, or a resolution of, one of the objections; mostly with its own record and subject.
    fn on_an_objection(&mut self, kind: &str, other: &str) -> Option<(String, String, Data)> {
        let filed = self.acts.iter().filter_map(|(name, subject, data)| match data {
            Data::ObjectionFiled(data) => Some((name.clone(), subject.clone(), data.record.clone())),
            _ => None,
        });
        let filed: Vec<(String, String, String)> = filed.collect();
        let (objection, subject, record) = self.random.one(&filed)?.clone();
        let record = if self.random.once_in(20) { text(other) } else { record };
        if kind == "objection.answered" {
            let data = ObjectionAnswered { record: record.clone(), objection, answer: text("核实无误") };
            return Some((record, subject, data.into()));
        }
        let finding =
            self.random.pick(&[Finding::Unfounded, Finding::Unfounded, Finding::Corrected, Finding::Withdrawn]);
        let corrections = self
            .acts
            .iter()
            .filter(|(_, _, data)| matches!(data, Data::RecordCorrected(data) if data.record == record));
        let corrections: Vec<String> = corrections.map(|(name, _, _)| name.clone()).collect();
        let correction = self.random.one(&corrections).cloned().filter(|_| finding == Finding::Corrected);
        let data = ObjectionResolved { record: record.clone(), objection, finding, correction };
        Some((record, subject, data.into()))
    }

    fn done_to(&mut self, kind: &str, record: &str, day: Date, first: Date) -> Option<Data> {
        let record = text(record);
        let reason = text("依职权");
        Some(match kind {
            "license.revoked" => LicenseRevoked { record, reason }.into(),
            "penalty.withdrawn" => PenaltyWithdrawn { record, reason }.into(),
            "designation.withdrawn" => DesignationWithdrawn { record, reason }.into(),
            "publication.issued" => {
                let channel = text(self.random.pick(&CHANNELS));
                PublicationIssued { record, channel }.into()
            }
            "publication.withheld" => {
                let exception = text(self.random.pick(&["国家秘密", "商业秘密", "other-law", "不想公示"]));
                let citation = self.random.once_in(2).then(|| text("某法第三条"));
                PublicationWithheld { record, exception, citation }.into()
            }
            "designation.confirmed" => {
                let on = text(self.random.pick(&["flag", "basis-lost"]));
                DesignationConfirmed { record, on, reason }.into()
            }
            "exit.declared" => {
                let reason = self.random.pick(&[ExitReason::Early, ExitReason::Repaired, ExitReason::Deregistered]);
                let notice = self.random.once_in(3).then(|| text(CHANNELS[0]));
                ExitDeclared { record, reason, notice }.into()
            }
            "notice.issued" => {
                let about = self.random.pick(&[
                    NoticeAbout::Exit,
                    NoticeAbout::Exit,
                    NoticeAbout::Takedown,
                    NoticeAbout::Restoration,
                ]);
                let channel = text(self.random.pick(&CHANNELS));
                NoticeIssued { record, about, channel }.into()
            }
            "repair.applied" => {
                let evidence = vec![Evidence { kind: text("履行义务"), reference: text("R-1") }];
                RepairApplied { record, evidence }.into()
            }
            "repair.accepted" => RepairAccepted { record }.into(),
            "repair.refused" => RepairRefused { record, citation: text("某规定第四条") }.into(),
            "repair.granted" => RepairGranted { record }.into(),
            "objection.filed" => ObjectionFiled { record, grounds: text("不属实"), by: text("subject") }.into(),
            "record.corrected" => {
                let changes = Document(self.changes(&record, first)?);
                RecordCorrected { record, changes }.into()
            }
            "measure.initiated" => {
                let count = self.random.weighted(&[(1, 0), (8, 1), (4, 2)]);
                let measures = (0..count).map(|_| self.measure(&record)).collect();
                let mut implementers: Vec<String> = DEPARTMENTS.map(text).to_vec();
                implementers.retain(|_| self.random.once_in(2));
                MeasureInitiated {
                    record,
                    measures,
                    implementers,
                    respond_by: day.plus_days(self.random.between(-1, 30)),
                }
                .into()
            }
            "measure.accepted" => MeasureAccepted { measure: self.measure(&record), record }.into(),
            "measure.executed" => {
                let measure = self.measure(&record);
                MeasureExecuted { record, measure, case: text("C-1"), result: text("已执行") }.into()
            }
            "measure.declined" => MeasureDeclined { measure: self.measure(&record), record, reason }.into(),
            _ => {
                let measure = self.measure(&record);
                MeasureReported { record, measure, period: text("2026-06"), result: text("已执行") }.into()
            }
        })
    }

    /// Few codes, so that the same measure meets itself.
    fn measure(&mut self, record: &str) -> String {
        let made = self.made.iter().find(|made| made.name == record);
        let red = made.is_some_and(|made| matches!(&made.data, Data::DesignationMade(data) if data.list == List::Red));
        text(match (red, self.random.between(1, 12)) {
            (true, 1..=5) => "I-GREEN-CHANNEL",
            (true, 6..=10) => "I-ASSOCIATION-HONOUR",
            (false, 1..=4) => "R-KEY-SUPERVISION",
            (false, 5..=10) => "R-MARKET-BAN",
            (_, 11) => self.random.pick(&["I-SERVICE-SUPPORT", "R-HIGHER-RATES"]),
            _ => "R-NO-SUCH-MEASURE",
        })
    }

    /// Changes that fit the record, mostly.
    fn changes(&mut self, record: &str, first: Date) -> Option<Value> {
        let until = first.plus_days(self.random.between(-1, 200));
        let months = self.random.between(1, 24);
        let watch = self.random.between(0, 8);
        let made = self.made.iter().find(|made| made.name == record)?;
        let subject = made.subject.clone();
        let data = made.data.clone();
        Some(match (data, self.random.between(1, 12)) {
            (_, 1) => json!({}),
            (_, 11) => self.cleared(),
            (Data::DesignationMade(_), 2) => json!({ "kind": "tax-a" }),
            (Data::DesignationMade(_), 3) => json!({ "months": months }),
            (Data::DesignationMade(_), 4) => json!({ "until": until }),
            (Data::DesignationMade(data), 5) if data.list == List::Black => json!({ "watch_months": watch }),
            (Data::DesignationMade(_), 6..=8) => json!({ "basis": self.basis(&subject) }),
            (Data::DesignationMade(_), 9) => json!({ "channel": CHANNELS[0] }),
            (Data::DesignationMade(data), 10) if data.list == List::Black => {
                json!({ "repairable": { "allowed": months > 12, "how": "某规定第五条" } })
            }
            (Data::DesignationMade(_), 12) => self.random_term(months, until),
            (Data::PenaltyImposed(_), 2) => json!({ "kinds": ["警告"] }),
            (Data::PenaltyImposed(_), 3..=4) => json!({ "kinds": ["警告"], "severity": "minor" }),
            (Data::PenaltyImposed(_), 5..=6) => json!({ "severity": "serious" }),
            (Data::PenaltyImposed(_), 7) => json!({ "severity": "no-such-class" }),
            (Data::PenaltyImposed(_), 9..=10) => json!({ "publicity_until": until }),
            (Data::PenaltyImposed(_) | Data::LicenseGranted(_), 8) => json!({ "no_such_field": 1 }),
            (Data::LicenseGranted(_), 2..=6) => json!({ "valid_until": until }),
            (Data::LicenseGranted(_), 7) => json!({ "valid_from": until }),
            _ => json!({ "document_no": "更正" }),
        })
    }
    /// Something is taken out of a record, whether or not it may be empty.
    fn cleared(&mut self) -> Value {
        let fields = [
            "document_no",
            "months",
            "until",
            "watch_months",
            "repairable",
            "basis",
            "grade",
            "channel",
            "severity",
            "publicity_until",
            "fine",
            "valid_from",
            "valid_until",
            "content",
            "kinds",
        ];
        let mut changes = json!({});
        for _ in 0..self.random.between(1, 2) {
            changes[self.random.pick(&fields)] = Value::Null;
        }
        changes
    }

    /// A term in both spellings, one of them perhaps cleared.
    fn random_term(&mut self, months: i32, until: Date) -> Value {
        match self.random.between(1, 3) {
            1 => json!({ "months": months, "until": until }),
            2 => json!({ "months": months, "until": null }),
            _ => json!({ "months": null, "until": until }),
        }
    }
}
