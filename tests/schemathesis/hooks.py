"""Ids that exist for schemathesis, and the statuses that HTTP itself means."""

from random import Random

import requests
import schemathesis
from schemathesis.core import NOT_SET
from schemathesis.core.parameters import ParameterLocation
from schemathesis.openapi.checks import UndefinedStatusCode

# Unauthorized, forbidden, not found, wrong method, too large, wrong type: operations document them
# here and there, and HTTP means them everywhere.
PROTOCOL = {401, 403, 404, 405, 413, 415}
# One time in this many a generated value stays where an id belongs.
STRANGERS = 4
# Which id a member of a body wants.
MEMBERS = {
    "cloud_id": "cloudId",
    "central_vlan_id": "vlanId",
    "central_prefix_id": "prefixId",
    "deployment_configuration": "configurationId",
    "hardware_sku": "sku",
    "public_key": "key",
    "key_data": "key",
}
# What the keys of a map are: the vendor's document writes a map as one member of this name, and
# its own examples have the keys themselves there.
KEYS = {"hardware_type_id", "os_name", "os_version", "hardware_sku", "location_id"}
# An error that the document says to be of exactly one of two forms, both of which allow everything
# the other one does.
PUBLIC_KEY_ERROR = {"$ref": "#/components/schemas/PublicKeyErrorResponse"}

session = requests.Session()
session.headers["Authorization"] = "Bearer sim"
start = None  # the snapshot that each case starts from, and the ids in it


@schemathesis.hook
def before_load_schema(ctx, raw):
    amend(raw)


def amend(node):
    """Says what the vendor's document means where it contradicts itself."""
    if isinstance(node, list):
        for one in node:
            amend(one)
    elif isinstance(node, dict):
        for one in node.values():
            amend(one)
        members = node.get("properties")
        if isinstance(members, dict):
            for name in KEYS & members.keys():
                if members[name].get("type") == "object":
                    node["additionalProperties"] = members.pop(name)
        if PUBLIC_KEY_ERROR in node.get("oneOf", []):
            node["anyOf"] = node.pop("oneOf")


@schemathesis.hook
def filter_failure(ctx, failure, case, response):
    return not (isinstance(failure, UndefinedStatusCode) and response.status_code in PROTOCOL)


@schemathesis.hook
def before_call(ctx, case, kwargs):
    global start
    base = case.operation.schema.get_base_url()
    start = start or (prepare(base), known(base))
    if case.meta and case.meta.phase.name == "stateful":
        groups = known(base)
    else:
        call("POST", base + "/_sim/restore", start[0])
        groups = start[1]
    # The same case gets the same ids.
    body = None if case.body is NOT_SET else case.body
    random = Random(repr((case.operation.label, case.path_parameters, body)))
    if not (case.meta and case.meta.is_negative_at(ParameterLocation.PATH)):
        path = case.path_parameters
        for name, rows in groups.items():
            if name in path and rows and all(row[name] != path[name] for row in rows):
                if random.randrange(STRANGERS):
                    row = random.choice(rows)
                    path.update((one, row[one]) for one in path.keys() & row.keys())
    fill(body, groups, random)


def fill(body, groups, random):
    """Puts ids where a body refers to something."""
    if isinstance(body, list):
        for one in body:
            fill(one, groups, random)
    elif isinstance(body, dict):
        for name, value in body.items():
            rows = groups.get(MEMBERS.get(name))
            if rows and isinstance(value, str) and random.randrange(STRANGERS):
                body[name] = random.choice(rows)[MEMBERS[name]]
            else:
                fill(value, groups, random)


def call(method, url, body=None):
    response = session.request(method, url, json=body, timeout=10)
    response.raise_for_status()
    return response.json() if response.content else None


def prepare(base):
    """Adds what the starting account lacks, and keeps the whole."""
    call("POST", base + "/_sim/reset")
    place = {"pod_location": "pod_1"}
    clouds = [cloud["id"] for cloud in call("GET", base + "/v1/clouds")]
    vlan = {"label": "free", "fields": {**place, "vlan_type": "internal"}}
    shared = call("POST", base + "/v1/vlans", vlan)["id"]
    for cloud in clouds:
        call("POST", f"{base}/v1/clouds/{cloud}/vlans/{shared}")
    call("POST", base + "/v1/vlans", vlan)
    block = {**place, "prefix_type": "private", "length": 26}
    block = call("POST", base + "/v1/prefixes", {"label": "free", "fields": block})["id"]
    call("POST", f"{base}/v1/deployment/network/prefixes/{block}/ip", {"label": "host"})
    item = {"hardware_sku": "medium_v4", "location": "pod_1", "type": "pcc", "quantity": 1}
    call("POST", base + "/v1/orders", {"label": "pending", "fields": {"items": [item]}})
    call("POST", base + "/_sim/clouds", {"label": "deleted", "nodes": 1})
    for cloud in call("GET", base + "/v1/clouds"):
        if cloud["label"] == "deleted":
            call("DELETE", f"{base}/v1/clouds/{cloud['id']}")
    return call("POST", base + "/_sim/snapshot")


def known(base):
    """What exists now: by parameter, its values beside those of others that belong to them."""

    def get(path):
        return call("GET", base + path)

    def ids(name, path):
        return [{name: one["id"]} for one in get(path)]

    def own_often(found):
        return [one for one in found for _ in range(1 + 5 * (one["fields"]["created_from"] == "user"))]

    clouds = ids("cloudId", "/v1/clouds")
    nodes = [(c, n["uuid"]) for c in clouds for n in get(f"/v1/clouds/{c['cloudId']}/stats")["nodes"]]
    vlans, blocks = own_often(get("/v1/vlans")), own_often(get("/v1/prefixes"))
    account = get("/v1/accounts/profile")["account_access"][0]["account_id"]
    organization = {"organizationId": account}
    links = [("vlanId", "cloudId", "cloud_id", vlans), ("prefixId", "vlanId", "central_vlan_id", blocks)]
    linked = {
        name: [{name: one["id"]} | ({to: one["fields"][by]} if by in one["fields"] else {}) for one in found]
        for name, to, by, found in links
    }
    return {
        "cloudId": clouds,
        "nodeUuid": [c | {"nodeUuid": uuid} for c, uuid in nodes],
        "inventoryUuid": [c | {"inventoryUuid": uuid} for c, uuid in nodes],
        **linked,
        "ipId": [
            {"prefixId": block["id"], "ipId": ip["id"]}
            for block in get("/v1/prefixes")
            for ip in get(f"/v1/deployment/network/prefix/{block['id']}")["ip_addrs"]
        ],
        "organizationId": [organization],
        "membershipId": [
            organization | {"membershipId": one["membership_id"]}
            for one in get(f"/v1/organizations/{account}/memberships")
        ],
        "orderId": ids("orderId", "/v1/orders"),
        "configurationId": ids("configurationId", "/v1/configurations"),
        "publicKeyId": ids("publicKeyId", "/v1/public-keys"),
        "pod_location": [{"pod_location": pod} for pod in get("/v2/inventory/locations")["locations"]],
        "key": [{"key": one["fields"]["key_data"]} for one in get("/v1/public-keys")],
        "sku": [{"sku": sku} for sku in get("/v1/products")["hardware"]],
    }
