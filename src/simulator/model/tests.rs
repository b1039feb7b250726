//! What models may say, and where their mistakes are.

use super::*;
use crate::simulator::due::Change;

const FULL: &str = r#"
[[cloud]]
id = "Web1"
label = "Web"
fields = { cloud_type = "baremetal", pod_location = "pod_1", provision_status = "complete" }
[[cloud.stats.nodes]]
uuid = "11111111-1111-4111-8111-111111111111"
hostname = "one"
power_state = "power on"

[[cloud]]
id = "Far2"
label = "Far"
fields = { cloud_type = "pcc", pod_location = "pod_2", provision_status = "complete" }

[[vlan]]
id = "Net1"
label = "app"
clouds = ["Web1"]
fields = { created_from = "user", pod_location = "pod_1", vlan_type = "internal", vlan_id = 7 }

[[vlan]]
id = "Net2"
label = "db"
fields = { created_from = "user", pod_location = "pod_1", vlan_type = "routed", vlan_id = 8 }

[[block]]
id = "Blk1"
label = "app"
fields = { created_from = "user", pod_location = "pod_1", prefix_type = "private", cidr = "10.0.0.0/28", length = 28, central_vlan_id = "Net1" }
[[block.address]]
id = 5001
ip = "10.0.0.5"

[[block]]
id = "Blk2"
label = "more"
fields = { created_from = "user", pod_location = "pod_1", prefix_type = "private", cidr = "10.0.0.16/28", length = 28 }

[stock.pod_1]
medium_v4 = 3
"#;

#[test]
fn a_model_is_read_and_its_mistakes_are_placed() {
    let model = Model::read("model", "clouds = 200\nnodes = 5000\n").unwrap();
    assert_eq!((model.clouds, model.nodes, model.seed), (200, 5000, None));
    let empty = Model::read("model", "").unwrap();
    assert_eq!((empty.clouds, empty.nodes), (2, FIRST_NODES));
    for (text, line, why) in [
        ("clouds = 3\nracks = 4\n", 2, "racks"),
        ("seed = 1\nclouds = 1\n", 2, "within 2"),
        ("nodes = \"ten\"", 1, "whole number"),
        ("seed = -1", 1, "whole number"),
        ("clowd = 3", 1, "did you mean `cloud"),
        ("cloud = 3", 1, "[[cloud]]"),
        ("clouds = 3\n[[cloud]]\n", 1, "does not go with"),
        (
            "[[cloud]]\nlabel = 3\nid = \"a\"\nfields = {}",
            2,
            "invalid type",
        ),
        (
            "[[cloud]]\nlabel = \"a\"\nfields = {}",
            1,
            "missing field `id`",
        ),
        ("seed = = 1", 1, "the model"),
    ] {
        let complaint = Model::read("model", text).unwrap_err();
        assert_eq!(complaint.place.map(|it| it.line), Some(line), "{text}");
        assert!(
            complaint.message.contains(why),
            "{text}: {}",
            complaint.message
        );
    }
}

#[test]
fn a_model_written_by_hand_is_an_account() {
    let model = Model::read("model", FULL).unwrap();
    let world = model.world(1, crate::clock::simulated_start());
    assert_eq!(world.clouds.len(), 2);
    assert_eq!(
        world.vlans["Net1"].record.fields.cloud_id.as_deref(),
        Some("Web1")
    );
    assert_eq!(world.blocks["Blk1"].addresses.len(), 1);
    assert_eq!(world.stock["pod_1"]["medium_v4"], 3);
    // Whoever is left out is as at the start.
    assert!(world.caller(0).unwrap().role.is_some());
}

#[test]
fn what_cannot_be_is_refused_where_it_stands() {
    for (from, to, why) in [
        ("id = \"Far2\"", "id = \"Web1\"", "there twice"),
        (
            "provision_status = \"complete\"",
            "provision_status = \"pending\"",
            "in the order",
        ),
        (
            "provision_status = \"complete\"",
            "provision_status = \"manual_setup\"",
            "no nodes yet",
        ),
        ("uuid = \"11111111-", "uuid = \"", "is a UUID"),
        ("power_state = \"power on\"", "", "one of `power on`"),
        (
            "clouds = [\"Web1\"]",
            "clouds = [\"Web9\"]",
            "there is no cloud `Web9`",
        ),
        (
            "clouds = [\"Web1\"]",
            "clouds = [\"Web1\", \"Web1\"]",
            "another VLAN",
        ),
        (
            "clouds = [\"Web1\"]",
            "clouds = [\"Far2\"]",
            "different locations",
        ),
        ("vlan_id = 8", "vlan_id = 5000", "1 to 4094"),
        (
            "central_vlan_id = \"Net1\"",
            "central_vlan_id = \"Net2\"",
            "internal VLAN",
        ),
        (
            "central_vlan_id = \"Net1\"",
            "cloud_id = \"Web9\"",
            "there is no cloud `Web9`",
        ),
        ("10.0.0.16/28", "10.0.0.0/28", "overlaps"),
        (
            "cidr = \"10.0.0.16/28\", length = 28",
            "cidr = \"10.0.0.16/28\", length = 27",
            "that of the cidr",
        ),
        ("ip = \"10.0.0.5\"", "ip = \"10.0.1.5\"", "an address of"),
        ("[stock.pod_1]", "[stock.pod_7]", "no such pod"),
        ("medium_v4 = 3", "medium_v4 = -3", "in stock"),
    ] {
        assert!(FULL.contains(from), "{from}");
        let text = FULL.replacen(from, to, 1);
        let complaint = Model::read("model", &text).unwrap_err();
        assert!(
            complaint.message.contains(why),
            "{to}: {}",
            complaint.message
        );
        let line = FULL.split(from).next().unwrap().matches('\n').count() + 1;
        let found = complaint.place.map(|it| it.line).unwrap_or_default();
        // What is missing is shown where it should be, and a state beside what contradicts it.
        let least = if to.is_empty() { line - 3 } else { line - 1 };
        assert!(
            (least..=line + 1).contains(&found),
            "{to}: {found} is not {line}"
        );
    }
}

#[test]
fn a_model_may_leave_out_what_the_simulator_can_make() {
    let model = Model::read("model", FULL).unwrap();
    let world = model.world(1, crate::clock::simulated_start());
    assert!(world.vlans["Net1"].record.fields.vlan_uuid.is_some());
    // Every location has a stock, be it empty.
    assert!(world.stock["pod_2"].is_empty());
    let at = Model::read("model", "now = \"2026-03-01T00:00:00Z\"\n")
        .unwrap()
        .start();
    assert_eq!(at.to_rfc3339(), "2026-03-01T00:00:00+00:00");
    assert!(Model::read("model", "now = \"soon\"\n").is_err());
}

#[test]
fn two_inventory_vlans_on_a_cloud_are_no_endless_work() {
    let vlan = |id: &str, number: u8| {
        format!(
            "[[vlan]]\nid = \"{id}\"\nlabel = \"inventory\"\nclouds = [\"Web1\"]\nfields = {{ \
             created_from = \"omapi\", pod_location = \"pod_1\", vlan_type = \"routed\", \
             vlan_id = {number}, alterable = false }}\n"
        )
    };
    let text = format!("{FULL}{}{}", vlan("In1", 20), vlan("In2", 21));
    let model = Model::read("model", &text).unwrap();
    let world = model.world(1, crate::clock::simulated_start());
    let node = &world.clouds["Web1"].stats.nodes[0];
    assert!(node.ipaddress.is_some());
    assert!(world.vlans["In2"].blocks.is_empty());
}

#[test]
fn numbers_beyond_reason_are_refused() {
    let order = |quantity: i64| {
        format!(
            "{FULL}\n[[order]]\nid = \"Ord1\"\nfields = {{ items = [{{ quantity = {quantity} }}], \
             clouds_deployed = [] }}\n"
        )
    };
    assert!(Model::read("model", &order(3)).is_ok());
    for text in [
        order(0),
        order(9_000_000_000_000_000_000),
        FULL.replacen("id = 5001", "id = 9223372036854775807", 1),
        FULL.replacen("id = 5001", "id = -1", 1),
        FULL.replacen("id = \"Blk2\"", "id = \"../x\"", 1),
        FULL.replacen("10.0.0.16/28\", length = 28", "0.0.0.0/0\", length = 0", 1),
    ] {
        assert!(Model::read("model", &text).is_err());
    }
}

#[test]
fn an_eleventh_vlan_and_an_organization_without_owner_cannot_be() {
    let more = (0..10).map(|number| {
        format!(
            "[[vlan]]\nid = \"V{number}\"\nclouds = [\"Web1\"]\nfields = {{ created_from = \"user\", \
             pod_location = \"pod_1\", vlan_type = \"internal\", vlan_id = {} }}\n",
            number + 100
        )
    });
    let text: String = std::iter::once(FULL.to_owned()).chain(more).collect();
    let complaint = Model::read("model", &text).unwrap_err();
    assert!(
        complaint.message.contains("10 VLANs"),
        "{}",
        complaint.message
    );
    let text = "[organization]\norganization_id = \"a\"\n";
    let complaint = Model::read("model", text).unwrap_err();
    assert!(
        complaint.message.contains("active owner"),
        "{}",
        complaint.message
    );
}

const NODE: &str = "11111111-1111-4111-8111-111111111111";

#[test]
fn hardware_that_came_later_is_billed_from_then_on() {
    let text = FULL
        .replacen(
            "label = \"Web\"\n",
            "label = \"Web\"\ncreated_at = \"2026-01-01T00:00:00Z\"\n",
            1,
        )
        .replacen(
            "hostname = \"one\"\n",
            "hostname = \"one\"\nassigned_date = \"2026-01-10T00:00:00.5\"\n",
            1,
        );
    let model = Model::read("model", &text).unwrap();
    let world = model.world(1, crate::clock::simulated_start());
    let since = world.clouds["Web1"].assets[0].since;
    assert_eq!(since.to_rfc3339(), "2026-01-10T00:00:00.500+00:00");
}

#[test]
fn a_cloud_being_deleted_has_the_days_that_are_left_and_is_billed_no_longer() {
    let start = crate::clock::simulated_start();
    for (date, left) in [("2026-01-16T08:00:00Z", 24), ("2026-01-02T00:00:00Z", 0)] {
        let text = FULL
            .replacen(
                "provision_status = \"complete\"",
                "provision_status = \"complete\", pending_delete = true",
                1,
            )
            .replacen(
                "[[cloud.stats.nodes]]",
                &format!("[cloud.stats]\npending_date = \"{date}\"\n[[cloud.stats.nodes]]"),
                1,
            );
        let world = Model::read("model", &text).unwrap().world(1, start);
        let wipes: Vec<i64> = world
            .due
            .waiting()
            .filter(|(_, change)| matches!(change, Change::Wipe { .. }))
            .map(|(at, _)| (at - start).num_hours())
            .collect();
        assert_eq!(wipes, [left], "{date}");
        assert!(world.clouds["Web1"].assets[0].until <= Some(start));
        assert!(world.clouds["Web1"].assets[0].until.is_some());
    }
}

#[test]
fn a_second_address_of_a_host_is_not_taken_for_its_main_one() {
    let networks = format!(
        "[[vlan]]\nid = \"In1\"\nlabel = \"inventory\"\nclouds = [\"Web1\"]\nfields = {{ \
         created_from = \"omapi\", pod_location = \"pod_1\", vlan_type = \"routed\", vlan_id = 20 }}\n\
         [[block]]\nid = \"Blk3\"\nlabel = \"inventory\"\nfields = {{ created_from = \"omapi\", \
         pod_location = \"pod_1\", prefix_type = \"routed\", cidr = \"198.18.0.0/28\", length = 28, \
         central_vlan_id = \"In1\" }}\n\
         [[block.address]]\nid = 1\nip = \"198.18.0.5\"\nlabel = \"extra\"\nassigned_host = \"{NODE}\"\n\
         [[block.address]]\nid = 2\nip = \"198.18.0.6\"\nlabel = \"inventory\"\nassigned_host = \"{NODE}\"\n"
    );
    let model = Model::read("model", &format!("{FULL}{networks}")).unwrap();
    let world = model.world(1, crate::clock::simulated_start());
    let block = &world.blocks["Blk3"];
    assert_eq!(
        block.record.fields.managed_addressing.as_deref(),
        Some("pool")
    );
    let main = block.mains.iter().map(|place| place & 0xff);
    assert_eq!(main.collect::<Vec<_>>(), [6]);
    let node = &world.clouds["Web1"].stats.nodes[0];
    assert_eq!(node.ipaddress.as_deref(), Some("198.18.0.6"));
}

#[test]
fn contradictions_are_refused_where_they_stand() {
    let order = "[[order]]\nid = \"Ord1\"\nfields = { items = [{ location = \"pod_1\", type = \"pcc\" }], \
                 clouds_deployed = [{ id = \"Gone\", provision_status = \"complete\" }] }\n";
    let stats = format!(
        "[cloud.stats]\ncloud_uuid = \"u1\"\ncloud_state = \"RUNNING\"\ncloud_hosts = [\"{NODE}\"]\n[[cloud.stats.nodes]]"
    );
    let full = format!("now = \"2026-01-15T08:00:00Z\"\n{FULL}{order}")
        .replacen("[[cloud.stats.nodes]]", &stats, 1)
        .replacen(
            "label = \"Web\"\n",
            "label = \"Web\"\ncreated_at = \"2026-01-15T08:30:00Z\"\n",
            1,
        )
        .replacen(
            "hostname = \"one\"\n",
            "hostname = \"one\"\nlast_updated = \"2026-01-10T00:00:00\"\n",
            1,
        )
        .replacen(
            "cloud_type = \"baremetal\"",
            "cloud_type = \"baremetal\", cloud_uuid = \"u1\"",
            1,
        );
    // An order outlives its cloud.
    assert!(Model::read("model", &full).is_ok());
    for (from, to, why) in [
        (
            "location = \"pod_1\", type",
            "location = \"pod_9\", type",
            "pod location",
        ),
        ("type = \"pcc\" }]", "type = \"vm\" }]", "one of `pcc`"),
        (
            "\"Gone\", provision_status = \"complete\"",
            "\"Gone\", provision_status = \"done\"",
            "one of `pending`",
        ),
        (
            "cloud_state = \"RUNNING\"",
            "cloud_state = \"PENDING-DELETE\"",
            "pending_delete",
        ),
        (
            "cloud_uuid = \"u1\"\n",
            "cloud_uuid = \"u2\"\n",
            "own cloud_uuid is u1",
        ),
        ("cloud_hosts = [\"1", "cloud_hosts = [\"2", "has no node"),
        (
            "last_updated = \"2026",
            "last_updated = \"sometime",
            "an instant",
        ),
        (
            "created_at = \"2026-01-15T08",
            "created_at = \"2026-01-15T09",
            "later than `now`",
        ),
    ] {
        assert!(full.contains(from), "{from}");
        let text = full.replacen(from, to, 1);
        let complaint = Model::read("model", &text).unwrap_err();
        assert!(
            complaint.message.contains(why),
            "{to}: {}",
            complaint.message
        );
        let line = full.split(from).next().unwrap().matches('\n').count() + 1;
        assert_eq!(complaint.place.map(|it| it.line), Some(line), "{to}");
    }
    let deleted = full.replacen(
        "provision_status = \"complete\"",
        "provision_status = \"complete\", pending_delete = true",
        1,
    );
    assert!(Model::read("model", &deleted).is_err());
}
