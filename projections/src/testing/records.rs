//! Licenses, penalties and designations, each ready to be published; tests change what they need.

use super::build::{Step, date, event, record};
use crate::event::{
    Basis, Data, DesignationMade, LicenseGranted, List, PenaltyImposed, Procedure, Repairable, ResponsiblePerson,
};

/// An ordinary fine.
pub fn penalty(id: &str, effective: &str) -> Step {
    let data = PenaltyImposed {
        document_no: format!("伊州罚〔2026〕{id}号"),
        conduct: Some("未按规定支付工资".to_owned()),
        facts: Some("拖欠工资".to_owned()),
        basis: Some("《保障农民工工资支付条例》".to_owned()),
        kinds: vec!["罚款".to_owned()],
        content: Some("罚款人民币20000元".to_owned()),
        procedure: Some(Procedure::Ordinary),
        fine: None,
        confiscated: None,
        severity: Some("ordinary".to_owned()),
        certificates: None,
        valid_until: None,
        publicity_until: None,
        document_name: None,
        decided_by: None,
        decided_by_code: None,
        source: None,
        source_code: None,
        representative: None,
        remarks: None,
    };
    event(id, effective, data)
}

/// An ordinary license without end.
pub fn license(id: &str, effective: &str) -> Step {
    let data = LicenseGranted {
        document_no: format!("伊州许〔2026〕{id}号"),
        category: Some("普通".to_owned()),
        content: Some("建筑施工".to_owned()),
        valid_from: Some(date(effective)),
        valid_until: None,
        document_name: None,
        certificate_name: None,
        certificate_no: None,
        decided_by: None,
        decided_by_code: None,
        source: None,
        source_code: None,
        representative: None,
        remarks: None,
    };
    event(id, effective, data)
}

/// A designation of a kind, with policy's terms.
pub fn designation(list: List, kind: &str, id: &str, effective: &str) -> Step {
    let data = DesignationMade {
        list,
        kind: kind.to_owned(),
        document_no: format!("伊州认〔2026〕{id}号"),
        basis: vec![Basis { citation: Some("伊州政发〔2019〕1号".to_owned()), record: None }],
        months: None,
        until: None,
        repairable: (list == List::Black)
            .then(|| Repairable { allowed: true, how: Some("足额支付后向认定部门申请".to_owned()) }),
        grade: None,
        watch_months: None,
        persons: Vec::new(),
        channel: None,
        scope: None,
    };
    event(id, effective, data)
}

/// An unpaid-wages listing: 36 months, then 12 months of watch.
pub fn black(id: &str, effective: &str) -> Step {
    designation(List::Black, "unpaid-wages", id, effective)
}

/// A red listing.
pub fn red(id: &str, effective: &str) -> Step {
    designation(List::Red, "contract-honouring", id, effective)
}

/// What tests change of a record. They panic where there is nothing to change.
impl Step {
    #[must_use]
    pub fn designation(self, edit: impl FnOnce(&mut DesignationMade)) -> Step {
        self.event(|event| match &mut event.data {
            Data::DesignationMade(data) => edit(data),
            other => panic!("{} is no designation", other.kind()),
        })
    }

    #[must_use]
    pub fn penalty(self, edit: impl FnOnce(&mut PenaltyImposed)) -> Step {
        self.event(|event| match &mut event.data {
            Data::PenaltyImposed(data) => edit(data),
            other => panic!("{} is no penalty", other.kind()),
        })
    }

    #[must_use]
    pub fn license(self, edit: impl FnOnce(&mut LicenseGranted)) -> Step {
        self.event(|event| match &mut event.data {
            Data::LicenseGranted(data) => edit(data),
            other => panic!("{} is no license", other.kind()),
        })
    }

    #[must_use]
    pub fn until(self, last_day: &str) -> Step {
        self.designation(|data| data.until = Some(date(last_day)))
    }

    #[must_use]
    pub fn months(self, months: u32) -> Step {
        self.designation(|data| data.months = Some(months))
    }

    #[must_use]
    pub fn watch_months(self, months: u32) -> Step {
        self.designation(|data| data.watch_months = Some(months))
    }

    /// Barred from repair, with this citation.
    #[must_use]
    pub fn unrepairable(self, citation: &str) -> Step {
        let how = Some(citation.to_owned());
        self.designation(|data| data.repairable = Some(Repairable { allowed: false, how }))
    }

    /// Rests on these records and nothing else.
    #[must_use]
    pub fn basis<const N: usize>(self, records: [&str; N]) -> Step {
        let item = |id: &str| Basis { citation: None, record: Some(record(id)) };
        self.designation(|data| data.basis = records.map(item).to_vec())
    }

    /// Rests on this, too, whatever becomes of records.
    #[must_use]
    pub fn citing(self, citation: &str) -> Step {
        self.designation(|data| data.basis.push(Basis { citation: Some(citation.to_owned()), record: None }))
    }

    /// Names these responsible persons, each with a role.
    #[must_use]
    pub fn persons<const N: usize>(self, persons: [(&str, &str); N]) -> Step {
        let named =
            |(person, role): (&str, &str)| ResponsiblePerson { person: person.to_owned(), role: role.to_owned() };
        self.designation(|data| data.persons = persons.map(named).to_vec())
    }

    /// Where the listing was published.
    #[must_use]
    pub fn channel(self, channel: &str) -> Step {
        self.designation(|data| data.channel = Some(channel.to_owned()))
    }

    #[must_use]
    pub fn severity(self, class: &str) -> Step {
        self.penalty(|data| data.severity = Some(class.to_owned()))
    }
}
