//! What mw promises, one module per promise.
