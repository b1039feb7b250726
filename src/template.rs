//! Texts with gaps: what may stand in one, and the room it is filled in.
//!
//! Whoever writes a template must not be able to break the process with it. Steps are counted, though not
//! how long each of them takes: a list that is doubled forty times is gone through for ever. A value
//! is shown, compared and dropped level by level, and long expressions are read so: on the stack, which
//! no count watches. So nothing may hold itself, what may nest is bounded by the length of the text and
//! the calls within calls, and all of it happens on a stack that is large enough for that.

use std::io;
use std::thread;

use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior};

/// The longest template, in bytes. Each two of them may nest a value one level deeper, in each call.
const LONGEST: usize = 64 << 10;
/// How much may be called within calls; a macro counts for four.
const CALLS: usize = 60;
/// The room that all of that takes at most, several times over in most cases. It is touched where it
/// is needed only.
const STACK: usize = 256 << 20;

/// What is left out: a `namespace` can be put into itself, and what shows values with all that they hold,
/// indented, takes room by the square of their depth.
const FUNCTIONS: [&str; 2] = ["namespace", "debug"];
const FILTERS: [&str; 1] = ["pprint"];

/// Fills a template, with what `fill` does in an environment that allows so many steps.
pub fn filled<T: Send>(
    text: &str,
    steps: u64,
    fill: impl FnOnce(Environment<'_>) -> Result<T, Error> + Send,
) -> Result<T, Error> {
    if text.len() > LONGEST {
        let what = format!("it is longer than {} KiB", LONGEST >> 10);
        return Err(Error::new(ErrorKind::InvalidOperation, what));
    }
    thread::scope(|scope| {
        let room = thread::Builder::new().stack_size(STACK);
        let filling = room.spawn_scoped(scope, || fill(environment(steps)));
        let filled = filling.map(thread::ScopedJoinHandle::join);
        filled.unwrap_or_else(|error| Ok(Err(no_room(&error))))
    })
    .unwrap_or_else(|_| {
        let what = "minijinja broke off";
        Err(Error::new(ErrorKind::InvalidOperation, what))
    })
}

fn no_room(error: &io::Error) -> Error {
    let what = format!("there is no room to fill it in: {error}");
    Error::new(ErrorKind::InvalidOperation, what)
}

fn environment(steps: u64) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    if let Ok(syntax) = SyntaxConfig::builder().keep_trailing_newline(true).build() {
        environment.set_syntax(syntax);
    }
    environment.set_fuel(Some(steps));
    // An error would carry the values that it met out of here, and be dropped where there is less room.
    environment.set_debug(false);
    environment.set_recursion_limit(CALLS);
    for name in FUNCTIONS {
        environment.remove_global(name);
    }
    for name in FILTERS {
        environment.remove_filter(name);
    }
    environment
}

/// What to do instead, where a template wants what is left out.
#[must_use]
pub fn instead(error: &Error) -> Option<&'static str> {
    let left_out: &[&str] = match error.kind() {
        ErrorKind::UnknownFunction => &FUNCTIONS,
        ErrorKind::UnknownFilter => &FILTERS,
        _ => return None,
    };
    let detail = error.detail()?;
    left_out
        .iter()
        .any(|name| detail.split(' ').any(|word| word == *name))
        .then_some("templates have none: work it out before, and give it as a value")
}

#[cfg(test)]
mod tests {
    use minijinja::Value;

    use super::*;

    fn shown(text: &str) -> Result<String, String> {
        filled(text, 2_000_000, |environment| {
            environment
                .template_from_str(text)
                .and_then(|template| template.render(Value::UNDEFINED))
        })
        .map_err(|error| error.to_string())
    }

    #[test]
    fn nothing_holds_itself() {
        let text = "{% set ns = namespace() %}{% set ns.a = ns %}{{ ns }}";
        assert!(shown(text).unwrap_err().contains("namespace is unknown"));
        for text in ["{{ debug() }}", "{{ [1] | pprint }}"] {
            assert!(shown(text).unwrap_err().contains("unknown"), "{text}");
            let error = filled(text, 9, |it| it.render_str(text, Value::UNDEFINED));
            assert!(instead(&error.unwrap_err()).is_some(), "{text}");
        }
        let error = filled("", 9, |it| it.render_str("{{ nope() }}", Value::UNDEFINED));
        assert!(instead(&error.unwrap_err()).is_none());
    }

    #[test]
    fn the_deepest_of_values_and_the_longest_of_expressions_have_room() {
        let fits = |piece: &str, spare: usize| piece.repeat((LONGEST - spare) / piece.len());
        let deep = fits("{%set a=[a]%}", 80);
        for show in [
            "{{ a }}",
            "{{ a == [a] }}",
            "{{ a ~ a }}",
            "{{ [a, a] | sort }}",
        ] {
            // It may take too many steps, and does not end the process.
            let _ = shown(&format!("{{% set a = [] %}}{deep}{show}"));
        }
        let maps = fits("{%set a={1:a}%}", 80);
        let _ = shown(&format!("{{% set a = 1 %}}{maps}{{{{ a }}}}"));
        for piece in ["-", "not ", "+1", "|int", ".a", "**1", " if 0 else 1"] {
            let long = fits(piece, 80);
            let _ = shown(&format!("{{{{ {long} 1 }}}}"));
            let _ = shown(&format!("{{{{ 1{long} }}}}"));
        }
        let elif = fits("{%elif 0%}", 80);
        let _ = shown(&format!("{{% if 0 %}}{elif}{{% endif %}}"));
        // A macro that calls itself, each time with a value that is deeper by all of its text.
        let deeper = fits("{%set a=[[[[[[[[[[[[[[[[a]]]]]]]]]]]]]]]]%}", 160);
        let text = format!(
            "{{% macro m(a, n) %}}{{% if n %}}{deeper}{{{{ m(a, n - 1) }}}}{{% else %}}{{{{ a }}}}\
             {{% endif %}}{{% endmacro %}}"
        );
        for calls in [5, 12] {
            let _ = shown(&format!("{text}{{{{ m(1, {calls}) }}}}"));
        }
    }

    #[test]
    fn what_goes_on_and_on_and_what_is_too_long_is_refused() {
        let endless = "{% macro m(x) %}{{ m(x) }}{% endmacro %}{{ m(1) }}";
        assert!(shown(endless).unwrap_err().contains("recursion limit"));
        let endless = "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}";
        assert!(shown(endless).unwrap_err().contains("recursion limit"));
        let long = "x".repeat(LONGEST + 1);
        assert!(shown(&long).unwrap_err().contains("longer than 64 KiB"));
        assert_eq!(shown(&long[1..]).unwrap().len(), LONGEST);
    }
}
