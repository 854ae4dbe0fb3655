//! What a column can mean.

use super::limits::{MAX_FACTS_CHARS, MAX_OTHER_CHARS};

/// The records that a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileKind {
    Penalty,
    License,
}

/// The three generations of the exchange standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Generation {
    /// Before 2018: CF_CFMC, CF_XDR_ZDM …
    Oldest,
    /// With FR_SFZH in place of the kind and number of the representative's document.
    Middle,
    Current,
}

/// The meaning of a column, one for penalties and licenses where they share it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Field {
    Name,
    Category,
    Uscc,
    OrganisationCode,
    Registration,
    Tax,
    Institution,
    SocialOrganisation,
    Representative,
    RepresentativeDocumentKind,
    RepresentativeDocumentNumber,
    /// A citizen identity number of the representative, the kind being in the heading.
    RepresentativeCitizenNumber,
    PersonDocumentKind,
    PersonDocumentNumber,
    /// A citizen identity number of the party, the kind being in the heading.
    PersonCitizenNumber,
    DocumentNo,
    DocumentName,
    Conduct,
    Facts,
    Basis,
    Kinds,
    MoreKinds,
    Content,
    Fine,
    FineYuan,
    Confiscated,
    ConfiscatedYuan,
    Certificates,
    Procedure,
    LicenseCategory,
    CertificateName,
    CertificateNo,
    Decided,
    ValidFrom,
    ValidUntil,
    PublicityUntil,
    DecidedBy,
    DecidedByCode,
    State,
    Source,
    SourceCode,
    Remarks,
    Region,
    Timestamp,
    /// 已核对: a clerk has checked what was doubted.
    Confirmed,
    /// A column that an earlier quarantine file added.
    Quarantine,
}

impl Field {
    pub const COUNT: usize = Field::Quarantine as usize + 1;

    /// The most characters of a cell (the C of the standard).
    pub(super) fn max_chars(self, kind: FileKind) -> usize {
        use Field::*;
        let penalty = kind == FileKind::Penalty;
        match self {
            Name | Certificates => 200,
            Uscc | DecidedByCode | SourceCode => 18,
            Registration | SocialOrganisation | Representative => 50,
            OrganisationCode => 9,
            Tax => 20,
            Institution => 12,
            RepresentativeDocumentNumber | RepresentativeCitizenNumber | PersonDocumentNumber | PersonCitizenNumber => {
                64
            }
            RepresentativeDocumentKind | PersonDocumentKind | Category => 64,
            DocumentNo if penalty => 128,
            DocumentNo | CertificateName | CertificateNo => 64,
            DocumentName if penalty => 200,
            DocumentName => 64,
            Conduct => 2_000,
            Facts => MAX_FACTS_CHARS,
            Basis => 2_048,
            Kinds | MoreKinds | LicenseCategory => 255,
            Content => 4_000,
            DecidedBy | Source => 200,
            Remarks => 512,
            _ => MAX_OTHER_CHARS,
        }
    }
}
