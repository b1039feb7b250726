//! What the API's documents leave open, and what the simulator does about it.

use serde::Serialize;

/// One choice.
#[derive(Debug, Serialize)]
pub struct Assumption {
    /// Its name.
    pub name: &'static str,
    /// What is assumed.
    pub what: &'static str,
    /// The number chosen; with two, the least and the most.
    pub value: &'static [i64],
}

impl Assumption {
    /// The least the value may be.
    #[must_use]
    pub fn least(&self) -> i64 {
        self.value.first().copied().unwrap_or_default()
    }

    /// The most the value may be.
    #[must_use]
    pub fn most(&self) -> i64 {
        self.value.last().copied().unwrap_or_default()
    }
}

macro_rules! assumptions {
    ($($name:ident = [$($value:literal),+], $what:literal;)*) => {
        $(
            #[doc = $what]
            pub static $name: Assumption = Assumption {
                name: stringify!($name),
                what: $what,
                value: &[$($value),+],
            };
        )*
        /// Every choice.
        pub static ALL: &[&Assumption] = &[$(&$name),*];
    };
}

assumptions! {
    TOKEN_LIFE = [14_400], "An access token lives this many seconds, as the reference's example says.";
    REBOOT = [180, 300], "A reboot takes between this many seconds; the node is locked meanwhile.";
    POWER_ON = [120, 180], "Powering on takes between this many seconds; the node is locked meanwhile and reads `power off`.";
    POWER_OFF = [30], "Powering off takes this many seconds; the node is locked meanwhile and reads `power on`.";
    POWER_SAME = [200], "Powering on what is on, or off what is off, is accepted and does nothing.";
    REBOOT_OFF = [200], "Rebooting a node that is off is accepted and leaves it on.";
    POWER_UNKNOWN = [404], "Power of an unknown cloud or node.";
    PROVISION_START = [60, 180], "An order leaves `pending` after between this many seconds.";
    PROVISION_SETUP = [900, 1150], "A cloud is `awaiting_setup` after between this many seconds.";
    PROVISION_DONE = [1_200, 1_800], "A cloud is `complete` after between this many seconds.";
    PCC_NODES = [3], "A private cloud core is this many nodes; an order of n is n times as many.";
    PRIVATE_OVERLAP = [400], "A private block that overlaps another one of the same location; other locations do not matter.";
    PCC_ADDED = [1], "An order that adds to a private cloud adds this many nodes for each one ordered.";
    WIPE = [259_200], "A deleted cloud can be read for this many seconds and is then unknown.";
    WIPE_STOCK = [1], "Hardware returns to stock when its cloud is wiped or the node is removed (1 = yes).";
    DELETE_UNFINISHED = [403], "Deleting a cloud that is being provisioned or already deleted: it is locked.";
    VLANS_PER_CLOUD = [10], "A cloud has this many VLANs at most; those of the system are not counted.";
    UNASSIGN_LAST = [403], "Taking a VLAN off its only cloud; the reference forbids it and names no status.";
    UNASSIGN_STRANGER = [404], "Taking off a VLAN or a block that is not on.";
    ASSIGN_AGAIN = [200], "Assigning a VLAN to a cloud it is on already.";
    ADDRESSES_EXHAUSTED = [400], "Asking for an address of a block that has none left.";
    RESERVED_ROUTED = [5], "A routed block keeps this many addresses for itself: four at its start, one at its end.";
    MEMBER_WRITES = [403], "The roles `member`, `orgBilling` and `orgSupport` may read; what alters something answers them with this status.";
    NO_MEMBERSHIP = [403], "An account without an active membership gets this status for all that needs credentials, but its own profile, whose `account_access` is empty.";
    DELIVERED_BY = [1], "What a cloud is delivered with was created by this one of the accounts with keys; the first is the owner's, whoever ordered.";
    OTHER_ROLES = [1], "In `access` of orders and SSH keys, whose schema knows three roles, `orgBilling` and `orgSupport` read as `member` (1 = yes).";
    LAST_OWNER = [403], "Removing the last active owner, or giving it another role.";
    INVITE_LAPSED = [1], "An invitation that nobody took up is `inactive` once it expires and stays in the list (1 = yes).";
    INVITED_AGAIN = [200], "Inviting an address again renews its invitation, with the new role.";
    INVITED_MEMBER = [422], "Inviting the address of an active member; nobody else of the same call is invited either.";
    KEY_MISSING = [404], "An unknown SSH key; the reference names no status.";
    INVITE_LIFE = [604_800], "An invitation lives this many seconds.";
    LABEL_LENGTH = [255], "A label has this many characters at most; it need not be unique.";
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
    BODY_BYTES = [1_048_576], "A request body has this many bytes at most; 413 beyond.";
    CONTENT_TYPE_MISSING = [200], "A body without a content type is read as JSON; one of another type is refused with 415.";
    UNKNOWN_FIELDS = [200], "Fields the reference does not know are ignored.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_assumptions_share_a_name() {
        let mut names: Vec<_> = ALL.iter().map(|entry| entry.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL.len());
    }
}
