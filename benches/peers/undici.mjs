// Reads a cloud's stats many times at once with undici's pool: undici.mjs URL CALLS LIMIT.
import { createRequire } from "node:module";

const require = createRequire(`${process.env.PEERS_MODULES}/`);
const { Pool } = require("undici");
const [url, calls, limit] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const pool = new Pool(url, { connections: limit, pipelining: 1 });
const options = {
  path: "/v1/clouds/bench/stats",
  method: "GET",
  headers: { authorization: "Bearer sim" },
};
let left = calls;
let nodes = 0;

async function branch() {
  while (left > 0) {
    left -= 1;
    const { statusCode, body } = await pool.request(options);
    if (statusCode !== 200) throw new Error(`status ${statusCode}`);
    nodes += (await body.json()).nodes.length;
  }
}

const start = performance.now();
await Promise.all(Array.from({ length: limit }, branch));
const took = (performance.now() - start) / 1000;
if (nodes === 0) throw new Error("the answers held no nodes");
console.log(took, Math.trunc(calls / took));
process.exit(0);
