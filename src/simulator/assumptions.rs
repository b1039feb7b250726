//! What the API's documents leave open, and what the simulator does about it.

use serde::Serialize;

/// One choice.
#[derive(Debug, Serialize)]
pub struct Assumption {
    /// Its name.
    pub name: &'static str,
    /// What is assumed.
    pub what: &'static str,
    /// The number chosen; with two, the least and the most; none where words say it all.
    pub value: &'static [i64],
}

impl Assumption {
    /// The least the value may be.
    #[must_use]
    pub fn least(&self) -> i64 {
        self.value.first().copied().unwrap_or_default()
    }

    /// The HTTP status that the value is.
    #[must_use]
    pub fn status(&self) -> u16 {
        u16::try_from(self.most()).unwrap_or(400)
    }

    /// The most the value may be.
    #[must_use]
    pub fn most(&self) -> i64 {
        self.value.last().copied().unwrap_or_default()
    }
}

macro_rules! assumptions {
    ($($name:ident = [$($value:literal),*], $what:literal;)*) => {
        $(
            #[doc = $what]
            pub static $name: Assumption = Assumption {
                name: stringify!($name),
                what: $what,
                value: &[$($value),*],
            };
        )*
        /// Every choice.
        pub static ALL: &[&Assumption] = &[$(&$name),*];
    };
}

assumptions! {
    // Answers.
    ERROR_BODIES = [], "Where the documents give an error no body, it has one of the forms they give elsewhere, with a name and a message of the simulator's own.";
    CHECKS = [], "Path, credentials, body and its fields' types, role and things named are checked in about this order; the documents name none.";
    CONTENT_TYPE_MISSING = [], "A body without a content type is read as JSON; one of another type is refused with 415.";
    UNKNOWN_FIELDS = [], "Fields that are not known are ignored, and fields that only the API sets are too.";
    TIMES = [], "Every time carries an offset, as the format `date-time` asks for; the documents' examples of those in stats and nodes have none.";
    NULLS = [], "A field that is null counts as one that is not there.";
    BODY_BYTES = [1_048_576], "A request body has this many bytes at most; 413 beyond.";
    LABEL_LENGTH = [255], "A label has this many characters at most; it need not be unique.";
    DESCRIPTION_LENGTH = [4_096], "A description has this many characters at most.";
    // Who may.
    TOKEN_LIFE = [14_400], "An access token lives this many seconds, as the reference's example says.";
    MEMBER_WRITES = [403], "The roles `member`, `orgBilling` and `orgSupport` may read; what alters something answers them with this status.";
    MANAGE = [], "What takes the manage permission takes the role of an owner.";
    NO_MEMBERSHIP = [403], "An account without an active membership gets this status for all that needs credentials, but its own profile, whose `account_access` is empty.";
    DELIVERED_BY = [1], "What a cloud is delivered with was created by this one of the accounts with keys; the first is the owner's, whoever ordered.";
    OTHER_ROLES = [1], "In `access` of orders and SSH keys, whose schema knows three roles, `orgBilling` and `orgSupport` read as `member` (1 = yes).";
    MEMBERS_MANAGED = [], "A maintainer may invite, promote, demote and remove anyone, owners as well.";
    LAST_OWNER = [403], "Removing the last active owner, or giving it another role.";
    INVITE_LIFE = [604_800], "An invitation lives this many seconds.";
    INVITE_LAPSED = [1], "An invitation that nobody took up is `inactive` once it expires and stays in the list (1 = yes).";
    INVITED_AGAIN = [200], "Inviting an address again renews its invitation, with the new role.";
    INVITED_MEMBER = [422], "Inviting the address of an active member; nobody else of the same call is invited either.";
    // Power.
    REBOOT = [180, 300], "A reboot takes between this many seconds; the node is locked meanwhile.";
    POWER_ON = [120, 180], "Powering on takes between this many seconds; the node is locked meanwhile and reads `power off`.";
    POWER_OFF = [30], "Powering off takes this many seconds; the node is locked meanwhile and reads `power on`.";
    POWER_SAME = [], "Powering on what is on, or off what is off, is accepted and does nothing.";
    REBOOT_OFF = [], "Rebooting a node that is off is accepted and leaves it on.";
    POWER_UNKNOWN = [404], "Power of an unknown cloud or node.";
    POWER_DELETED = [400], "Power of a node whose cloud is being deleted; a console of it is opened all the same.";
    // Orders and clouds.
    PROVISION_START = [60, 180], "An order leaves `pending` after between this many seconds.";
    PROVISION_SETUP = [900, 1150], "A cloud is `awaiting_setup` after between this many seconds.";
    PROVISION_DONE = [1_200, 1_800], "A cloud is `complete` after between this many seconds; ordered hardware joins a cloud after as many.";
    PCC_NODES = [3], "A private cloud core is this many nodes; an order of n is n times as many.";
    PCC_ADDED = [1], "An order that adds to a private cloud adds this many nodes for each one ordered.";
    ORDER_QUANTITY = [10_000], "An item of an order asks for this many at most.";
    ORDER_KEY = [], "A key in an order is checked for its type only, and that something follows it: the documents' own examples are cut short.";
    ORDER_CLOUD = [403], "An order that adds to a cloud that is not known.";
    ORDER_ITEMS = [], "Each item of an order that adds to no cloud makes a cloud of its own.";
    ORDER_STOCK = [], "Hardware leaves the stock when it is ordered; `max_size` is four fifths of the stock and limits nothing.";
    PENDING_TASKS = [], "The pending tasks of a cloud are `provision` until it is complete, `join` while hardware comes, and `delete` until it is wiped.";
    WIPE = [259_200], "A deleted cloud is listed and can be read for this many seconds, its power off, and is then unknown.";
    WIPE_STOCK = [1], "Hardware returns to stock when its cloud is wiped or the node is removed (1 = yes).";
    ONE_OWNER = [], "Everything belongs to one organization, so that nothing can be assigned to what another owns.";
    WIPE_BLOCKS = [], "Blocks of users stay when the cloud they are billed to is wiped.";
    DELETE_UNFINISHED = [403], "Deleting a cloud that is being provisioned, protected or already deleted: it is locked.";
    TRIAL = [], "No cloud is a trial cloud.";
    REMOVE_UNKNOWN = [404], "Removing a node that is not there.";
    REMOVE_LAST = [], "Any node can be removed, a locked one and the last one too.";
    REMOVE_CLEANUP = [600, 1_200], "A removed node is off the cloud at once, and in stock after between this many seconds.";
    // Prices.
    HARDWARE_PRICES = [620, 1_380, 2_090, 3_360, 4_760], "Mils an hour of the hardware types, smallest first; the documents describe and price only `medium_v4`.";
    LONG_TERM = [80], "Long-term use costs this many percent of the hourly price, in whole cents, as in all examples of the documents.";
    BLOCK_GROWTH = [2], "A routed block of twice as many addresses costs this many times as much; the documents price only the /28.";
    LOCATION_PRICES = [100, 100, 110, 110], "Prices in `pod_1`, `pod_2`, `pod_3` and `pod_5`, in percent of those on the list, which is what is shown without a location.";
    PRE_RELEASE = [5], "The pod of this number is `pre-release`; it can be ordered from all the same.";
    ACTIVATED = [0], "A cloud's subscription begins this many seconds after the cloud was ordered.";
    BILLED_LONG_TERM = [0], "Clouds pay the price of an hour (0), not that of long-term use (1).";
    BILLING_END = [1], "A deleted cloud's subscription is `canceled` and its hardware off the bill at once (1), not once it is wiped (0).";
    BLOCKS_BILLED = [1], "Routed blocks that a user made are on the bill of their cloud while they exist; those a cloud is delivered with are not (1 = yes).";
    CYCLE_BEGUN = [1], "`total_billing_cycles` counts the current term as well, as in the documents' example (1 = yes).";
    HOUR_BEGUN = [1], "An hour begun is billed whole (1 = yes).";
    // Networks.
    VLANS_PER_CLOUD = [10], "A cloud has this many VLANs at most; those of the system are not counted.";
    VLAN_BAREMETAL = [], "VLANs go on bare-metal clouds as they do on private ones.";
    VLAN_CLOUD = [], "A VLAN shows the first cloud it is on; the stats of each cloud show all of its VLANs.";
    VLAN_SYSTEM_BLOCK = [403], "Putting a block on a VLAN of the system; the documents only forbid taking one off.";
    UNASSIGN_LAST = [403], "Taking a VLAN off its only cloud, which is forbidden; so a VLAN on a cloud stays until the cloud is wiped.";
    UNASSIGN_STRANGER = [404], "Taking off a VLAN or a block that is not on.";
    ASSIGN_AGAIN = [], "Assigning a VLAN to a cloud it is on already is accepted and does nothing.";
    PRIVATE_OVERLAP = [400], "A private block that overlaps another one of the same location; other locations do not matter.";
    PRIVATE_RANGES = [], "A private block lies in the ranges of RFC 1918 and starts at its network address.";
    PRIVATE_NEXT = [], "Where 192.168.0.0 is taken, a private block without a cidr is the next one that is free.";
    ALLOCATION = [], "A block of the type `allocation` is as a routed one: billed to a cloud, on a routed VLAN.";
    ADDON_LENGTH = [400], "A length that is not that of the add-on.";
    BILLED_CLOUD = [400], "A routed block billed to a cloud that is not complete or is being deleted.";
    BLOCK_VLAN = [400], "Creating a block on a VLAN, or a VLAN with a block, that is not known or not of a user.";
    BLOCK_SYSTEM = [403], "Changing a block of the system.";
    BLOCK_STATUS = [], "A block is `ACTIVE` if private and `ROUTED` if not from the moment it is made, and has none within it.";
    USAGE = [], "A block on a VLAN of a user is `internal` if private and `custom` if routed, one on none is `unused`.";
    RESERVED_ROUTED = [5], "A routed block keeps this many addresses for itself: four at its start, one at its end.";
    RESERVED_PRIVATE = [2], "A private block keeps this many addresses for itself, its first and its last; one of 31 or 32 bits keeps none.";
    ADDRESSES_EXHAUSTED = [400], "Asking for an address of a block that has none left.";
    ADDRESS_OUTSIDE = [400], "Asking for an address that is not in the block, or that the block keeps for itself.";
    ADDRESS_UNUSED = [], "Addresses of a block on no VLAN can be taken, and so can those of the system's blocks.";
    ADDRESS_HOST = [], "An address is in use when anything is written as its host.";
    ADDRESS_LEFT = [], "A host that leaves loses its addresses. What a host was given because of a managed block is taken back too when the block leaves the VLAN or the VLAN the cloud; what a user assigned stays.";
    INVENTORY_MORE = [], "A cloud of more hosts than its inventory block has addresses gets another block for them.";
    MAIN_DELETED = [400], "Deleting the main address of a host.";
    // Configurations and keys.
    CONFIGURATION_EMPTY = [], "A configuration may have neither an image nor cloud-init; null takes a field away, and cloud-init is replaced whole.";
    CLOUD_INIT = [400], "Data of cloud-init that is not a JSON object written as a string; there may be none.";
    CONFIGURATION_USED = [], "A configuration can be deleted whatever was made with it.";
    KERNEL_ARGS = [], "Kernel arguments are shown as they were given, without what the platform puts before them.";
    KEY_MISSING = [404], "An unknown SSH key; the reference names no status.";
    KEY_DELETED = [], "A deleted SSH key can still be read, as inactive; it is not listed, and cannot be changed or used.";
    KEY_SPACE = [], "White space around an SSH key, such as the end of its line in a file, is not part of it.";
    KEY_TWICE = [], "The same SSH key can be stored twice.";
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever carries a choice out uses its value or names it in a comment.
    #[test]
    fn every_assumption_is_named_where_it_is_carried_out() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/src/simulator");
        let mut folders = vec![std::path::PathBuf::from(root)];
        let mut code = String::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if !path.ends_with("assumptions.rs") {
                    code.push_str(&std::fs::read_to_string(path).unwrap());
                }
            }
        }
        code.push_str(&std::fs::read_to_string(format!("{root}.rs")).unwrap());
        let named: std::collections::HashSet<&str> = code
            .split(|c: char| !(c.is_ascii_uppercase() || c == '_'))
            .collect();
        let missing: Vec<&str> = ALL
            .iter()
            .map(|entry| entry.name)
            .filter(|name| !named.contains(name))
            .collect();
        assert_eq!(missing, [] as [&str; 0]);
    }

    #[test]
    fn no_two_assumptions_share_a_name() {
        let mut names: Vec<_> = ALL.iter().map(|entry| entry.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL.len());
    }
}
