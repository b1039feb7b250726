#!/usr/bin/env bash
# Measures mw beside its peers in one run and prints the figures and their ratios.
#
# It installs what it needs: Debian packages where it may (as root, or with sudo), modules of
# Python and Node under target/peers. Peers that cannot be had are left out and said so. It fails
# only when something does not work, not when a ratio is missed.
#
#   benches/peers.sh            everything
#   ROUNDS=5 RUNS=200 benches/peers.sh
set -euo pipefail
cd "$(dirname "$0")/.."

calls=${CALLS:-20000}
limit=${LIMIT:-64}
rounds=${ROUNDS:-3}
runs=${RUNS:-100}
target=${CARGO_TARGET_DIR:-$PWD/target}
work=$target/peers
mkdir -p "$work"
server=

say() { printf '%s\n' "$*" >&2; }
has() { command -v "$1" >/dev/null 2>&1; }

stop_server() {
  if [ -n "$server" ]; then
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
    server=
  fi
}
trap stop_server EXIT

# --- what is needed -------------------------------------------------------------------------------

missing=()
has wrk || missing+=(wrk)
has cc || missing+=(gcc libc6-dev)
has node || missing+=(nodejs)
has npm || missing+=(npm)
has python3 || missing+=(python3)
python3 -c 'import venv, ensurepip' 2>/dev/null || missing+=(python3-venv)
[ -x /usr/bin/time ] || missing+=(time)
if [ ${#missing[@]} -gt 0 ]; then
  say "installing ${missing[*]}"
  root=
  [ "$(id -u)" = 0 ] || root="sudo -n"
  $root apt-get install -y --no-install-recommends "${missing[@]}" >"$work/apt.log" 2>&1 ||
    { $root apt-get update >>"$work/apt.log" 2>&1 &&
      $root apt-get install -y --no-install-recommends "${missing[@]}" >>"$work/apt.log" 2>&1; } ||
    { say "apt-get failed; see $work/apt.log"; exit 1; }
fi

python=$work/venv/bin/python
if ! "$python" -c 'import aiohttp' 2>/dev/null; then
  say "installing aiohttp"
  python3 -m venv "$work/venv" && "$python" -m pip install --quiet aiohttp >"$work/pip.log" 2>&1 ||
    say "no aiohttp; see $work/pip.log"
fi

export PEERS_MODULES=$work/modules
mkdir -p "$PEERS_MODULES"
for module in undici bun; do
  if [ ! -d "$PEERS_MODULES/node_modules/$module" ]; then
    say "installing $module"
    npm install --silent --no-audit --no-fund --prefix "$PEERS_MODULES" "$module" \
      >"$work/$module.log" 2>&1 || say "no $module; see $work/$module.log"
  fi
done
bun=$PEERS_MODULES/node_modules/.bin/bun
"$bun" --version >/dev/null 2>&1 || bun=

say "building"
cargo bench --quiet --no-run --bench fanout --bench startup --bench lists \
  --message-format=json 2>"$work/build.log" >"$work/build.json" ||
  { tail -n 20 "$work/build.log" >&2; exit 1; }
python3 -c '
import json, sys
for line in open(sys.argv[1]):
    said = json.loads(line)
    if said.get("reason") == "compiler-artifact" and "bench" in said["target"]["kind"]:
        name = said["target"]["name"]
        with open(f"{sys.argv[2]}/{name}.path", "w") as file:
            file.write(said["executable"])
' "$work/build.json" "$work"
# Last, since the benches leave an mw behind that holds what only tests need.
cargo build --release --quiet
mw=$target/release/mw
fanout=$(cat "$work/fanout.path")
startup=$(cat "$work/startup.path")
lists=$(cat "$work/lists.path")
cc -O2 -static -o "$work/true-static" benches/peers/true.c

# --- figures --------------------------------------------------------------------------------------

# ratio A B: A over B with two decimals.
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { if (b > 0) printf "%.2f", a / b; else printf "-" }'; }

# median: of the numbers on standard input.
median() { sort -g | awk '{ v[NR] = $1 } END { if (NR) print v[int((NR + 1) / 2)] }'; }

# start_server [MILLISECONDS]: sets url.
start_server() {
  stop_server
  : >"$work/server.log"
  "$fanout" serve 127.0.0.1:0 "$@" >"$work/server.log" 2>&1 &
  server=$!
  url=
  for _ in $(seq 100); do
    url=$(sed -n 's/^listening on //p' "$work/server.log")
    [ -n "$url" ] && return
    sleep 0.05
  done
  say "the server does not start; see $work/server.log"
  exit 1
}

# measured NAME COMMAND…: runs it, and adds its seconds, rate and peak memory to NAME's figures.
measured() {
  local name=$1
  shift
  /usr/bin/time -f '%M' -o "$work/rss" "$@" >"$work/out" 2>"$work/err" ||
    { say "$name failed:"; cat "$work/err" >&2; exit 1; }
  echo "$(tail -n 1 "$work/out") $(tail -n 1 "$work/rss")" >>"$work/$name.figures"
}

# one NAME CALLS LIMIT: one contestant on the server at hand.
one() {
  local name=$1 calls=$2 limit=$3
  case $name in
  wrk)
    wrk -t2 -c"$limit" -d2s -H 'Authorization: Bearer sim' "$url/v1/clouds/bench/stats" \
      >"$work/out"
    echo "0 $(sed -n 's/^Requests\/sec: *//p' "$work/out") 0" >>"$work/$name.figures"
    ;;
  rust) measured "$name" "$fanout" client "$url" "$calls" "$limit" ;;
  script)
    measured "$name" env OPENMETAL_API_URL="$url" OPENMETAL_API_KEY=sim \
      "$mw" run benches/parallel.rhai --calls "$calls" --limit "$limit"
    ;;
  aiohttp) measured "$name" "$python" benches/peers/fanout.py "$url" "$calls" "$limit" ;;
  fetch) measured "$name" node benches/peers/fanout.mjs "$url" "$calls" "$limit" ;;
  undici) measured "$name" node benches/peers/undici.mjs "$url" "$calls" "$limit" ;;
  bun) measured "$name" "$bun" benches/peers/fanout.mjs "$url" "$calls" "$limit" ;;
  esac
}

field() { awk -v n="$2" '{ print $n }' "$work/$1.figures" | median; }

contestants=(rust script)
"$python" -c 'import aiohttp' 2>/dev/null && contestants+=(aiohttp)
contestants+=(fetch)
[ -d "$PEERS_MODULES/node_modules/undici" ] && contestants+=(undici)
[ -n "$bun" ] && contestants+=(bun)

echo
echo "Machine: $(nproc) cores; $(rustc --version); node $(node --version); $(python3 --version)${bun:+; bun $("$bun" --version)}"

# --- start-up -------------------------------------------------------------------------------------

say "start-up, $runs runs each"
# The interpreter itself, not a wrapper that chooses one.
interpreter=$(python3 -c 'import sys; print(sys.executable)')
commands=("$work/true-static" ::: "$(command -v true)" ::: "$mw" eval 1+1 ::: "$mw" --sim eval 1+1
  ::: "$interpreter" -I -S -c 'print(1+1)' ::: node -e 'console.log(1+1)')
[ -n "$bun" ] && commands+=(::: "$(readlink -f "$bun")" -e 'console.log(1+1)')
"$startup" "$runs" "${commands[@]}" >"$work/startup.figures"
static=$(awk -F'\t' 'NR == 1 { print $1 }' "$work/startup.figures")
own=$(awk -F'\t' 'NR == 3 { print $1 }' "$work/startup.figures")
echo
echo "## Start-up of a whole process, median of $runs"
echo
printf '%10s %12s %14s  %s\n' "µs" "× static" "mw eval ÷ it" command
while IFS=$'\t' read -r time _ command; do
  printf '%10s %12s %14s  %s\n' "$time" "$(ratio "$time" "$static")" "$(ratio "$own" "$time")" \
    "${command//$work\//}"
done <"$work/startup.figures"

# --- fan-out --------------------------------------------------------------------------------------

say "fan-out, $rounds rounds"
rm -f "$work"/{wrk,rust,script,aiohttp,fetch,undici,bun}.figures
start_server
for _ in $(seq "$rounds"); do
  for name in wrk "${contestants[@]}"; do
    one "$name" "$calls" "$limit"
  done
done
size=$(node -e 'fetch(process.argv[1]).then(r => r.text()).then(t => console.log(t.length))' \
  "$url/v1/clouds/bench/stats")
ceiling=$(field wrk 2)
script=$(field script 2)
echo
echo "## Fan-out: $calls × cloud_stats ($size bytes), $limit in flight, median of $rounds"
echo
printf '%10s %8s %14s %10s  %s\n' "calls/s" "÷ wrk" "script ÷ it" "peak MB" contestant
for name in wrk "${contestants[@]}"; do
  rate=$(field "$name" 2)
  printf '%10.0f %8s %14s %10s  %s\n' "$rate" "$(ratio "$rate" "$ceiling")" \
    "$(ratio "$script" "$rate")" "$(ratio "$(field "$name" 3)" 1024)" "$name"
done

# --- latency --------------------------------------------------------------------------------------

say "256 calls of 50 ms at once"
rm -f "$work"/{rust,script,aiohttp,fetch,undici,bun}.figures
start_server 50
for _ in $(seq "$rounds"); do
  for name in "${contestants[@]}"; do
    one "$name" 256 256
  done
done
stop_server
echo
echo "## 256 calls of 50 ms, all in flight, median of $rounds"
echo
printf '%10s %8s %10s  %s\n' "ms" "÷ floor" "peak MB" contestant
for name in "${contestants[@]}"; do
  took=$(field "$name" 1)
  printf '%10s %8s %10s  %s\n' "$(ratio "$took" 0.001)" "$(ratio "$took" 0.05)" \
    "$(ratio "$(field "$name" 3)" 1024)" "$name"
done

# --- lists ----------------------------------------------------------------------------------------

say "lists"
MW_BENCH_NODES=$work/nodes.json "$lists"
"$lists" --bench --noplot >"$work/lists.out" 2>&1 || { cat "$work/lists.out" >&2; exit 1; }
python3 benches/peers/lists.py "$work/nodes.json" >"$work/lists.python"
echo
echo "## Lists of 100,000 nodes"
echo
printf '%10s %10s %8s  %s\n' "mw ms" "python ms" "ratio" work
while IFS=$'\t' read -r name theirs; do
  estimate=$target/criterion/lists/$name/new/estimates.json
  [ -f "$estimate" ] || estimate=$target/criterion/lists_$name/new/estimates.json
  ours=$(python3 -c '
import json, sys
print(json.load(open(sys.argv[1]))["median"]["point_estimate"] / 1e6)' "$estimate")
  printf '%10.2f %10.2f %8s  %s\n' "$ours" "$theirs" "$(ratio "$ours" "$theirs")" "$name"
done <"$work/lists.python"
