//! From a text to what the parser makes of it, past its first mistake where that is sound.

use std::collections::{HashMap, HashSet};

use rhai::{
    AST, ASTNode, Engine, FnAccess, LexError, ParseError, ParseErrorType, Position, Scope, Stmt,
};

use super::super::diagnose;
use super::super::scan::Scan;
use super::super::source::Source;
use super::finding::Finding;
use super::items::{self, Item};
use super::mentions::has_bare_import;
use super::rule::Rule;

/// More mistakes of this kind than anyone mends at once.
const MOST_ERRORS: usize = 20;

/// A function of a script.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Its parameters; of a closure those it captures come first.
    pub params: Vec<String>,
    /// Whether importers cannot call it.
    pub private: bool,
    /// The statements it is made of.
    pub body: Vec<Stmt>,
}

/// What the parser made of a text.
#[derive(Debug, Default)]
pub struct Parsed {
    /// What could be parsed, nothing if nothing could.
    pub ast: Option<AST>,
    /// The statements outside of functions.
    pub statements: Vec<Stmt>,
    /// The functions, closures by the names that the parser gave them.
    pub functions: Vec<Function>,
    /// What does not parse.
    pub findings: Vec<Finding>,
    /// The names declared in what does not parse: nothing is known of them.
    pub lost: HashSet<String>,
    /// A name that the parser found undefined, which is to be found again with all others.
    pub undefined: Option<Finding>,
    /// The name, if it is that of a module.
    pub undefined_module: Option<String>,
}

/// Parses a text. `lenient` lets undefined names pass, so that all of them are found.
pub fn parse(
    strict: &Engine,
    lenient: &Engine,
    scope: &Scope<'_>,
    source: &Source,
    scan: &Scan,
) -> Parsed {
    let mut parsed = Parsed::default();
    let first = match strict.compile_with_scope(scope, &source.text) {
        Ok(ast) => {
            parsed.findings.extend(open_comment(source));
            parsed.fill(ast);
            return parsed;
        }
        Err(error) => error,
    };
    let rule = match first.err_type() {
        ParseErrorType::VariableUndefined(_) => Some(Rule::UnknownVariable),
        ParseErrorType::ModuleUndefined(module) => {
            parsed.undefined_module = Some(module.clone());
            Some(Rule::UnknownModule)
        }
        _ => None,
    };
    parsed.undefined = rule.map(|rule| Finding::new(rule, diagnose::parse(source, &first)));
    let mut text = source.text.clone();
    let mut items: Option<Vec<Item>> = None;
    while parsed.findings.len() < MOST_ERRORS {
        let error = match lenient.compile_with_scope(scope, &text) {
            Ok(ast) => {
                parsed.fill(ast);
                return parsed;
            }
            Err(error) => error,
        };
        parsed.findings.push(finding(source, &error));
        let items = items.get_or_insert_with(|| items::of(&scan.code));
        let Some(item) = items::at(items, &text, error.position()) else {
            break;
        };
        let Some(lost) = text.get(item.clone()).map(blank) else {
            break;
        };
        let code = scan.code.get(item.clone()).unwrap_or_default();
        parsed.lost.extend(items::declared(code));
        if text.get(item.clone()) == Some(lost.as_str()) {
            // It was blanked already: the mistake is not where it seems to be.
            parsed.findings.pop();
            break;
        }
        text.replace_range(item, &lost);
    }
    parsed
}

/// The text with spaces for all but its lines.
fn blank(text: &str) -> String {
    let mut blank = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\n' | '\r') {
            blank.push(c);
        } else {
            blank.extend(std::iter::repeat_n(' ', c.len_utf8()));
        }
    }
    blank
}

/// A comment that is never closed, which swallows the rest of a script and is none to the parser.
fn open_comment(source: &Source) -> Option<Finding> {
    if !source.text.contains("/*") {
        return None;
    }
    diagnose::open_comment(source).map(|complaint| Finding::new(Rule::ParseError, complaint))
}

fn finding(source: &Source, error: &ParseError) -> Finding {
    let rule = match error.err_type() {
        ParseErrorType::DuplicatedProperty(_) => Rule::DuplicateKey,
        ParseErrorType::BadInput(LexError::ImproperSymbol(symbol, why))
            if symbol == "=" && why.contains("==") =>
        {
            Rule::AssignmentInCondition
        }
        _ => Rule::ParseError,
    };
    Finding::new(rule, diagnose::parse(source, error))
}

impl Parsed {
    fn fill(&mut self, ast: AST) {
        self.statements = ast.statements().to_vec();
        let only = ast.clone_functions_only();
        let keys: Vec<(String, usize)> = only
            .iter_fn_def()
            .map(|function| (function.name.to_string(), function.params.len()))
            .collect();
        let mut bodies = HashMap::new();
        bodies_of(&only, &keys, &mut bodies);
        self.functions = only
            .iter_fn_def()
            .map(|function| Function {
                name: function.name.to_string(),
                params: function.params.iter().map(ToString::to_string).collect(),
                private: function.access == FnAccess::Private,
                body: bodies
                    .remove(&(function.name.to_string(), function.params.len()))
                    .unwrap_or_default(),
            })
            .collect();
        self.ast = Some(ast);
    }

    /// Whether functions come in under their own names, by an import without a name.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.ast.as_ref().is_some_and(has_bare_import)
    }
}

/// The statements of each function. The parser's own representation of a body has no name that can
/// be said: what is left to see is the statements of a script that has one function alone.
fn bodies_of(
    ast: &AST,
    keys: &[(String, usize)],
    bodies: &mut HashMap<(String, usize), Vec<Stmt>>,
) {
    if let [key] = keys {
        let mut body = Vec::new();
        ast.walk(&mut |path: &[ASTNode<'_>]| {
            if let [ASTNode::Stmt(statement)] = path {
                body.push((*statement).clone());
            }
            true
        });
        bodies.insert(key.clone(), body);
        return;
    }
    let (one, other) = keys.split_at(keys.len() / 2);
    for half in [one, other] {
        if half.is_empty() {
            continue;
        }
        let wanted: HashSet<(&str, usize)> = half
            .iter()
            .map(|(name, count)| (name.as_str(), *count))
            .collect();
        let mut part = ast.clone();
        part.retain_functions(|_, _, name, count| wanted.contains(&(name, count)));
        bodies_of(&part, half, bodies);
    }
}

/// A position as a byte of a text.
#[must_use]
pub fn offset(text: &str, position: Position) -> Option<usize> {
    let line = position.line()?;
    let start: usize = text
        .split_inclusive('\n')
        .take(line - 1)
        .map(str::len)
        .sum();
    let column = position.position().unwrap_or(1).saturating_sub(1);
    let rest = text.get(start..)?;
    let inside = rest
        .char_indices()
        .nth(column)
        .map_or(rest.len(), |(at, _)| at);
    Some(start + inside)
}
