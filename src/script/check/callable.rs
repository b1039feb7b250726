//! What a name may mean when it is called.

use super::super::arguments::stands_for;
use super::super::builtins::{BUILTINS, IN_TESTS};
use super::super::language;
use super::super::sugar::SUGAR;
use super::signature::Signature;
use super::types::Type;
use crate::api;
use crate::operation::{Kind, Operation, Param};

/// One thing a name may mean.
#[derive(Clone, Debug)]
pub struct Callable {
    /// What its first argument may be, as words that [`Type::fits`] knows; anything without any.
    pub takes: Vec<&'static str>,
    /// The fewest arguments, the first included.
    pub least: usize,
    /// The most.
    pub most: usize,
    /// What it comes to.
    pub result: Type,
    /// How it is called, for help.
    pub signature: Option<String>,
    /// Whether it is called by its name rather than on something.
    pub is_function: bool,
    /// The operation behind it.
    pub operation: Option<&'static Operation>,
    /// The parameters that the arguments are for, the first argument's included.
    pub params: &'static [Param],
}

impl Callable {
    /// Whether it can be called with so many arguments.
    #[must_use]
    pub fn counts(&self, given: usize) -> bool {
        (self.least..=self.most).contains(&given)
    }

    /// Whether its first argument may be of this type.
    #[must_use]
    pub fn suits(&self, first: &Type) -> bool {
        self.takes.is_empty() || self.takes.iter().any(|word| first.fits(word))
    }
}

/// Everything a name may mean that is not of the script itself.
#[must_use]
pub fn meanings(name: &str, in_tests: bool) -> Vec<Callable> {
    let mut found = Vec::new();
    for operation in api::operations() {
        if operation.form.is_some_and(|form| form.name == name) {
            found.push(method(operation));
        }
        if operation.name == name {
            functions(operation, &mut found);
        } else if operation.alias == Some(name) {
            found.push(Callable {
                takes: vec!["map"],
                is_function: true,
                ..of(operation, operation.params)
            });
        }
    }
    for sugar in SUGAR.iter().filter(|sugar| sugar.name == name) {
        let Some(signature) = Signature::parse(sugar.signature) else {
            continue;
        };
        // A node may be named by its cloud and itself, a cloud by its id or by its stats.
        let by_cloud = sugar.on == "Node" && name != "refresh";
        found.push(Callable {
            takes: match sugar.on {
                "Cloud" => vec!["Cloud", "CloudStats", "text"],
                _ if by_cloud => vec![sugar.on, "Cloud", "text"],
                own => vec![own],
            },
            least: signature.least,
            most: signature.most + usize::from(by_cloud),
            result: signature.result,
            signature: Some(sugar.signature.to_owned()),
            is_function: false,
            operation: None,
            params: &[],
        });
    }
    let tests = IN_TESTS.iter().filter(|it| in_tests && it.on.is_none());
    for builtin in BUILTINS.iter().chain(tests).filter(|it| it.name == name) {
        let signature = Signature::parse(builtin.signature);
        found.push(Callable {
            takes: builtin.on.filter(|on| *on != "any").into_iter().collect(),
            least: signature.as_ref().map_or(0, |it| it.least),
            most: signature.as_ref().map_or(usize::MAX, |it| it.most),
            result: signature.map_or(Type::Unknown, |it| it.result),
            signature: Some(builtin.signature.to_owned()),
            is_function: builtin.on.is_none(),
            operation: None,
            params: &[],
        });
    }
    let native = language::function(name).into_iter();
    for way in native.flat_map(|native| native.ways) {
        let (takes, result) = way.split_once("->").unwrap_or((way, ""));
        let takes: Vec<&'static str> = takes.split_whitespace().collect();
        found.push(Callable {
            least: takes.len(),
            most: takes.len(),
            takes: takes
                .into_iter()
                .take(1)
                .filter(|it| *it != "any")
                .collect(),
            result: Type::named(result),
            signature: None,
            is_function: false,
            operation: None,
            params: &[],
        });
    }
    found
}

fn required(params: &[Param]) -> usize {
    let needed = params
        .iter()
        .filter(|it| it.required && it.default.is_none());
    needed.count()
}

fn of(operation: &'static Operation, params: &'static [Param]) -> Callable {
    Callable {
        takes: Vec::new(),
        least: required(params),
        most: params.len(),
        result: Type::of_answer(operation.answer),
        signature: Some(operation.signature()),
        is_function: false,
        operation: Some(operation),
        params,
    }
}

/// The parameters that are left when a resource brings what it belongs to.
fn brought(operation: &'static Operation) -> Option<(&'static str, &'static [Param])> {
    let [parent, own, ..] = operation.params else {
        return None;
    };
    match own.kind {
        Kind::Id(kind) if parent.place.is_path() && own.place.is_path() => {
            Some((kind, operation.params.get(1..)?))
        }
        _ => None,
    }
}

/// An operation called by its own name.
fn functions(operation: &'static Operation, found: &mut Vec<Callable>) {
    if let Some((kind, params)) = brought(operation) {
        found.push(Callable {
            takes: vec![kind],
            ..of(operation, params)
        });
    }
    let takes = match operation.params.first().map(|param| param.kind) {
        Some(Kind::Id(kind)) => vec![kind, "text", "int"],
        Some(Kind::Object(_)) => vec!["map"],
        _ => Vec::new(),
    };
    found.push(Callable {
        takes,
        is_function: true,
        ..of(operation, operation.params)
    });
}

/// An operation called as the method it reads as.
fn method(operation: &'static Operation) -> Callable {
    let on = operation.form.map_or("", |form| form.on);
    let params = match brought(operation) {
        Some((kind, params)) if stands_for(on) == kind => params,
        _ => operation.params,
    };
    Callable {
        takes: vec![on],
        ..of(operation, params)
    }
}

/// The functions of `sim`.
#[must_use]
pub fn of_simulator(name: &str) -> Vec<Callable> {
    let own = IN_TESTS
        .iter()
        .filter(|it| it.on.is_some() && it.name == name);
    own.filter_map(|builtin| {
        let signature = Signature::parse(builtin.signature)?;
        Some(Callable {
            takes: Vec::new(),
            least: signature.least,
            most: signature.most,
            result: signature.result,
            signature: Some(builtin.signature.to_owned()),
            is_function: true,
            operation: None,
            params: &[],
        })
    })
    .collect()
}

/// The names of the methods of a type, to suggest one.
#[must_use]
pub fn methods_of(known: &Type) -> Vec<&'static str> {
    let forms = api::operations()
        .filter_map(|operation| operation.form)
        .filter(|form| known.fits(form.on))
        .map(|form| form.name);
    let sugar = SUGAR
        .iter()
        .filter(|sugar| known.fits(sugar.on))
        .map(|sugar| sugar.name);
    let builtins = BUILTINS
        .iter()
        .filter(|it| it.on.is_some_and(|on| known.fits(on)) || it.name == "wait_for")
        .map(|it| it.name);
    let natives = language::LANGUAGE
        .iter()
        .filter(|native| {
            let mut firsts = native
                .ways
                .iter()
                .filter_map(|way| way.split_whitespace().next());
            firsts.any(|first| first != "->" && known.fits(first))
        })
        .map(|native| native.name);
    forms.chain(sugar).chain(builtins).chain(natives).collect()
}
