// Reads a cloud's stats many times at once with fetch: fanout.mjs URL CALLS LIMIT, for node and bun.
const [url, calls, limit] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const target = `${url}/v1/clouds/bench/stats`;
const options = { headers: { authorization: "Bearer sim" } };
let left = calls;
let nodes = 0;

async function branch() {
  while (left > 0) {
    left -= 1;
    const response = await fetch(target, options);
    if (!response.ok) throw new Error(`status ${response.status}`);
    nodes += (await response.json()).nodes.length;
  }
}

const start = performance.now();
await Promise.all(Array.from({ length: limit }, branch));
const took = (performance.now() - start) / 1000;
if (nodes === 0) throw new Error("the answers held no nodes");
console.log(took, Math.trunc(calls / took));
process.exit(0);
