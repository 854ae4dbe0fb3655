//! The subjects of the made-up county. Subject number n follows from the seed and n, so none is kept.

use super::{
    codes,
    county::COUNTIES,
    random::Random,
    rows::{Category, NamedPerson, Party, PersonDocument},
};

const CATEGORY: u64 = 1;
const ORGANISATION_NAME: u64 = 2;
const PERSON_NAME: u64 = 3;

const WORDS: &[&str] = &[
    "云鹿",
    "星穗",
    "麦萤",
    "泉语",
    "雪雀",
    "霜桐",
    "松铃",
    "晴川",
    "禾光",
    "月笙",
    "风铎",
    "石榴花",
    "青穹",
    "野莓",
    "鹤影",
    "暖砖",
    "橙舟",
    "木棉雨",
    "银梭",
    "云杉叶",
    "海棠灯",
    "沙枣林",
    "百灵鸟",
    "蓝釉",
    "驼铃谷",
    "白露",
];
const TRADES: &[&str] = &[
    "食品",
    "商贸",
    "建筑工程",
    "物流",
    "农业科技",
    "环保科技",
    "矿业",
    "餐饮管理",
    "房地产开发",
    "旅游开发",
    "机械制造",
    "乳业",
    "劳务",
    "医药",
    "信息科技",
    "纺织",
    "能源",
    "种业",
    "包装",
    "装饰工程",
];
const SHOPS: &[&str] = &["小吃店", "百货店", "五金店", "理发店", "馕店", "水果店", "汽修部", "药房", "茶馆", "服装店"];
const FARMS: &[&str] = &["养殖", "种植", "林果", "农机", "蜂业"];
const INSTITUTIONS: &[&str] = &["职业培训学校", "养老服务中心", "幼儿园", "社会工作服务中心"];
const SURNAMES: &[&str] =
    &["云", "星", "月", "霜", "雪", "禾", "麦", "松", "泉", "晴", "川", "桐", "鹿", "雀", "岚", "野"];
/// The first character of a given name says what the name is: 示, 例, 演, 试.
const MARKS: &[&str] = &["示", "例", "演", "试"];
const GIVEN: &[&str] =
    &["安", "和", "宁", "明", "远", "平", "乐", "新", "春", "秋", "冬", "夏", "东", "南", "西", "北"];

pub(super) fn category(seed: u64, subject: usize) -> Category {
    match Random::of(seed, CATEGORY, subject as u64).below(100) {
        0..58 => Category::Company,
        58..80 => Category::SoleTrader,
        80..88 => Category::Cooperative,
        88..91 => Category::Institution,
        _ => Category::Person,
    }
}

pub(super) fn county_of(seed: u64, subject: usize) -> usize {
    // The first three are cities, and larger.
    let mut random = Random::of(seed, CATEGORY, subject as u64);
    random.word();
    if random.chance(500) { random.below(3) } else { 3 + random.below(COUNTIES.len() - 3) }
}

/// The credit code of an organisation.
pub(super) fn uscc(seed: u64, subject: usize, category: Category) -> Option<String> {
    let registered = match category {
        Category::Company => "91",
        Category::SoleTrader => "92",
        Category::Cooperative => "93",
        Category::Institution => "52",
        Category::Person => return None,
    };
    Some(codes::subject_code(seed, registered, COUNTIES[county_of(seed, subject)].region, subject as u64))
}

/// The name of an organisation. Two may share one: names never link (default rule 12).
pub(super) fn organisation_name(seed: u64, subject: usize, category: Category) -> String {
    let mut random = Random::of(seed, ORGANISATION_NAME, subject as u64);
    let county = COUNTIES[county_of(seed, subject)].name;
    let word = random.text(WORDS);
    match category {
        Category::Company => [county, word, random.text(WORDS), random.text(TRADES), "有限公司"].concat(),
        Category::SoleTrader => [county, word, random.text(SHOPS)].concat(),
        Category::Cooperative => [county, word, random.text(FARMS), "农民专业合作社"].concat(),
        Category::Institution => [county, word, random.text(INSTITUTIONS)].concat(),
        Category::Person => person_name(seed, subject),
    }
}

fn person_name(seed: u64, number: usize) -> String {
    let mut random = Random::of(seed, PERSON_NAME, number as u64);
    let (surname, mark, given) = (random.text(SURNAMES), random.text(MARKS), random.text(GIVEN));
    // Some with the middle dot that many names of the region have.
    if random.chance(120) { [mark, given, "·", surname, given].concat() } else { [surname, mark, given].concat() }
}

/// Which person represents an organisation. Every tenth is the representative of its neighbour too, or a subject of
/// their own right.
fn representative_number(seed: u64, subject: usize) -> usize {
    let shared = Random::of(seed, PERSON_NAME, subject as u64 ^ 1 << 40).chance(100);
    subject.saturating_sub(usize::from(shared))
}

/// The citizen number of the representative of an organisation.
pub(super) fn representative_document(seed: u64, subject: usize) -> String {
    document(seed, representative_number(seed, subject))
}

/// The citizen number of a natural person.
pub(super) fn document(seed: u64, number: usize) -> String {
    codes::citizen_number(seed, number as u64)
}

fn person(seed: u64, number: usize) -> NamedPerson {
    let document = PersonDocument { kind: "身份证", number: document(seed, number) };
    NamedPerson { name: person_name(seed, number), document }
}

pub(super) fn party(seed: u64, subject: usize) -> Party {
    let category = category(seed, subject);
    let is_person = category == Category::Person;
    Party {
        category,
        name: organisation_name(seed, subject, category),
        region: COUNTIES[county_of(seed, subject)].region,
        uscc: uscc(seed, subject, category),
        document: is_person.then(|| person(seed, subject).document),
        representative: (!is_person).then(|| person(seed, representative_number(seed, subject))),
    }
}
