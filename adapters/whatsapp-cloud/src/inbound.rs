//! From the webhook's body to the changes in it.

use eclusa_adapter_sdk::prelude::*;

use crate::findings::Findings;
use crate::value;

const OBJECT: &str = "whatsapp_business_account";

/// The keys by which the inner object of a change is known where it comes bare.
const VALUE_KEYS: [&str; 5] = ["messages", "statuses", "message_echoes", "errors", "history"];

/// Maps a body: Meta's envelope (`entry` × `changes`), one change of it (the
/// dashboard's test button shows that), or only a change's `value`, as some
/// providers forward it.
pub(crate) fn read(cx: &Context<'_>, body: &str) -> Result<Received, Problem> {
    let json = Json::parse(body)?;
    let root = json.root();
    if !root.is_object() {
        return Err(root.expected("an object"));
    }
    check_object(root)?;
    let mut findings = Findings::default();
    if root.get("entry").is_some() {
        for entry in root.list("entry")? {
            let result = changes(cx, entry, &mut findings);
            findings.keep_going(result);
        }
    } else if root.get("value").is_some() {
        let result = change(cx, root, &mut findings);
        findings.keep_going(result);
    } else if is_value(root) {
        let result = value::read(cx, None, root, &mut findings);
        findings.keep_going(result);
    } else {
        return Err(Problem::invalid(
            "unknown_shape",
            "the body has neither `entry` nor `messages` nor `statuses`",
        )
        .at("")
        .action("Point only WhatsApp webhooks of Meta's Cloud API at this channel."));
    }
    findings.finish()
}

fn check_object(root: Node<'_>) -> Result<(), Problem> {
    match root.get("object") {
        Some(object) if object.text()? != OBJECT => Err(Problem::invalid(
            "wrong_object",
            format!("`object` is `{}`, expected `{OBJECT}`", object.text()?),
        )
        .at(object.pointer())
        .action("Subscribe this channel's URL to the object WhatsApp Business Account only.")),
        _ => Ok(()),
    }
}

fn is_value(root: Node<'_>) -> bool {
    VALUE_KEYS.iter().any(|key| root.get(key).is_some())
        || root.get("messaging_product").is_some_and(|node| node.text() == Ok("whatsapp"))
}

fn changes(cx: &Context<'_>, entry: Node<'_>, findings: &mut Findings) -> Result<(), Problem> {
    for item in entry.field("changes")?.items()? {
        let result = change(cx, item, findings);
        findings.keep_going(result);
    }
    Ok(())
}

fn change(cx: &Context<'_>, change: Node<'_>, findings: &mut Findings) -> Result<(), Problem> {
    let field = change.opt("field", Node::text)?;
    let value = change.field("value")?;
    if !value.is_object() {
        return Err(value.expected("an object"));
    }
    value::read(cx, field, value, findings)
}
