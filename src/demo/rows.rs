//! Whom and what the made-up county is about, in plain: as departments know them before intake hashes and seals anything.

use chengxin_projections::{
    date::Date,
    event::{LicenseGranted, PenaltyImposed},
    policy::Department,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Category {
    Company,
    SoleTrader,
    Cooperative,
    Institution,
    Person,
}

impl Category {
    /// XDR_LB 相对人类别
    pub fn title(self) -> &'static str {
        match self {
            Category::Company | Category::Cooperative | Category::Institution => "法人及非法人组织",
            Category::SoleTrader => "个体工商户",
            Category::Person => "自然人",
        }
    }
}

/// An identity document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonDocument {
    /// 身份证
    pub kind: &'static str,
    pub number: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedPerson {
    pub name: String,
    pub document: PersonDocument,
}

/// A subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    pub category: Category,
    pub name: String,
    /// Six digits: where an organisation is registered, where a person lives.
    pub region: &'static str,
    /// The unified social credit code; none of a person.
    pub uscc: Option<String>,
    /// A person's document; none of an organisation.
    pub document: Option<PersonDocument>,
    /// An organisation's legal representative, or the operator of a sole trader.
    pub representative: Option<NamedPerson>,
}

impl Party {
    /// Characters 9 to 17 of the credit code.
    pub fn organisation_code(&self) -> Option<&str> {
        self.uscc.as_deref().and_then(chengxin_projections::identifier::organisation_code_of)
    }
}

/// A row of a double-publicity file, before it is written in one of the generations of the format. Its `data` names no
/// person: the representative is the party's.
#[derive(Debug, Clone, PartialEq)]
pub enum DemoRow {
    Penalty { party: Party, department: Department, effective: Date, data: PenaltyImposed },
    License { party: Party, department: Department, effective: Date, data: LicenseGranted },
}
