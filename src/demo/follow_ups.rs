//! What follows from the records: plans made when a record begins, and what departments do when the day has come.

use super::{
    county::{self, Office},
    items::Items,
    parties,
    random::Random,
    records::{self, Grounds},
    schedule::{FollowUp, Id, Series, What},
};
use chengxin_projections::event::{
    Data, DesignationWithdrawn, Event, ExitDeclared, ExitReason, LicenseRevoked, List, NoticeAbout, NoticeIssued,
    PenaltyWithdrawn, PublicationIssued, PublicationWithheld, RepairGranted,
};

impl<F: FnMut(&str, &str) -> String> Items<F> {
    /// How an entry ends, and what is done to it in between.
    pub(super) fn plan_end(&mut self, list: List, grounds: &Grounds, entry: FollowUp) {
        let last_day = entry.from.plus_months(grounds.months);
        // What is meant to come before the end leaves room for a backlog.
        let before_end = last_day.days() - entry.from.days() - 30;
        let fate = self.random.below(1_000);
        let (what, days) = match (list, fate) {
            (List::Black, 0..100) if grounds.repairable => (What::RepairEntry, (90, 600)),
            (List::Black, 100..300) if grounds.repairable => (What::ApplyRepair, (90, 600)),
            (List::Black, 0..300) => (What::RepairBarred, (30, 120)),
            (List::Black, 300..340) | (List::Red, 0..90) => (What::ExitEarly, (60, 600)),
            (_, 340..370) => (What::Deregister, (60, 700)),
            (_, 370..400) => (What::WithdrawEntry, (50, 150)),
            _ => (What::Expire, (0, 0)),
        };
        let day = self.random.between(days.0, days.1.min(before_end).max(days.0));
        if what == What::Expire || what == What::RepairBarred || day > before_end {
            self.schedule.put(last_day.next(), entry);
        }
        if what != What::Expire && day <= before_end {
            self.schedule.put(entry.from.plus_days(day), FollowUp { what, ..entry });
        }
        if self.random.chance(300) {
            self.later(What::Publish, (0, 9), entry);
        }
        if self.random.chance(30) {
            self.later(What::ExitByAnother, (5, 40), entry);
        }
    }

    /// (一) Within the term mostly, sometimes late, sometimes not at all.
    pub(super) fn plan_publication(&mut self, record: FollowUp, person: bool) {
        if !self.random.chance(self.demo.config.published) {
            return;
        }
        match self.random.below(1_000) {
            0..30 => self.later(What::Withhold, (0, 6), record),
            30..110 => self.later(What::Publish, (13, 40), record),
            _ if person && self.random.chance(100) => self.later(What::Withhold, (0, 6), record),
            _ => self.later(What::Publish, (0, 6), record),
        }
    }

    pub(super) fn later(&mut self, what: What, days: (i32, i32), record: FollowUp) {
        let days = self.random.between(days.0, days.1);
        self.schedule.put(record.from.max(self.today).plus_days(days), FollowUp { what, ..record });
    }

    /// What is due today, mixed with what is new: when all that is left of the day is needed for it, it goes first.
    pub(super) fn follow_up(&mut self) -> Option<Event> {
        while self.random.below(self.left + 1) < self.schedule.due() {
            let follow_up = self.schedule.take()?;
            if let Some(event) = self.carry_out(follow_up) {
                return Some(event);
            }
        }
        None
    }

    fn carry_out(&mut self, follow_up: FollowUp) -> Option<Event> {
        let FollowUp { what, record, subject, kind, .. } = follow_up;
        let subject = subject as usize;
        let name = self.name(record);
        let random = &mut self.random;
        let (series, data): (Series, Data) = match what {
            What::Publish => {
                let channel = records::channel(subject).to_owned();
                (Series::Publication, PublicationIssued { record: name, channel }.into())
            }
            What::Withhold => (Series::Publication, withheld(random, name).into()),
            What::PublishUnknown => {
                let unknown = Id { number: record.number + 900_000, ..record };
                let record = self.name(unknown);
                (Series::Publication, PublicationIssued { record, channel: "credit-portal".to_owned() }.into())
            }
            What::RevokeLicense | What::RevokeAgain => {
                let reason = random.text(&["被许可人申请注销", "不再具备许可条件", "有效期内终止经营"]);
                if what == What::RevokeLicense && random.chance(60) {
                    self.later(What::RevokeAgain, (3, 20), follow_up);
                }
                (Series::Revocation, LicenseRevoked { record: name, reason: reason.to_owned() }.into())
            }
            What::WithdrawPenalty | What::WithdrawPenaltyAgain => {
                let reason = random.text(&["行政复议决定撤销", "人民法院判决撤销", "当事人认定错误，自行撤销"]);
                if what == What::WithdrawPenalty {
                    let again = random.chance(80);
                    self.later(What::NotifyTakedown, (0, 5), follow_up);
                    if again {
                        self.later(What::WithdrawPenaltyAgain, (6, 20), follow_up);
                    }
                }
                (Series::Withdrawal, PenaltyWithdrawn { record: name, reason: reason.to_owned() }.into())
            }
            What::WithdrawEntry => {
                self.later(What::NotifyTakedown, (0, 5), follow_up);
                self.listed[subject] &= !(1 << kind);
                let reason = "认定对象有误，自始不应列入".to_owned();
                (Series::Withdrawal, DesignationWithdrawn { record: name, reason }.into())
            }
            What::Designate => {
                let seed = self.demo.config.seed;
                let free = self.listed[subject] & 1 << kind == 0;
                let category = parties::category(seed, subject);
                return free.then(|| self.designation(subject, category, usize::from(kind), Some(record)));
            }
            What::RepairEntry => {
                self.later(What::ConfirmRepair, (0, 6), follow_up);
                (Series::Repair, RepairGranted { record: name }.into())
            }
            What::RepairPenalty | What::RepairBarred => (Series::Repair, RepairGranted { record: name }.into()),
            What::ConfirmRepair | What::ExitEarly | What::ExitDeregistered => {
                self.listed[subject] &= !(1 << kind);
                let reason = match what {
                    What::ConfirmRepair => ExitReason::Repaired,
                    What::ExitEarly => ExitReason::Early,
                    _ => ExitReason::Deregistered,
                };
                let notice = random.chance(400).then(|| "退出公告已在原渠道发布".to_owned());
                let again = random.chance(80);
                if notice.is_none() {
                    self.later(What::NotifyExit, (0, 7), follow_up);
                }
                if again {
                    self.later(What::ExitAgain, (8, 30), follow_up);
                }
                (Series::Exit, ExitDeclared { record: name, reason, notice }.into())
            }
            What::ExitAgain | What::ExitByAnother => {
                (Series::Exit, ExitDeclared { record: name, reason: ExitReason::Early, notice: None }.into())
            }
            What::Expire => {
                self.listed[subject] &= !(1 << kind);
                let (told, late) = (random.chance(850), random.chance(100));
                if told {
                    self.later(What::NotifyExit, if late { (8, 30) } else { (0, 3) }, follow_up);
                }
                return None;
            }
            What::FileObjection
            | What::AnswerObjection
            | What::ResolveUnfounded
            | What::Correct
            | What::ResolveCorrected
            | What::ResolveWithdrawn
            | What::ApplyRepair
            | What::AcceptRepair
            | What::RefuseRepair
            | What::Initiate
            | What::AcceptMeasure
            | What::DeclineMeasure
            | What::ExecuteMeasure
            | What::ReportMeasure
            | What::LinkIdentifier
            | What::RequestAccess
            | What::DecideAccess
            | What::Deregister => return Some(self.procedure(follow_up)),
            What::NotifyExit | What::NotifyTakedown => {
                let about = if what == What::NotifyExit { NoticeAbout::Exit } else { NoticeAbout::Takedown };
                let channel = records::channel(subject).to_owned();
                (Series::Notice, NoticeIssued { record: name, about, channel }.into())
            }
        };
        let department = match what {
            // Not even the joint office ends what another department has designated.
            What::ExitByAnother => county::index(Office::Joint, None),
            _ => usize::from(record.department),
        };
        let id = self.id(department, series);
        Some(self.event(id, self.today, subject, data))
    }
}

fn withheld(random: &mut Random, record: String) -> PublicationWithheld {
    let exception = random.text(&["商业秘密", "个人隐私", "法律法规另有规定"]);
    let citation = (exception == "法律法规另有规定").then(|| "《中华人民共和国政府信息公开条例》第十六条".to_owned());
    PublicationWithheld { record, exception: exception.to_owned(), citation }
}
