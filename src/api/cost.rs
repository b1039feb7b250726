//! What a call buys, by the product catalogue.

use std::fmt::Write as _;

use serde_json::Value;

use super::inventory::{Product, Products};
use crate::money::Money;
use crate::operation::Request;

/// Hours in the 30 days that costs are told for.
const MONTH: i64 = 720;

/// Something bought, as the call names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purchase {
    /// How many of it.
    pub quantity: i64,
    /// Which: a hardware type, or the code of an add-on.
    pub what: String,
    /// Where, as a pod; prices differ.
    pub location: Option<String>,
    /// Servers that one of it is made of.
    pub servers: i64,
}

/// What something costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// In 30 days, at most: the more of the price of 720 hours and the price of 30 days.
    pub month: Money,
}

/// Servers that a private cloud core is made of.
const CORE: i64 = 3;

/// What a call buys. An operation that spends and is not known here buys something without a name,
/// which has no price.
#[must_use]
pub fn purchases(request: &Request) -> Vec<Purchase> {
    let body = request.body.as_ref();
    let fields = body.and_then(|body| body.get("fields"));
    match request.operation.name {
        "place_order" => fields
            .and_then(|fields| fields.get("items")?.as_array())
            .map(|items| items.iter().map(item).collect())
            .unwrap_or_default(),
        "create_ip_block" => vec![Purchase {
            quantity: 1,
            what: text(fields, "product_addon").unwrap_or_default(),
            location: text(fields, "pod_location"),
            servers: 1,
        }],
        name => vec![Purchase {
            quantity: 1,
            what: name.to_owned(),
            location: None,
            servers: 1,
        }],
    }
}

fn item(item: &Value) -> Purchase {
    let item = Some(item);
    let is_core = text(item, "type").as_deref() == Some("pcc");
    Purchase {
        quantity: item
            .and_then(|item| item.get("quantity")?.as_i64())
            .unwrap_or(1),
        what: text(item, "hardware_sku").unwrap_or_default(),
        location: text(item, "location"),
        servers: if is_core { CORE } else { 1 },
    }
}

fn text(value: Option<&Value>, name: &str) -> Option<String> {
    value?.get(name)?.as_str().map(str::to_owned)
}

impl Purchase {
    /// What it costs by this catalogue, which is that of its location; none where it is not in it.
    #[must_use]
    pub fn cost(&self, products: &Products) -> Option<Cost> {
        let hardware = products
            .hardware
            .iter()
            .find(|hardware| hardware.name.as_deref() == Some(self.what.as_str()))
            .and_then(|hardware| hardware.products.iter().max_by_key(|it| month(it)));
        let product = hardware.or_else(|| {
            products
                .addons
                .iter()
                .flat_map(|addons| &addons.ip_block)
                .find(|addon| addon.add_on_code.as_deref() == Some(self.what.as_str()))
        })?;
        Some(Cost {
            month: month(product)? * self.quantity * self.servers,
        })
    }

    /// It in a few words: `1 × medium_v4 (3 servers each) in pod_1`.
    #[must_use]
    pub fn described(&self) -> String {
        let what = match self.what.as_str() {
            "" => "an IP block without product_addon",
            what => what,
        };
        let mut said = format!("{} × {what}", self.quantity);
        if self.servers > 1 {
            // Writing to a string cannot fail.
            let _ = write!(said, " ({} servers each)", self.servers);
        }
        if let Some(location) = &self.location {
            let _ = write!(said, " in {location}");
        }
        said
    }
}

fn month(product: &Product) -> Option<Money> {
    let amount = |mils: Option<i64>, dollars: Option<f64>| {
        mils.map(Money::mils).or_else(|| Money::dollars(dollars?))
    };
    let hourly = amount(product.hourly_cost_mils, product.hourly_cost).map(|it| it * MONTH);
    let monthly = amount(product.thirty_day_cost_mils, product.thirty_day_cost);
    hourly.max(monthly).filter(|it| *it >= Money::default())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::api;
    use crate::operation::{Answer, Arguments, Effect};

    fn catalogue() -> Products {
        let body = json!({
            "hardware": {"medium_v4": {
                "id": 1, "name": "medium_v4",
                "products": [{"name": "Medium", "add_on_code": "m", "hourly_cost": 1.38,
                    "hourly_cost_mils": 1380, "30_day_cost": 792, "30_day_cost_mils": 792_000}],
            }},
            "addons": {"memory": [], "storage": [], "other": [], "ip_block": [
                {"name": "/28", "add_on_code": "ipv4_block_28", "hourly_cost": 0.07},
            ]},
        });
        let Answer::One(kind) = api::operation("products").unwrap().answer else {
            panic!("products answers with one record");
        };
        let record = (kind.decode)(body.to_string().as_bytes()).unwrap();
        let any: &dyn std::any::Any = record.as_ref();
        any.downcast_ref::<Products>().unwrap().clone()
    }

    fn bought(name: &str, body: Value) -> Vec<Purchase> {
        let arguments = Arguments::new().with("body", body);
        let request = api::operation(name).unwrap().request(&arguments).unwrap();
        purchases(&request)
    }

    #[test]
    fn a_private_cloud_core_costs_three_servers() {
        let items = json!([
            {"hardware_sku": "medium_v4", "location": "pod_1", "type": "pcc", "quantity": 2},
            {"hardware_sku": "medium_v4", "location": "pod_1", "type": "baremetal", "quantity": 1},
            {"hardware_sku": "giant_v9", "location": "pod_1", "type": "baremetal", "quantity": 1},
        ]);
        let bought = bought("place_order", json!({"label": "a", "items": items}));
        let costs: Vec<_> = bought.iter().map(|it| it.cost(&catalogue())).collect();
        let month = |mils| {
            Some(Cost {
                month: Money::mils(mils),
            })
        };
        assert_eq!(costs, [month(6 * 993_600), month(993_600), None]);
        assert_eq!(
            bought[0].described(),
            "2 × medium_v4 (3 servers each) in pod_1"
        );
    }

    #[test]
    fn a_routed_block_costs_its_add_on() {
        let body = |addon: &str| {
            json!({"label": "a", "pod_location": "pod_1", "prefix_type": "routed",
                "product_addon": addon})
        };
        let bought = bought("create_ip_block", body("ipv4_block_28"));
        let cost = bought[0].cost(&catalogue()).unwrap();
        assert_eq!(cost.month.to_string(), "$50.40");
        let other = super::tests::bought("create_ip_block", body("ip_block_9"));
        assert_eq!(other[0].cost(&catalogue()), None);
    }

    #[test]
    fn everything_that_spends_is_known_here() {
        let spends: Vec<&str> = api::operations()
            .filter(|it| it.effect.possible().contains(&Effect::Spend))
            .map(|it| it.name)
            .collect();
        assert_eq!(spends, ["place_order", "create_ip_block"]);
    }
}
