//! What is on offer, where and for how much.

use super::*;

/// What a hardware type must have, as the vendor's schema lists it; the schema itself looks only
/// into a member that no answer has.
const REQUIRED: &[(&str, &[&str])] = &[
    (
        "",
        &[
            "id",
            "name",
            "model",
            "ram",
            "processor",
            "storage",
            "network",
            "locations",
            "products",
            "gpu",
        ],
    ),
    ("/network", &["id", "speed", "count"]),
    (
        "/processor",
        &[
            "id",
            "raw_cores",
            "compute_cores",
            "raw_threads",
            "type",
            "name",
            "speed",
            "cpuCount",
        ],
    ),
    ("/ram", &["id", "raw", "compute", "type", "speed"]),
    (
        "/storage/nvme_ssd",
        &["id", "name", "raw", "type", "drives"],
    ),
    ("/storage/boot", &["id", "name", "raw", "type", "drives"]),
    ("/storage/nvme_ssd/drives/0", &["id", "raw", "count"]),
    (
        "/products/0",
        &["name", "add_on_code", "hourly_cost", "bandwidth", "type"],
    ),
    (
        "/products/0/bandwidth",
        &["id", "egress_allotment", "allotment_unit"],
    ),
];

#[test]
fn the_catalogue_has_all_that_the_schema_requires() {
    let catalogue = get(&simulator(), "/v1/products");
    for (name, hardware) in catalogue["hardware"].as_object().unwrap() {
        for (at, members) in REQUIRED {
            for member in *members {
                let found = hardware.pointer(&format!("{at}/{member}"));
                assert!(found.is_some(), "{name}{at}/{member}");
            }
        }
        assert!(
            hardware["model"].is_string() && hardware["ram"]["raw"].is_string(),
            "{name}"
        );
    }
}

#[test]
fn prices_that_the_documents_give_are_those_of_the_catalogue() {
    let catalogue = get(&simulator(), "/v1/products");
    let prices = |product: &Value| {
        let names = ["hourly_cost", "hourly_cost_ltu", "30_day_cost"];
        json!(names.map(|name| &product[name]))
    };
    let medium = &catalogue["hardware"]["medium_v4"]["products"][0];
    assert_eq!(medium["name"], "Storage and Compute - Medium v4");
    assert_eq!(prices(medium), json!([1.38, 1.1, 792.0]));
    assert_eq!(medium["30_day_cost_mils"], 792_000);
    let addons = &catalogue["addons"];
    assert_eq!(prices(&addons["memory"][0]), json!([0.09, 0.07, 50.4]));
    assert_eq!(prices(&addons["storage"][0]), json!([0.51, 0.41, 295.2]));
    let block = &addons["ip_block"][0];
    assert_eq!(
        (&block["add_on_code"], &block["name"]),
        (&json!("ipv4_block_28"), &json!("IPv4 Block - /28"))
    );
    assert_eq!(prices(block), json!([0.07, 0.06, 43.2]));
}

#[test]
fn a_location_has_prices_of_its_own() {
    let simulator = simulator();
    let price = |query: &str| {
        let catalogue = get(&simulator, &format!("/v1/products{query}"));
        let medium = &catalogue["hardware"]["medium_v4"];
        let places = medium["locations"].as_object().unwrap().len();
        (
            medium["products"][0]["hourly_cost_mils"].as_i64().unwrap(),
            places,
        )
    };
    assert_eq!(price(""), (1_380, 4));
    assert_eq!(price("?location=pod_1"), (1_380, 1));
    assert_eq!(price("?location=pod_3"), (1_520, 1));
    assert_eq!(
        call(&simulator, "GET", "/v1/products?location=pod_4", None).0,
        400
    );
    let status = |pod: &str| {
        get(&simulator, "/v2/inventory/locations")["locations"][pod]["release_status"].clone()
    };
    assert_eq!(
        (status("pod_1"), status("pod_5")),
        (json!("released"), json!("pre-release"))
    );
}
