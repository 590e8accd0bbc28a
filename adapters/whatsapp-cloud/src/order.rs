//! Orders from a catalogue.

use eclusa_adapter_sdk::prelude::*;

use crate::facts::Facts;
use crate::findings::Findings;

/// Maps an order to a text that lists it; the order itself goes into `extra`.
pub(crate) fn read(
    facts: &Facts<'_>,
    message: Node<'_>,
    findings: &mut Findings,
) -> Result<(), Problem> {
    let order = message.field("order")?;
    let said = order.opt("text", Node::string)?.filter(|text| !text.trim().is_empty());
    let mut lines: Vec<String> = order.list("product_items")?.into_iter().map(line).collect();
    lines.extend(said);
    if lines.is_empty() {
        return Err(Problem::unsupported("empty_order", "the order is empty").at(order.pointer()));
    }
    let extra = facts.extra().with_node("order", Some(order)).build();
    findings.event(Event::Message(facts.message(Content::text(lines.join("\n")), extra)));
    findings.warn(
        Warning::degraded("order_as_text", "the order became a text; `extra.order` has all of it")
            .at(order.pointer()),
    );
    Ok(())
}

/// `2 × SKU-7, 10.50 BRL each`.
fn line(item: Node<'_>) -> String {
    let value = |name| item.get(name).and_then(|node| node.id().ok());
    let quantity = value("quantity").unwrap_or_else(|| "1".to_owned());
    let product = value("product_retailer_id").unwrap_or_else(|| "?".to_owned());
    match (value("item_price"), value("currency")) {
        (Some(price), Some(currency)) => format!("{quantity} × {product}, {price} {currency} each"),
        (Some(price), None) => format!("{quantity} × {product}, {price} each"),
        _ => format!("{quantity} × {product}"),
    }
}
