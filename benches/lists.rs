//! Lists of resources in scripts.

fn main() {}
