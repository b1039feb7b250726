"""What lists.rs does to 100,000 nodes, in Python: lists.py FILE [RUNS]. Medians in milliseconds."""

import json
import statistics
import sys
import time
from collections import Counter, defaultdict
from operator import itemgetter

with open(sys.argv[1], encoding="utf-8") as file:
    nodes = json.load(file)
runs = int(sys.argv[2]) if len(sys.argv) > 2 else 20


def group_by():
    groups = defaultdict(list)
    for node in nodes:
        groups[node["rack"]].append(node)
    return groups


def unique():
    seen = set()
    kept = []
    for node in nodes:
        if node["rack"] not in seen:
            seen.add(node["rack"])
            kept.append(node)
    return kept


WORK = {
    "group_by": group_by,
    "sort_by": lambda: sorted(nodes, key=itemgetter("hostname")),
    "count_by": lambda: Counter(map(itemgetter("power_state"), nodes)),
    "where": lambda: [node for node in nodes if node["power_state"] == "power on"],
    "sum_by": lambda: sum(node["cpu"] for node in nodes),
    "unique": unique,
    "where_closure": lambda: list(filter(lambda node: node["power_state"] == "power on", nodes)),
}

for name, work in WORK.items():
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        result = work()
        del result
        times.append(time.perf_counter() - start)
    print(f"{name}\t{statistics.median(times) * 1000:.3f}")
