//! What a script says: to whoever reads its output, and to whoever watches it.

use rhai::{Array, Blob, Dynamic, EvalAltResult, FLOAT, FnPtr, INT, ImmutableString, Map, Variant};

use super::console::Level;
use super::given::Given;
use super::host::Host;
use super::trouble::Trouble;
use super::value;
use crate::output::{Choice, Document, Format, Screen, render};

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// Registers the speaking functions.
pub fn register(engine: &mut Given<'_>, host: &Host) {
    let own = host.clone();
    engine.register_fn("print", move || own.print(""));
    let own = host.clone();
    engine.register_fn("print", move |value: Dynamic| {
        own.print(&printed(&own, &value)?)
    });
    let own = host.clone();
    engine.register_fn("debug", move |value: Dynamic| {
        own.note(Level::Info, &value::debug(&value));
    });
    speak_of::<()>(engine, host);
    speak_of::<bool>(engine, host);
    speak_of::<char>(engine, host);
    speak_of::<INT>(engine, host);
    speak_of::<FLOAT>(engine, host);
    speak_of::<ImmutableString>(engine, host);
    speak_of::<Array>(engine, host);
    speak_of::<Map>(engine, host);
    speak_of::<Blob>(engine, host);
    speak_of::<FnPtr>(engine, host);
    let own = host.clone();
    engine.register_fn("table", move |value: Dynamic| {
        show(&own, &value::to_document(&value), Vec::new())
    });
    let own = host.clone();
    engine.register_fn("table", move |list: Array, columns: Array| {
        let columns = columns.iter().map(Dynamic::to_string).collect();
        show(&own, &value::to_document(&list.into()), columns)
    });
    for (name, level) in [
        ("info", Level::Info),
        ("warn", Level::Warn),
        ("error", Level::Error),
    ] {
        let own = host.clone();
        engine.register_fn(name, move |value: Dynamic| {
            own.note(level, &value::brief(&value));
        });
    }
}

/// The language has a `print` and a `debug` of its own for its own types, which make a text and
/// leave it at that; only functions for the very same types come before them.
fn speak_of<T: Variant + Clone>(engine: &mut Given<'_>, host: &Host) {
    let own = host.clone();
    engine.register_fn("print", move |value: T| {
        own.print(&printed(&own, &Dynamic::from(value))?)
    });
    let own = host.clone();
    engine.register_fn("debug", move |value: T| {
        own.note(Level::Info, &value::debug(&Dynamic::from(value)));
    });
}

/// Lists of resources print as tables, everything else in a line.
fn printed(host: &Host, value: &Dynamic) -> Result<String> {
    match value::to_document(value) {
        document @ Document::Records(_) => rendered(host, &document, Vec::new()),
        _ => Ok(value::brief(value)),
    }
}

fn show(host: &Host, document: &Document, columns: Vec<String>) -> Result<()> {
    host.print(&rendered(host, document, columns)?)
}

fn rendered(host: &Host, document: &Document, columns: Vec<String>) -> Result<String> {
    let choice = Choice {
        columns,
        ..Choice::of(Format::Table)
    };
    let screen = Screen {
        now: host.clock().now(),
        ..host.console().screen()
    };
    render(document, &choice, &screen)
        .map(|text| text.trim_end_matches('\n').to_owned())
        .map_err(|unfit| Trouble::from(unfit).raise())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::trial::Trial;

    #[test]
    fn values_of_every_type_are_printed() {
        let trial = Arc::new(Trial::default());
        trial
            .run(
                r#"print("text"); print(`${1 + 1} things`); print('c'); print(true); print(1); print(1.5);
print([1, "a"]); print(#{a: 1}); print(); print(()); print(duration("90s"));
let list = [1]; let grow = || list.push(2); grow.call(); print(list);
debug("text"); debug(duration("90s"));"#,
            )
            .unwrap();
        assert_eq!(
            *trial.printed.lock().unwrap(),
            [
                "text",
                "2 things",
                "c",
                "true",
                "1",
                "1.5",
                "[1, \"a\"]",
                "#{a: 1}",
                "",
                "",
                "1m 30s",
                "[1, 2]"
            ]
        );
        assert_eq!(*trial.noted.lock().unwrap(), ["\"text\"", "1m 30s"]);
    }
}
