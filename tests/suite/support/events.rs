//! Events as departments write them, with valid made-up codes.

use serde_json::{Value, json};

/// Organisations by USCC.
pub const COMPANY: &str = "91654002MA00TEAT4G";
pub const SHOP: &str = "92654023MA7TE00108";

pub fn organisation(id: &str) -> Value {
    json!({ "kind": "organisation", "id": id, "name": "伊宁市星河建筑有限公司" })
}

pub fn event(id: &str, kind: &str, effective: &str, subject: &str, data: Value) -> Value {
    json!({ "id": id, "type": kind, "effective": effective, "subject": organisation(subject), "data": data })
}

pub fn penalty(id: &str, effective: &str, subject: &str) -> Value {
    let data = json!({
        "document_no": format!("伊州罚〔2026〕{id}号"), "conduct": "未按规定支付工资", "facts": "拖欠工资",
        "basis": "《保障农民工工资支付条例》", "kinds": ["罚款"], "content": "罚款人民币20000元",
        "procedure": "ordinary", "fine": "20000.00", "severity": "ordinary",
    });
    event(id, "penalty.imposed", effective, subject, data)
}

/// A black listing through a last day.
pub fn black(kind: &str, id: &str, effective: &str, until: &str, subject: &str) -> Value {
    let data = json!({
        "list": "black", "kind": kind, "document_no": format!("伊州认〔2026〕{id}号"), "until": until,
        "watch_months": 12, "basis": [{ "citation": "伊州政发〔2019〕1号" }],
        "repairable": { "allowed": true, "how": "纠正后向认定部门申请" },
    });
    event(id, "designation.made", effective, subject, data)
}

/// A red listing for some months.
pub fn red(id: &str, effective: &str, months: u32, subject: &str) -> Value {
    let data = json!({
        "list": "red", "kind": "contract-honouring", "document_no": format!("伊州认〔2026〕{id}号"),
        "months": months, "basis": [{ "citation": "伊州政发〔2019〕1号" }],
    });
    event(id, "designation.made", effective, subject, data)
}

/// An event that does something to a record (`ORG/ID`).
pub fn act(kind: &str, id: &str, effective: &str, subject: &str, record: &str, more: Value) -> Value {
    let mut data = more;
    data["record"] = json!(record);
    event(id, kind, effective, subject, data)
}

pub fn exit(id: &str, effective: &str, subject: &str, record: &str, reason: &str) -> Value {
    act("exit.declared", id, effective, subject, record, json!({ "reason": reason }))
}
