# Daily commands. `just` lists them.

default:
    @just --list

# Everything a change must pass
ci:
    .ci/run

# Tests; a name narrows them
test *NAME:
    cargo test {{ NAME }}

# Formatting and lints
lint:
    cargo fmt --check
    cargo clippy --all-targets -- -D warnings

# A prompt on the simulated account
repl:
    cargo run -- --sim repl

# The simulated account over HTTP
sim *ARGS:
    cargo run --release -- sim {{ ARGS }}

# Generated calls of every operation of the vendor's OpenAPI document, which MW_OPENAPI names
conformance *ARGS:
    cargo build --release
    tests/schemathesis/run "${CARGO_TARGET_DIR:-target}/release/mw" "$MW_OPENAPI" {{ ARGS }}

# Benchmarks of this crate; one of them with `--bench simulator`
bench *ARGS:
    cargo bench {{ ARGS }}

# The same work done by others, as ratios
peers:
    benches/peers.sh

# How late jobs start beside other schedulers; more of them with `--jobs 10000`
lateness *ARGS:
    cargo build --release
    benches/lateness.py {{ ARGS }}

# How long the prompt lets one wait, beside other prompts
prompt *ARGS:
    cargo build --release
    benches/prompt.py {{ ARGS }}
