//! The made-up prefecture: its counties and their departments. The region codes are real, because policies and filters ask
//! for them; every name is invented.

use super::codes;
use chengxin_projections::policy::Department;

pub(super) struct County {
    pub(super) region: &'static str,
    pub(super) name: &'static str,
    /// As document numbers begin.
    pub(super) short: &'static str,
}

const fn county(region: &'static str, name: &'static str, short: &'static str) -> County {
    County { region, name, short }
}

pub(super) const PREFECTURE: County = county("654000", "星河州", "星");

pub(super) const COUNTIES: [County; 11] = [
    county("654002", "晨星市", "晨"),
    county("654003", "暖泉市", "暖"),
    county("654004", "飞鸟市", "飞"),
    county("654021", "麦浪县", "麦"),
    county("654022", "彩虹县", "彩"),
    county("654023", "雪莲县", "雪"),
    county("654024", "松涛县", "松"),
    county("654025", "花海县", "花"),
    county("654026", "骏马县", "骏"),
    county("654027", "明月县", "明"),
    county("654028", "繁星县", "繁"),
];

/// Kinds of department. Those that every county has come first: see [`index`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Office {
    MarketSupervision,
    HumanResources,
    Tax,
    Emergency,
    Environment,
    Housing,
    Transport,
    Agriculture,
    NaturalResources,
    Health,
    Court,
    Joint,
    DevelopmentReform,
    CultureTourism,
    Finance,
    CivilAffairs,
    Education,
    MilitaryService,
    Police,
    Civilisation,
}

/// The code of the kind in the policy, the name behind that of the county, and the short form in document numbers; in
/// the order of [`Office`].
const OFFICES: [(&str, &str, &str); 20] = [
    ("market-supervision", "市场监督管理局", "市监"),
    ("human-resources", "人力资源和社会保障局", "人社"),
    ("tax", "税务局", "税"),
    ("emergency", "应急管理局", "应急"),
    ("environment", "生态环境局", "环"),
    ("housing", "住房和城乡建设局", "建"),
    ("transport", "交通运输局", "交"),
    ("agriculture", "农业农村局", "农"),
    ("natural-resources", "自然资源局", "自然资"),
    ("health", "卫生健康委员会", "卫"),
    ("court", "人民法院", "法"),
    ("office", "联席会议领导小组办公室", "信用办"),
    ("development-reform", "发展和改革委员会", "发改"),
    ("culture-tourism", "文化和旅游局", "文旅"),
    ("finance-office", "金融工作办公室", "金"),
    ("civil-affairs", "民政局", "民"),
    ("education", "教育局", "教"),
    ("military-service", "征兵办公室", "征"),
    ("police", "公安局", "公"),
    ("civilisation", "文明办", "文明"),
];

/// How many of [`OFFICES`] every county has.
const IN_COUNTIES: usize = Office::Court as usize + 1;

/// The place of a department in [`departments`]: that of the county, or the prefecture's where the county has none.
pub(super) fn index(office: Office, county: Option<usize>) -> usize {
    match county.filter(|_| (office as usize) < IN_COUNTIES) {
        Some(county) => OFFICES.len() + county * IN_COUNTIES + office as usize,
        None => office as usize,
    }
}

/// How the documents of a department are numbered, such as 晨市监.
pub(super) fn short(department: usize) -> (&'static str, &'static str) {
    match department.checked_sub(OFFICES.len()) {
        Some(place) => (COUNTIES[place / IN_COUNTIES].short, OFFICES[place % IN_COUNTIES].2),
        None => (PREFECTURE.short, OFFICES[department].2),
    }
}

/// Every department: the prefecture's, then those of each county.
pub(super) fn departments() -> Vec<Department> {
    let of_prefecture = OFFICES.iter().map(|office| (&PREFECTURE, office));
    let of_counties =
        COUNTIES.iter().flat_map(|county| OFFICES[..IN_COUNTIES].iter().map(move |office| (county, office)));
    let department = |(at, (county, (kind, name, _))): (usize, (&County, &(&str, &str, &str)))| Department {
        org: codes::department_code(county.region, at as u64),
        name: format!("{}{name}", county.name),
        kinds: vec![(*kind).to_owned()],
        region: Some(county.region.to_owned()),
    };
    of_prefecture.chain(of_counties).enumerate().map(department).collect()
}
