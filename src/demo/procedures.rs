//! Procedures that go on for days: disputes, applications for repair, joint action, and what is said of the subject itself.

use super::{
    county::{self, Office},
    items::Items,
    kinds::KINDS,
    schedule::{FollowUp, Id, Series, What},
};
use chengxin_projections::event::{
    AccessDecided, AccessRequested, Data, Document, Event, Evidence, Finding, IdentifierLinked, List, MeasureAccepted,
    MeasureDeclined, MeasureExecuted, MeasureInitiated, MeasureReported, ObjectionAnswered, ObjectionFiled,
    ObjectionResolved, RecordCorrected, RepairAccepted, RepairApplied, RepairRefused, SubjectDeregistered,
};
use serde_json::json;

/// Who carries out what the demo's authorities initiate.
const IMPLEMENTERS: [Office; 2] = [Office::DevelopmentReform, Office::Finance];

impl<F: FnMut(&str, &str) -> String> Items<F> {
    /// (二十七) Of a thousand records, so many are disputed.
    pub(super) fn plan_dispute(&mut self, record: FollowUp, chance: usize) {
        if self.random.chance(chance) {
            self.later(What::FileObjection, (8, 45), record);
        }
    }

    /// (二十二) Some authorities ask for more than the list kind carries.
    pub(super) fn plan_joint_action(&mut self, entry: FollowUp) {
        if self.random.chance(150) {
            self.later(What::Initiate, (1, 25), entry);
        }
    }

    /// (八)(二十三) Older numbers turn up, and someone asks to see more.
    pub(super) fn plan_of_subject(&mut self, record: FollowUp, person: bool) {
        if !person && self.random.chance(4) {
            self.later(What::LinkIdentifier, (1, 30), record);
        }
        if self.random.chance(3) {
            self.later(What::RequestAccess, (1, 30), record);
        }
    }

    /// One step of a procedure; it makes sure that the next one comes.
    pub(super) fn procedure(&mut self, follow_up: FollowUp) -> Event {
        let (series, department, data) = match follow_up.what {
            What::FileObjection
            | What::AnswerObjection
            | What::ResolveUnfounded
            | What::Correct
            | What::ResolveCorrected
            | What::ResolveWithdrawn => return self.dispute(follow_up),
            What::ApplyRepair | What::AcceptRepair | What::RefuseRepair => self.repair(follow_up),
            What::LinkIdentifier | What::RequestAccess | What::DecideAccess | What::Deregister => {
                return self.of_subject(follow_up);
            }
            _ => self.joint_action(follow_up),
        };
        let id = self.id(department, series);
        self.event(id, self.today, follow_up.subject as usize, data)
    }

    fn dispute(&mut self, follow_up: FollowUp) -> Event {
        let record = self.name(follow_up.record);
        let objection = self.name(follow_up.about);
        let authority = usize::from(follow_up.record.department);
        let subject = follow_up.subject as usize;
        let (id, data): (Id, Data) = match follow_up.what {
            What::FileObjection => {
                let id = self.id(county::index(Office::Joint, None), Series::Objection);
                let about = FollowUp { about: id, ..follow_up };
                if self.random.chance(850) {
                    self.later(What::AnswerObjection, (1, 9), about);
                }
                let what = match self.random.below(1_000) {
                    0..700 => What::ResolveUnfounded,
                    700..900 => What::Correct,
                    _ => What::ResolveWithdrawn,
                };
                self.later(what, (10, 14), about);
                let by = self.random.text(&["subject", "subject", "source", "implementer"]).to_owned();
                let grounds = self.random.text(&["事实认定有误", "已履行完毕，信息未更新", "并非我单位"]).to_owned();
                (id, ObjectionFiled { record, grounds, by }.into())
            }
            What::AnswerObjection => {
                let answer = "经核查案卷，答复如附件所述".to_owned();
                (self.id(authority, Series::Answer), ObjectionAnswered { record, objection, answer }.into())
            }
            What::Correct => {
                let id = self.id(authority, Series::Correction);
                // The objection is told by its number: the resolution names both.
                self.later(What::ResolveCorrected, (0, 1), follow_up);
                self.corrections.insert(follow_up.about.name(""), id);
                let number = format!("更正〔{}〕{}号", id.year, id.number);
                (id, RecordCorrected { record, changes: Document(json!({ "document_no": number })) }.into())
            }
            what => {
                let finding = match what {
                    What::ResolveUnfounded => Finding::Unfounded,
                    What::ResolveCorrected => Finding::Corrected,
                    _ => Finding::Withdrawn,
                };
                if finding == Finding::Withdrawn {
                    self.off_the_list(follow_up);
                    self.later(What::NotifyTakedown, (0, 5), follow_up);
                }
                let correction = self.corrections.remove(&follow_up.about.name("")).map(|id| self.name(id));
                let id = self.id(authority, Series::Answer);
                (id, ObjectionResolved { record, objection, finding, correction }.into())
            }
        };
        self.event(id, self.today, subject, data)
    }

    /// The subject may be listed again under the same kind.
    fn off_the_list(&mut self, follow_up: FollowUp) {
        if follow_up.record.series == Series::Designation {
            self.listed[follow_up.subject as usize] &= !(1 << follow_up.kind);
        }
    }

    fn repair(&mut self, follow_up: FollowUp) -> (Series, usize, Data) {
        let record = self.name(follow_up.record);
        let authority = usize::from(follow_up.record.department);
        let is_entry = follow_up.record.series == Series::Designation;
        match follow_up.what {
            What::ApplyRepair => {
                let refused = self.random.chance(120);
                if !refused {
                    self.later(What::AcceptRepair, (0, 4), follow_up);
                    self.later(if is_entry { What::RepairEntry } else { What::RepairPenalty }, (6, 14), follow_up);
                } else {
                    self.later(What::RefuseRepair, (1, 4), follow_up);
                }
                let kind = self.random.text(&["履行义务", "纠正违法行为", "志愿服务"]).to_owned();
                let evidence = vec![Evidence { kind, reference: "档案袋第1号".to_owned() }];
                let hall = county::index(Office::Joint, None);
                (Series::Application, hall, RepairApplied { record, evidence }.into())
            }
            What::AcceptRepair => (Series::Answer, authority, RepairAccepted { record }.into()),
            _ => {
                let citation = "证明材料不足，依照相关修复办法不予受理".to_owned();
                (Series::Answer, authority, RepairRefused { record, citation }.into())
            }
        }
    }

    fn joint_action(&mut self, follow_up: FollowUp) -> (Series, usize, Data) {
        let record = self.name(follow_up.record);
        let red = KINDS[usize::from(follow_up.kind)].list == List::Red;
        let measure = if red { "I-WEB-PUBLICITY" } else { "R-NO-INTERNET-SERVICE" }.to_owned();
        let implementer = |at: usize| county::index(IMPLEMENTERS[at % 2], None);
        // Which of the implementers answers: the initiation is the first, what follows tells by its number.
        let nth = usize::from(follow_up.about.department);
        match follow_up.what {
            What::Initiate => {
                for at in 0..IMPLEMENTERS.len() {
                    let about = Id { department: at as u16, ..follow_up.record };
                    let next = FollowUp { about, from: self.today, ..follow_up };
                    match self.random.below(1_000) {
                        0..650 => self.later(What::AcceptMeasure, (1, 12), next),
                        650..800 => self.later(What::DeclineMeasure, (1, 12), next),
                        _ => {} // silent
                    }
                }
                let org = |at: usize| self.demo.departments[implementer(at)].org.clone();
                let implementers = (0..IMPLEMENTERS.len()).map(org).collect();
                let respond_by = self.today.plus_days(21);
                let data = MeasureInitiated { record, measures: vec![measure], implementers, respond_by };
                (Series::JointAction, usize::from(follow_up.record.department), data.into())
            }
            What::AcceptMeasure => {
                self.later(What::ExecuteMeasure, (3, 20), FollowUp { from: self.today, ..follow_up });
                (Series::Answer, implementer(nth), MeasureAccepted { record, measure }.into())
            }
            What::DeclineMeasure => {
                let reason = "该主体在本系统无相关业务".to_owned();
                (Series::Answer, implementer(nth), MeasureDeclined { record, measure, reason }.into())
            }
            What::ExecuteMeasure => {
                self.later(What::ReportMeasure, (10, 20), FollowUp { from: self.today, ..follow_up });
                let (case, result) = ("联合惩戒办理单".to_owned(), "已办理".to_owned());
                (Series::Answer, implementer(nth), MeasureExecuted { record, measure, case, result }.into())
            }
            _ => {
                let (period, result) = (self.today.to_string(), "措施执行中".to_owned());
                (Series::Answer, implementer(nth), MeasureReported { record, measure, period, result }.into())
            }
        }
    }

    fn of_subject(&mut self, follow_up: FollowUp) -> Event {
        let subject = follow_up.subject as usize;
        let joint = county::index(Office::Joint, None);
        let market = county::index(Office::MarketSupervision, None);
        let (id, office, data): (Id, bool, Data) = match follow_up.what {
            What::LinkIdentifier => {
                let id = self.id(market, Series::Subject);
                let value = format!("6540{:011}", id.number);
                let (scheme, reason) = ("registration".to_owned(), "旧登记号核对一致".to_owned());
                (id, false, IdentifierLinked { scheme, value, reason }.into())
            }
            What::RequestAccess => {
                let id = self.id(market, Series::Subject);
                self.later(What::DecideAccess, (1, 5), FollowUp { about: id, from: self.today, ..follow_up });
                let (purpose, case) = ("行政检查".to_owned(), format!("检查{}号", id.number));
                (id, false, AccessRequested { level: 4, purpose, case }.into())
            }
            What::DecideAccess => {
                let id = self.id(joint, Series::Subject);
                let (request, allowed) = (self.name(follow_up.about), self.random.chance(800));
                let until = allowed.then(|| self.today.plus_days(90));
                (id, true, AccessDecided { request, allowed, until }.into())
            }
            _ => {
                let id = self.id(market, Series::Subject);
                if follow_up.record.series == Series::Designation {
                    self.later(What::ExitDeregistered, (0, 6), follow_up);
                }
                let citation = "核准注销登记通知书".to_owned();
                (id, false, SubjectDeregistered { date: self.today, citation }.into())
            }
        };
        Event { office, ..self.event(id, self.today, subject, data) }
    }
}
