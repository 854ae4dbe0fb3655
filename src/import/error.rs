//! What can be wrong: with a file as a whole, and with one row.

use std::io;

/// Why a file cannot be imported at all, or why its reading had to stop. In Chinese, for the clerk.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("文件无法读取：{0}")]
    Io(#[from] io::Error),
    #[error("文件是空的")]
    Empty,
    #[error("不是CSV或XLSX，而是{found}；请另存为XLSX或CSV")]
    UnsupportedFormat { found: &'static str },
    #[error("文本编码是{found}；请另存为UTF-8或GB18030")]
    UnsupportedEncoding { found: &'static str },
    #[error(
        "前{}行中没有认得的标题行；请保留双公示标准的列标题；标题显示为乱码的，请另存为UTF-8或GB18030",
        super::limits::HEADING_SEARCH_ROWS
    )]
    NoHeading,
    #[error("行政处罚和行政许可的标题混在一个文件里；请分成两个文件")]
    MixedKinds,
    #[error("缺少必填的列：{}", columns.join("、"))]
    MissingColumns { columns: Vec<String> },
    #[error("有两列含义相同，请只留一列：{}", columns.join("、"))]
    DuplicateColumns { columns: Vec<String> },
    #[error("文件太大：{what}超过{limit}；请拆成几个文件")]
    TooLarge { what: &'static str, limit: u64 },
    #[error("XLSX文件已损坏（{reason}）；请用表格软件打开后重新保存")]
    Corrupt { reason: String },
}

impl FileError {
    /// The stable code of the error.
    pub fn code(&self) -> &'static str {
        match self {
            FileError::Io(_) => "io",
            FileError::Empty => "empty",
            FileError::UnsupportedFormat { .. } => "unsupported-format",
            FileError::UnsupportedEncoding { .. } => "unsupported-encoding",
            FileError::NoHeading => "no-heading",
            FileError::MixedKinds => "mixed-kinds",
            FileError::MissingColumns { .. } => "missing-columns",
            FileError::DuplicateColumns { .. } => "duplicate-columns",
            FileError::TooLarge { .. } => "too-large",
            FileError::Corrupt { .. } => "corrupt",
        }
    }
}

/// One thing that keeps a row out, or that a clerk should know about a row that went in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub code: Code,
    /// The heading of the column as the file has it; empty where the whole row is meant.
    pub column: String,
    /// In Chinese, for the clerk. Never repeats a cell: cells can be personal.
    pub reason: String,
}

impl Problem {
    /// What the clerk can do about it.
    pub fn remedy(&self) -> &'static str {
        self.code.remedy()
    }
}

macro_rules! codes {
    ($($variant:ident $(($confirmable:ident))? = $name:literal, $remedy:literal;)*) => {
        /// The stable code of a problem.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($variant),* }

        impl Code {
            pub const ALL: &[Code] = &[$(Code::$variant),*];

            pub fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $name),* }
            }

            /// In Chinese: what the clerk can do.
            pub fn remedy(self) -> &'static str {
                match self { $(Code::$variant => $remedy),* }
            }

            /// Whether 是 in the column 已核对 lets the row pass all the same.
            pub fn confirmable(self) -> bool {
                match self { $(Code::$variant => false $(|| codes!(@$confirmable))?),* }
            }
        }
    };
    (@confirmable) => { true };
}

codes! {
    InvalidEncoding = "invalid-encoding", "用原系统重新导出，或按原文改正乱码后再导入";
    LineTooLong = "line-too-long", "检查该行是否缺少换行或引号，缩短后再导入";
    UnclosedQuote = "unclosed-quote", "补上缺少的英文双引号，或删去多余的双引号";
    ColumnCount = "column-count", "对照标题补齐或合并单元格，使列数与标题一致；内容含分隔符的单元格要加双引号";
    ControlCharacter = "control-character", "删去单元格里的不可见字符后再导入";
    CellError = "cell-error", "在表格中改正公式，粘贴为数值后再导入";
    RequiredMissing = "required-missing", "补填该列";
    TooLong = "too-long", "按标准长度精简该列";
    UsccShape = "uscc-shape", "统一社会信用代码应为18位数字或大写字母（不含I、O、S、V、Z），核对证照后改正";
    UsccCheck(confirmable) = "uscc-check", "对照证照核实；确系登记机关赋予该代码的，在“已核对”列填“是”";
    OrganisationCodeShape = "organisation-code-shape", "组织机构代码应为9位，核对后改正";
    OrganisationCodeCheck(confirmable) = "organisation-code-check", "对照代码证核实；确系发证机关赋予该代码的，在“已核对”列填“是”";
    IdentifierMissing = "identifier-missing", "补填统一社会信用代码或组织机构代码；名称不能确定主体";
    IdentifierUnlinked = "identifier-unlinked", "补填统一社会信用代码或组织机构代码；或者先登记该号码的关联（identifier.linked），再重新导入本行";
    IdentifierAmbiguous = "identifier-ambiguous", "补填统一社会信用代码或组织机构代码，并核实各登记号";
    IdentifierConflict = "identifier-conflict", "统一社会信用代码第9至17位应与组织机构代码一致，核实后改正其中之一";
    PartyUnclear = "party-unclear", "在相对人类别列填：法人及非法人组织、自然人或个体工商户";
    PartyConflict = "party-conflict", "类别与所填证件、代码不符：自然人填证件，法人和个体工商户填统一社会信用代码";
    DocumentKindMissing = "document-kind-missing", "补填证件类型：身份证、护照、港澳居民来往内地通行证、台湾居民来往大陆通行证或外国人永久居留身份证";
    DocumentKindUnknown = "document-kind-unknown", "证件类型只能是：身份证、护照、港澳居民来往内地通行证、台湾居民来往大陆通行证、外国人永久居留身份证";
    DocumentNumberMissing = "document-number-missing", "补填证件号码";
    DocumentNumberShape = "document-number-shape", "核对证件后改正号码；身份证应为18位，15位旧号码请换成18位";
    CitizenNumberCheck(confirmable) = "citizen-number-check", "对照证件核实；证件上确系该号码的，在“已核对”列填“是”";
    BirthDate(confirmable) = "birth-date", "号码中的出生日期不存在，对照证件核实；证件上确系该号码的，在“已核对”列填“是”";
    DateInvalid = "date-invalid", "填写存在的日期，如 2019-04-22；系统不会代填日期";
    DateOutOfRange = "date-out-of-range", "核对年份后改正";
    DateInFuture = "date-in-future", "决定日期不能晚于今天，核对后改正";
    PeriodReversed = "period-reversed", "止期不能早于起期或决定日期，核对后改正";
    AmountInvalid = "amount-invalid", "填写数字，单位万元，最多6位小数";
    SuspiciousAmount(confirmable) = "suspicious-amount", "该列单位为万元（2000元应填0.2）；金额无误的，在“已核对”列填“是”";
    DigitsLost = "digits-lost", "表格软件已把长号码变成科学计数或丢失末位数字；把该列设为文本格式，按原件重新填写";
    StateUnclear = "state-unclear", "当前状态按所用标准的取值填写";
    StateNotNormal(confirmable) = "state-not-normal", "已撤销或有异议的，请按撤销、异议程序办理；确需登记的，在“已核对”列填“是”";
    ConflictingDuplicate = "conflicting-duplicate", "同一机关、文号、相对人已有内容不同的一行；保留正确的一行，要更正已导入的记录请走更正程序";
    PersonalInNumber = "personal-in-number", "文号不能含当事人姓名或证件号码，改为决定书上的文号";
    KindUnlisted = "kind-unlisted", "不在标准类别中，已按“其他-”登记；可改填标准类别";
    KindMissing = "kind-missing", "建议补填类别";
    NotInForce = "not-in-force", "文件注明该许可当前无效，却未注明何时、因何失效，按有效登记即为错误；请先将当前状态改为1导入，再登记 license.revoked（注明日期和原因）";
    PersonDocumentIgnored = "person-document-ignored", "单位的行不应填自然人证件；未采用";
    DecidedElsewhere = "decided-elsewhere", "所填的决定机关不是报送单位：记录归报送单位名下，由其公示和变更；应由决定机关自行报送的，请撤销后由其报送";
    NameDiffers = "name-differs", "该号码以前以另一名称登记，请核对号码；号码填错的，请撤销本记录后按正确号码报送";
    SameDecision = "same-decision", "该主体已有同一机关、同一文号的另一条记录；确属同一决定的，请撤销其中一条（许可用 license.revoked）";
    AliasIgnored = "alias-ignored", "自然人的行不应填单位登记号；未采用";
    Refused = "refused", "按原因核实；未入日志的更正后重新导入，按规则拒绝的编号已用，更正后换用新编号按事件报送；已登记的记录请走更正、撤销程序";
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
