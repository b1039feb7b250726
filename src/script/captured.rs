//! What the branches of `parallel` use of the script around them.
//!
//! A method locks a shared value for as long as it takes, and other branches that come upon it meanwhile
//! would fail: `parallel(items, |i| nodes[i].reboot())`. What the script's functions do nothing with but
//! read it is copied instead, once for each branch, and nobody can tell the difference. All else stays
//! shared: what a branch changes is the script's.

use std::collections::HashSet;

use rhai::{AST, ASTNode, Array, Dynamic, Expr, FnCallExpr, FnPtr, Map, NativeCallContext, Stmt};

use super::call::meant;
use super::check::{Changes, closure, root};
use super::host::Host;
use super::parts::each_part;
use super::{handle, language};

/// The most values that are copied for all branches of one `parallel`, with what they hold: more would take
/// up more memory than the script has.
const MOST: usize = 500_000;

/// How many bytes of a text count as a value.
const BYTES: usize = 64;

/// Methods that only read what they are called on, and call nothing.
const READERS: &[&str] = &[
    "captures",
    "contains",
    "ends_with",
    "extract",
    "find_all",
    "first",
    "get",
    "is_empty",
    "join",
    "keys",
    "last",
    "len",
    "matches",
    "pluck",
    "replace_all",
    "starts_with",
    "sub_string",
    "to_csv",
    "to_json",
    "to_lower",
    "to_map",
    "to_string",
    "to_upper",
    "to_yaml",
    "values",
];

/// Methods that only read, and call the function that is written there.
const CALLERS: &[&str] = &[
    "all", "filter", "find", "find_map", "index_of", "map", "order", "reduce", "some",
];

/// Methods that only read, and call the function that is written there, or take the name of a field.
const FIELDED: &[&str] = &[
    "count_by", "group_by", "sort_by", "sum_by", "unique", "where",
];

/// Whether a script does something by which its branches may change what is not called so: what is
/// handed to `call` and `curry` as functions is shared under another name.
pub(super) fn is_unclear(script: &AST) -> bool {
    let (mut curried, mut made, mut found) = (0_usize, 0_usize, false);
    each_part(script, |node| {
        match node {
            ASTNode::Expr(Expr::FnCall(call, _)) | ASTNode::Stmt(Stmt::FnCall(call, _)) => {
                found |= call.name == "call";
                curried += usize::from(call.name == "curry");
            }
            ASTNode::Expr(expr @ Expr::Stmt(_)) => {
                made += usize::from(closure(expr).is_some());
            }
            _ => {}
        }
        !found
    });
    // The parser makes closures of what they capture in this way.
    found || curried > made
}

/// What a body uses that its branches need copies of, by its place among what the body is given.
pub(super) struct Captured {
    places: Vec<usize>,
}

impl Captured {
    /// What a body uses, of which so many branches are to have copies.
    pub(super) fn of(
        host: &Host,
        context: &NativeCallContext<'_>,
        body: &FnPtr,
        branches: usize,
    ) -> Self {
        let is_shared = body.curry().iter().any(Dynamic::is_shared);
        let uses = is_shared.then(|| Uses::of(context, body)).flatten();
        let is_copied = |place: usize, value: &Dynamic| {
            if handle::found(value).is_some() {
                // Of another module's functions nothing is known; a record can only be put in another's place.
                return uses.as_ref().is_none_or(|uses| !uses.assigns(place));
            }
            let mut left = MOST / branches.max(1);
            !host.is_unclear()
                && uses.as_ref().is_some_and(|uses| uses.only_reads(place))
                && fits(value, &mut left)
        };
        let places = body.curry().iter().enumerate();
        Self {
            places: places
                .filter(|(place, value)| value.is_shared() && is_copied(*place, value))
                .map(|(place, _)| place)
                .collect(),
        }
    }

    /// The body with copies of its own, which still cost nothing to call it with.
    pub(super) fn copied(&self, body: &FnPtr) -> FnPtr {
        let mut body = body.clone();
        for (place, value) in body.iter_curry_mut().enumerate() {
            if self.places.contains(&place) {
                *value = match handle::found(value) {
                    Some((record, origin)) => handle::wrap(record, origin),
                    None => value.flatten_clone().into_shared(),
                };
            }
        }
        body
    }
}

/// Whether a value has no more than so many in it, which are counted off.
fn fits(value: &Dynamic, left: &mut usize) -> bool {
    let own = match value.as_immutable_string_ref() {
        Ok(text) => 1 + text.len() / BYTES,
        Err(_) => 1,
    };
    let Some(rest) = left.checked_sub(own) else {
        return false;
    };
    *left = rest;
    if let Some(list) = value.read_lock::<Array>() {
        return list.iter().all(|item| fits(item, left));
    }
    if let Some(map) = value.read_lock::<Map>() {
        return map.values().all(|item| fits(item, left));
    }
    // A function that a map holds may be called on it, and change it.
    !value.is_fnptr() && !value.is_blob()
}

/// What the functions of a script do to what a body is given first. Functions that have nothing to do with
/// it may use the same names: then it is taken for what they do.
struct Uses {
    names: Vec<String>,
    assigned: HashSet<String>,
    changed: HashSet<String>,
}

impl Uses {
    fn of(context: &NativeCallContext<'_>, body: &FnPtr) -> Option<Self> {
        let scripts: Vec<AST> = context
            .iter_namespaces()
            .map(|functions| AST::new([], functions.clone()))
            .collect();
        let functions = || scripts.iter().flat_map(AST::iter_functions);
        let own = functions().find(|function| function.name == body.fn_name())?;
        // Methods that modules have for types are called without saying so.
        let mut modules = context.iter_imports();
        if modules.any(|(_, module)| module.contains_indexed_global_functions()) {
            return None;
        }
        let names = own.params.iter().map(ToString::to_string).collect();
        let known: HashSet<&str> = functions().map(|function| function.name).collect();
        let mut uses = Self {
            names,
            assigned: HashSet::new(),
            changed: HashSet::new(),
        };
        let has_this = scripts.iter().any(says_this);
        for script in &scripts {
            let changes = Changes::of(script, &known, false);
            let reading = Reading {
                own: &known,
                has_this,
            };
            each_part(script, |node| {
                uses.changed.extend(reading.changed(node));
                true
            });
            uses.assigned.extend(changes.assigned);
            uses.changed.extend(changes.changed);
        }
        Some(uses)
    }

    fn assigns(&self, place: usize) -> bool {
        self.names
            .get(place)
            .is_none_or(|name| self.assigned.contains(name))
    }

    fn only_reads(&self, place: usize) -> bool {
        let is_read = |name: &String| !self.assigned.contains(name) && !self.changed.contains(name);
        self.names.get(place).is_some_and(is_read)
    }
}

/// Whether any function is about what it is called on, which it may change.
fn says_this(script: &AST) -> bool {
    let mut found = false;
    each_part(script, |node| {
        found |= matches!(node, ASTNode::Expr(Expr::ThisPtr(_)));
        !found
    });
    found
}

/// What is known to do nothing but read.
struct Reading<'a> {
    own: &'a HashSet<&'a str>,
    has_this: bool,
}

impl Reading<'_> {
    /// The variable that a part of a script may change.
    fn changed(&self, node: &ASTNode<'_>) -> Option<String> {
        match node {
            ASTNode::Expr(Expr::Dot(it, ..) | Expr::Index(it, ..)) if !self.reads(&it.rhs) => {
                root(&it.lhs)
            }
            // Functions of the script are given copies.
            ASTNode::Expr(Expr::FnCall(call, _)) | ASTNode::Stmt(Stmt::FnCall(call, _))
                if language::function(&call.name).is_some_and(language::Native::is_in_place) =>
            {
                call.args.first().and_then(root)
            }
            _ => None,
        }
    }

    /// Whether all methods of a chain only read.
    fn reads(&self, chain: &Expr) -> bool {
        match chain {
            Expr::MethodCall(call, _) => self.is_reader(call),
            Expr::Dot(it, ..) | Expr::Index(it, ..) => self.reads(&it.lhs) && self.reads(&it.rhs),
            // A place in a list, which is no part of what is called.
            _ => true,
        }
    }

    fn is_reader(&self, call: &FnCallExpr) -> bool {
        let name = call.name.as_str();
        if self.own.contains(name) {
            return false;
        }
        let is_written = |arg: &Expr| closure(arg).is_some_and(|it| it.is_written());
        let is_name = |arg: &Expr| matches!(arg, Expr::StringConstant(..));
        if CALLERS.contains(&name) {
            return !self.has_this && call.args.iter().all(is_written);
        }
        if FIELDED.contains(&name) {
            let fits = |arg: &Expr| is_written(arg) || is_name(arg);
            return !self.has_this && call.args.iter().all(fits);
        }
        // An operation acts upon the account, and not upon what it is called on.
        READERS.contains(&name)
            || language::function(name).is_none() && meant().any(|it| it == name)
    }
}
