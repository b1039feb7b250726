//! What is delivered with a cloud: its servers, its VLANs and its public blocks.

use std::sync::Arc;

use serde_json::json;

use super::catalogue::sku;
use super::network::{public, read, usable};
use super::world::{BlockState, NodeState, VlanState, World};
use crate::api::ip_blocks::{IpAddress, IpBlock, IpBlockFields};
use crate::api::nodes::{CephServices, KollaServices, Node};
use crate::api::vlans::{Vlan, VlanFields};

const FIRST: &[&str] = &[
    "amber", "bold", "brave", "calm", "clever", "eager", "gentle", "happy", "keen", "lively",
    "noble", "proud", "quiet", "rapid", "steady", "sunny", "warm", "wise",
];
const SECOND: &[&str] = &[
    "badger", "beaver", "crane", "falcon", "finch", "gecko", "heron", "lynx", "marmot", "otter",
    "panda", "puffin", "raven", "seal", "stork", "tapir", "weasel", "yak",
];
/// The VLANs of the system: label and type.
const SYSTEM: &[(&str, &str)] = &[
    ("inventory", "routed"),
    ("provider", "routed"),
    ("compute", "internal"),
    ("control", "internal"),
    ("storage", "internal"),
    ("tunnel", "internal"),
];

impl World {
    /// Adds servers of a type to a cloud.
    pub fn add_servers(&mut self, cloud: &str, name: &str, count: i64) {
        for _ in 0..count {
            let hostname = self.hostname();
            self.add_server(cloud, name, &hostname);
        }
    }

    fn hostname(&mut self) -> String {
        let base = format!("{}-{}", self.pick(FIRST), self.pick(SECOND));
        let is_taken = |world: &Self, name: &str| {
            world
                .clouds
                .values()
                .flat_map(|state| &state.nodes)
                .any(|it| it.node.hostname.as_deref() == Some(name))
        };
        if !is_taken(self, &base) {
            return base;
        }
        format!("{base}-{}", self.number())
    }

    /// Adds a server of a type to a cloud.
    pub fn add_server(&mut self, cloud: &str, name: &str, hostname: &str) {
        let Some(sku) = sku(name) else { return };
        let is_private = self
            .clouds
            .get(cloud)
            .is_some_and(|it| it.cloud.fields.cloud_type.as_deref() == Some("pcc"));
        // The first cluster carries the control plane and the Ceph monitors.
        let is_core = is_private && self.clouds.get(cloud).is_some_and(|it| it.nodes.len() < 3);
        let (rack, chassis) = (self.seconds(501..=520), self.seconds(1..=42));
        let mac = self.number();
        let labels: &[&str] = match (is_private, is_core) {
            (true, true) => &["control", "storage", "compute"],
            (true, false) => &["storage", "compute"],
            (false, _) => &[],
        };
        let node = Node {
            uuid: self.uuid(),
            state: Some("active".to_owned()),
            power_state: Some("power on".to_owned()),
            hostname: Some(hostname.to_owned()),
            hardware: Some(sku.name.to_owned()),
            cpu: Some(sku.cores),
            memory: Some(format!("{} GB", sku.memory)),
            rack: Some(rack.num_seconds().to_string()),
            chassis: Some(chassis.num_seconds().to_string()),
            disks: vec![
                json!({"name": "/dev/sda", "size": "480 GB", "root": true}).into(),
                json!({"name": "/dev/nvme0n1", "size": format!("{} GB", sku.storage), "root": false}).into(),
            ],
            labels: labels.iter().map(|label| (*label).to_owned()).collect(),
            kolla_services: Some(Arc::new(KollaServices {
                control: Some(is_core),
                monitoring: Some(is_core),
                network: Some(is_core),
                storage: Some(is_private),
                compute: Some(is_private),
                ..KollaServices::default()
            })),
            ceph_services: Some(Arc::new(CephServices {
                mons: Some(is_core),
                mgrs: Some(is_core),
                osds: Some(is_private),
                rgws: Some(is_core),
                ..CephServices::default()
            })),
            networks: vec![
                json!({"mac_address": format!("02:00:00:00:{:02x}:{:02x}", mac / 256 % 256, mac % 256)}).into(),
            ],
            maintenance: Some(false),
            creation_date: self.moment(),
            last_updated: self.moment(),
            assigned_date: self.moment(),
            properties: Some(json!({
                "cpu": {"model_name": sku.processor, "frequency": "3000.0000", "count": sku.cores, "architecture": "x86_64"},
                "memory": {"total": sku.memory},
            }).into()),
            ..Node::default()
        };
        if let Some(state) = self.clouds.get_mut(cloud) {
            state.nodes.push(NodeState {
                node,
                locked_until: None,
            });
        }
    }

    /// Adds the VLANs of the system to a cloud, and the two public blocks on the routed ones.
    pub fn add_networks(&mut self, cloud: &str) {
        let Some(fields) = self.clouds.get(cloud).map(|it| it.cloud.fields.clone()) else {
            return;
        };
        let pod = fields.pod_location.clone();
        for (label, kind) in SYSTEM {
            let vlan = self.new_vlan(label, "", kind, pod.as_deref(), "omapi");
            if *kind == "routed" {
                let place = self.next_network();
                if let Some(net) = public(place, 28) {
                    let block =
                        self.new_block(label, "", "routed", net, pod.as_deref(), "omapi", label);
                    if let Some(state) = self.blocks.get_mut(&block) {
                        let fields = Arc::make_mut(&mut state.block.fields);
                        fields.cloud_id = Some(cloud.to_owned());
                        fields.product_addon = Some("ipv4_block_28".to_owned());
                    }
                    self.put_on(&block, Some(&vlan));
                }
            }
            if let Some(state) = self.vlans.get_mut(&vlan) {
                state.clouds.push(cloud.to_owned());
                Arc::make_mut(&mut state.vlan.fields).cloud_id = Some(cloud.to_owned());
            }
            if let Some(state) = self.clouds.get_mut(cloud) {
                state.vlans.push(vlan);
            }
        }
    }

    /// Gives every server without an address one of its cloud's inventory block.
    pub fn address_servers(&mut self, cloud: &str) {
        let block = self
            .blocks
            .values()
            .find(|it| {
                it.usage == "inventory" && it.block.fields.cloud_id.as_deref() == Some(cloud)
            })
            .map(|it| it.block.id.clone());
        let Some(block) = block else { return };
        let waiting: Vec<String> = self
            .clouds
            .get(cloud)
            .map(|it| &it.nodes)
            .into_iter()
            .flatten()
            .filter(|it| it.node.ipaddress.is_none())
            .map(|it| it.node.uuid.clone())
            .collect();
        for uuid in waiting {
            let Some(address) = self.next_address(&block) else {
                return;
            };
            let number = self.number();
            let mut vlan = None;
            if let Some(state) = self.blocks.get_mut(&block) {
                vlan = state.block.fields.vlan_id;
                state.addresses.push(IpAddress {
                    id: number,
                    ip: Some(address.clone()),
                    label: Some("inventory".to_owned()),
                    assigned_host: Some(uuid.clone()),
                    ..IpAddress::default()
                });
            }
            if let Some(state) = self.node_mut(cloud, &uuid) {
                state.node.vlans = vec![json!({
                    "vlan": vlan, "ip": format!("{address}/28"), "mtu": 1500, "label": "inventory",
                }).into()];
                state.node.ipaddress = Some(address.clone());
            }
            if let Some(state) = self.clouds.get_mut(cloud) {
                Arc::make_mut(&mut state.cloud.fields)
                    .hostname
                    .get_or_insert(address);
            }
        }
    }

    /// The next free address of a block.
    pub fn next_address(&self, block: &str) -> Option<String> {
        let state = self.blocks.get(block)?;
        let fields = &state.block.fields;
        let net = read(fields.cidr.as_deref()?).ok()?;
        usable(net, fields.prefix_type.as_deref() == Some("routed"))
            .map(|address| address.to_string())
            .find(|address| {
                !state
                    .addresses
                    .iter()
                    .any(|it| it.ip.as_deref() == Some(address))
            })
    }

    /// Makes a VLAN that hangs on nothing yet.
    pub fn new_vlan(
        &mut self,
        label: &str,
        description: &str,
        kind: &str,
        pod: Option<&str>,
        from: &str,
    ) -> String {
        let id = self.id();
        let vlan = Vlan {
            id: id.clone(),
            resource: Some("vlans".to_owned()),
            label: Some(label.to_owned()),
            description: Some(description.to_owned()),
            created_at: self.moment(),
            updated_at: self.moment(),
            is_active: Some(true),
            created_by: self
                .organization
                .members
                .first()
                .map(|it| it.membership_id.clone()),
            fields: Arc::new(VlanFields {
                created_from: Some(from.to_owned()),
                pod_location: pod.map(str::to_owned),
                vlan_id: Some(self.number()),
                vlan_uuid: Some(self.uuid()),
                vlan_type: Some(kind.to_owned()),
                alterable: Some(from == "user"),
                ..VlanFields::default()
            }),
            ..Vlan::default()
        };
        self.vlans.insert(
            id.clone(),
            VlanState {
                vlan,
                clouds: Vec::new(),
            },
        );
        id
    }

    /// Makes an IP block that is on no VLAN yet.
    #[expect(
        clippy::too_many_arguments,
        reason = "a block is made in two places, of as many facts"
    )]
    pub fn new_block(
        &mut self,
        label: &str,
        description: &str,
        kind: &str,
        net: ipnet::Ipv4Net,
        pod: Option<&str>,
        from: &str,
        usage: &str,
    ) -> String {
        let id = self.id();
        let block = IpBlock {
            id: id.clone(),
            resource: Some("prefixes".to_owned()),
            label: Some(label.to_owned()),
            description: Some(description.to_owned()),
            created_at: self.moment(),
            updated_at: self.moment(),
            is_active: Some(true),
            created_by: self
                .organization
                .members
                .first()
                .map(|it| it.membership_id.clone()),
            fields: Arc::new(IpBlockFields {
                created_from: Some(from.to_owned()),
                pod_location: pod.map(str::to_owned),
                prefix_id: Some(self.number()),
                cidr: Some(net.to_string()),
                prefix_type: Some(kind.to_owned()),
                length: Some(i64::from(net.prefix_len())),
                managed_addressing: Some("off".to_owned()),
                alterable: Some(from == "user"),
                ..IpBlockFields::default()
            }),
            ..IpBlock::default()
        };
        let state = BlockState {
            block,
            usage: usage.to_owned(),
            addresses: Vec::new(),
        };
        self.blocks.insert(id.clone(), state);
        id
    }

    /// Puts a block on a VLAN, or takes it off.
    pub fn put_on(&mut self, block: &str, vlan: Option<&str>) {
        let fields = vlan
            .and_then(|id| self.vlans.get(id))
            .map(|it| it.vlan.fields.clone());
        let moment = self.moment();
        if let Some(state) = self.blocks.get_mut(block) {
            state.block.updated_at = moment;
            let own = Arc::make_mut(&mut state.block.fields);
            own.central_vlan_id = vlan.map(str::to_owned);
            own.vlan_id = fields.as_ref().and_then(|it| it.vlan_id);
            own.vlan_uuid = fields.as_ref().and_then(|it| it.vlan_uuid.clone());
        }
    }
}
