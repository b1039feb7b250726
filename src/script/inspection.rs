//! What a session holds, looked at without carrying anything out.

use rhai::{AST, Dynamic, Expr, Map, Stmt};

use super::check::Type;
use super::field;
use super::handle;
use super::interpreter::{Interpreter, Value};
use super::scan::{Scan, is_word};
use super::source::Source;
use super::value::{self, Args};
use crate::error::Complaint;

/// The most items of a list and keys of a map that are told of.
const FEW: usize = 4;
/// The most of a text that is told.
const LONGEST: usize = 60;

/// What is known of an expression before it is carried out.
#[derive(Clone, Debug)]
pub enum Known {
    /// Its value: it only reads what is there.
    Value(Value),
    /// Its type, as far as it can be told.
    Type(Type),
}

impl Known {
    /// The type.
    #[must_use]
    pub fn kind(&self) -> Type {
        match self {
            Self::Value(value) => Type::of(value),
            Self::Type(known) => known.clone(),
        }
    }

    /// The keys, if it is a map that is there.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        match self {
            Self::Value(value) => value.read_lock::<Map>().map_or_else(Vec::new, |map| {
                map.keys().map(ToString::to_string).collect()
            }),
            Self::Type(_) => Vec::new(),
        }
    }
}

/// A variable of a session.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// The name of its type, as far as it is of one.
    pub kind: String,
    /// Its value in a line.
    pub brief: String,
}

/// A function that a script defines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defined {
    /// Its name.
    pub name: String,
    /// Its parameters.
    pub params: Vec<String>,
    /// The first line of what is written about it.
    pub doc: String,
}

impl Defined {
    /// How it is called.
    #[must_use]
    pub fn signature(&self) -> String {
        format!("{}({})", self.name, self.params.join(", "))
    }
}

impl Interpreter {
    /// The variables that were declared and whose names begin so, in order, each as it is now.
    #[must_use]
    pub fn variables(&self, begin: &str) -> Vec<Variable> {
        let (scope, ..) = self.declared();
        let mut found: Vec<Variable> = Vec::new();
        let named = scope.iter_raw();
        for (name, _, value) in named.filter(|(name, ..)| name.starts_with(begin)) {
            // What a closure has hold of is looked at as it is now.
            let held = value.is_shared().then(|| value.flatten_clone());
            let value = held.as_ref().unwrap_or(value);
            found.retain(|known| known.name != name);
            found.push(Variable {
                name: name.to_owned(),
                kind: Type::of(value)
                    .name()
                    .unwrap_or_else(|| handle::described(value)),
                brief: glimpse(value),
            });
        }
        found
    }

    /// The names of the variables in scope.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let (scope, ..) = self.declared();
        scope.iter_raw().map(|(name, ..)| name)
    }

    /// The functions that were defined.
    #[must_use]
    pub fn functions(&self) -> Vec<Defined> {
        let (_, defined, _) = self.declared();
        let named = defined.iter_functions().filter(|it| !it.name.contains('$'));
        named
            .map(|it| Defined {
                name: it.name.to_owned(),
                params: it.params.iter().map(|param| (*param).to_owned()).collect(),
                doc: String::new(),
            })
            .collect()
    }

    /// The names under which modules were imported.
    pub fn aliases(&self) -> impl Iterator<Item = &str> {
        let (.., modules) = self.declared();
        modules.iter().map(|it| it.alias.as_str())
    }

    /// What an imported module offers.
    #[must_use]
    pub fn offered(&self, alias: &str) -> Vec<Defined> {
        let (.., modules) = self.declared();
        let Some(imported) = modules.iter().find(|it| it.alias == alias) else {
            return Vec::new();
        };
        let path = imported.seen();
        let source = Source::of_text("<repl>", format!("import {path:?} as it;"));
        let report = self.checker(&source).check(&source, &self.surroundings());
        let Some(module) = report.unit.imports.get("it") else {
            return Vec::new();
        };
        let text = &module.source.text;
        let written = Scan::of(text).functions();
        let own = module
            .functions
            .iter()
            .filter(|it| !it.private && !it.name.contains('$'));
        own.map(|function| Defined {
            name: function.name.clone(),
            params: function.params.clone(),
            doc: written
                .iter()
                .find(|it| it.name == function.name)
                .map(|it| above(text, it.at))
                .unwrap_or_default(),
        })
        .collect()
    }

    /// What is known of the expression that begins at this byte and ends with the text. What stands
    /// open in the text is closed first.
    #[must_use]
    pub fn known(&self, text: &str, at: usize) -> Known {
        let expression = text.get(at..).unwrap_or_default();
        if !is_declared_in(text.get(..at).unwrap_or_default(), expression)
            && let Some(value) = self.value_of(expression)
        {
            return Known::Value(value);
        }
        let mut around = self.surroundings();
        around.asked = Some(at);
        // What stands after `if` or `for` lacks a block.
        let texts = [closed(text), closed(&format!("{text} {{}}"))];
        let mut found = texts.into_iter().filter_map(|text| {
            let source = Source::of_text("<repl>", text);
            let report = self.checker(&source).check(&source, &around);
            report.unit.asked.clone()
        });
        Known::Type(found.next().unwrap_or(Type::Unknown))
    }

    /// The type of what a line comes to, or what is wrong with the line.
    pub fn type_of(&self, line: &str) -> Result<Known, Vec<Complaint>> {
        if let Some(value) = self.value_of(line) {
            return Ok(Known::Value(value));
        }
        let source = Source::of_text("<repl>", line);
        let report = self.checker(&source).check(&source, &self.surroundings());
        let complaints = report.refusals();
        if complaints.is_empty() {
            Ok(Known::Type(report.unit.value.clone()))
        } else {
            Err(complaints)
        }
    }

    /// The byte at which the last statement of a line begins, if it comes to a value.
    #[must_use]
    pub fn last_value(&self, line: &str) -> Option<usize> {
        let ast = self.parsed_line(line)?;
        let (Stmt::Expr(_) | Stmt::FnCall(..)) = ast.statements().last()? else {
            return None;
        };
        Some(last_statement(line))
    }

    /// The value of an expression that only reads what is there: `clouds[0].label`.
    fn value_of(&self, expression: &str) -> Option<Value> {
        let (scope, ..) = self.declared();
        let ast: AST = self.parsed(expression)?;
        let [Stmt::Expr(expr)] = ast.statements() else {
            return None;
        };
        read(expr, &|name| scope.get_value(name))
    }
}

/// A value in a few words: one may hold all there is, and it is looked at while a line is typed.
fn glimpse(value: &Value) -> String {
    if let Ok(list) = value.as_array_ref()
        && list.len() > FEW
    {
        return format!("{} items", list.len());
    }
    if let Some(map) = value.read_lock::<Map>() {
        let keys = map.keys().take(FEW).map(ToString::to_string);
        let more = if map.len() > FEW { ", …" } else { "" };
        return format!("#{{{}{more}}}", keys.collect::<Vec<_>>().join(", "));
    }
    if let Ok(list) = value.as_array_ref() {
        let items: Vec<String> = list.iter().map(glimpse).collect();
        return format!("[{}]", items.join(", "));
    }
    match value.as_immutable_string_ref() {
        Ok(text) => text.chars().take(LONGEST).collect(),
        Err(_) => value::brief(value).chars().take(LONGEST).collect(),
    }
}

/// The value of an expression that only reads.
fn read(expr: &Expr, variable: &dyn Fn(&str) -> Option<Dynamic>) -> Option<Dynamic> {
    match expr {
        Expr::Variable(it, ..) if it.2.is_empty() => variable(&it.1),
        Expr::Dot(it, ..) => step(&read(&it.lhs, variable)?, &it.rhs, true),
        Expr::Index(it, ..) => step(&read(&it.lhs, variable)?, &it.rhs, false),
        _ => None,
    }
}

/// What comes next in a chain; `dotted` tells whether a dot stands before it.
fn step(target: &Dynamic, next: &Expr, dotted: bool) -> Option<Dynamic> {
    match next {
        Expr::Property(it, _) if dotted => member(target, &it.2),
        Expr::Dot(it, ..) => step(&step(target, &it.lhs, dotted)?, &it.rhs, true),
        Expr::Index(it, ..) => step(&step(target, &it.lhs, dotted)?, &it.rhs, false),
        Expr::StringConstant(name, _) if !dotted => member(target, name),
        Expr::IntegerConstant(place, _) if !dotted => {
            let list = target.as_array_ref().ok()?;
            let place = usize::try_from(*place).ok()?;
            list.get(place).cloned()
        }
        _ => None,
    }
}

fn member(target: &Dynamic, name: &str) -> Option<Dynamic> {
    if let Some((record, origin)) = handle::found(target) {
        return field::field(record.as_ref(), name, origin).ok();
    }
    if let Some(args) = target.read_lock::<Args>() {
        return args.0.get(name).cloned();
    }
    target.read_lock::<Map>()?.get(name).cloned()
}

/// Whether the name that an expression begins with is declared in the text before it: it is then not
/// the session's variable of that name.
fn is_declared_in(text: &str, expression: &str) -> bool {
    let name: String = expression.chars().take_while(|c| is_word(*c)).collect();
    let code = Scan::of(text).code;
    let words = code.match_indices(name.as_str());
    !name.is_empty()
        && words.into_iter().any(|(at, _)| {
            let before = code.get(..at).unwrap_or_default();
            let after = code.get(at + name.len()..).unwrap_or_default();
            let is_whole = !before.ends_with(is_word) && !after.starts_with(is_word);
            let before = before.trim_end();
            is_whole
                && (before.ends_with(['|', ','])
                    || ["let", "const", "for", "fn"]
                        .iter()
                        .any(|word| before.ends_with(word)))
        })
}

/// The byte at which the last statement of a line begins.
fn last_statement(line: &str) -> usize {
    let code = Scan::of(line).code;
    let end = code
        .trim_end_matches(|c: char| c.is_whitespace() || c == ';')
        .len();
    let mut depth = 0_usize;
    let mut begin = 0;
    for (at, c) in code.char_indices().take_while(|(at, _)| *at < end) {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && (c == ';' || c == '}' && begins_statement(&code, at + 1)) {
            begin = at + 1;
        }
    }
    let rest = line.get(begin..).unwrap_or_default();
    begin + (rest.len() - rest.trim_start().len())
}

/// Whether a statement begins at this byte, after a block: the block ends one where another does.
fn begins_statement(code: &str, at: usize) -> bool {
    let rest = code.get(at..).unwrap_or_default().trim_start();
    let goes_on = ["else", "catch", "while"];
    rest.starts_with(is_word) && !goes_on.iter().any(|it| rest.starts_with(it))
}

/// The text with all closed that stands open in it.
fn closed(text: &str) -> String {
    let scan = Scan::of(text);
    let mut open = Vec::new();
    for c in scan.code.chars() {
        match c {
            '(' => open.push(')'),
            '[' => open.push(']'),
            '{' => open.push('}'),
            ')' | ']' | '}' => {
                open.pop();
            }
            _ => {}
        }
    }
    text.chars().chain(open.into_iter().rev()).collect()
}

/// The first line of what is written above the function whose name stands at this byte.
fn above(text: &str, at: usize) -> String {
    let before = text.get(..at).unwrap_or_default();
    let lines = before.lines().rev().skip(1);
    let written = lines
        .map(str::trim)
        .take_while(|line| line.starts_with("//"))
        .last();
    written
        .map(|line| line.trim_start_matches('/').trim().to_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_statement_of_a_line_is_found() {
        for (line, expected) in [
            ("1 + 1", "1 + 1"),
            ("let a = 1; f(a; b) + 1;", "f(a; b) + 1;"),
            ("fn f() { 1 } f()", "f()"),
            ("a::b(#{c: 1}.c) + 2", "a::b(#{c: 1}.c) + 2"),
            ("let t = \"a;b\"; t ", "t "),
        ] {
            assert_eq!(&line[last_statement(line)..], expected, "{line}");
        }
    }

    #[test]
    fn a_value_is_told_in_a_few_words_however_much_it_holds() {
        let engine = rhai::Engine::new();
        for (value, expected) in [
            ("[1, [2], \"c\"]", "[1, [2], c]"),
            ("let a = []; a.pad(5000, 1); a", "5000 items"),
            ("#{b: 1, a: [2]}", "#{a, b}"),
            ("#{a: 1, b: 1, c: 1, d: 1, e: 1}", "#{a, b, c, d, …}"),
            ("42", "42"),
        ] {
            assert_eq!(glimpse(&engine.eval(value).unwrap()), expected, "{value}");
        }
    }

    #[test]
    fn what_stands_open_is_closed() {
        assert_eq!(closed("f([1, #{a: \")\""), "f([1, #{a: \")\"}])");
    }

    #[test]
    fn the_first_line_above_a_function_is_what_it_does() {
        assert_eq!(above("/// One.\n/// Two.\nfn f() {}", 24), "One.");
        assert_eq!(above("fn f() {}", 3), "");
    }
}
