"""Reads a cloud's stats many times at once with aiohttp: fanout.py URL CALLS LIMIT."""

import asyncio
import json
import sys
import time

import aiohttp


async def main(url, calls, limit):
    url = f"{url}/v1/clouds/bench/stats"
    left = iter(range(calls))
    nodes = 0

    async def branch(session):
        nonlocal nodes
        for _ in left:
            async with session.get(url) as response:
                response.raise_for_status()
                stats = json.loads(await response.read())
                nodes += len(stats["nodes"])

    connector = aiohttp.TCPConnector(limit=limit)
    headers = {"Authorization": "Bearer sim"}
    async with aiohttp.ClientSession(connector=connector, headers=headers) as session:
        start = time.perf_counter()
        await asyncio.gather(*(branch(session) for _ in range(limit)))
        took = time.perf_counter() - start
    assert nodes > 0
    print(took, int(calls / took))


asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
