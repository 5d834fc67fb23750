# `just` lists what there is.
default:
    @just --list

# All tests.
test *args:
    cargo test --workspace {{args}}

# Formatting and lints, as .ci/run has them.
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings

# Formats all code.
fmt:
    cargo fmt --all

# The pages of all crates, private items too.
doc:
    cargo doc --workspace --no-deps --document-private-items

# Licenses, advisories and sources of the dependencies; needs cargo-deny.
deny:
    cargo deny check

# The main job in one command: a sale on three nodes whose leader is killed.
demo *args:
    cargo run --release -- demo {{args}}

# A local cluster that keeps running.
up *args:
    cargo run --release -- up {{args}}

# Many simulated clusters with everything going wrong, each from a seed: `just simulate --seeds 1000`.
simulate *args:
    cargo run --release -p flashsale-simulation -- run {{args}}

# What it costs to take a sale into the lists, and to read a page.
bench-listings *args:
    cargo bench -p flashsale-listings --bench take -- {{args}}

# Everything that must pass.
ci:
    .ci/run
