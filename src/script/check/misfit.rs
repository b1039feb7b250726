//! Calls that find nothing to call, or call it with what it does not take.

use rhai::Position;

use super::super::builtins::IN_TESTS;
use super::super::diagnose::borrowed;
use super::super::vocabulary;
use super::callable::{self, Callable};
use super::calls::is_word;
use super::rule::Rule;
use super::types::Type;
use super::walk::Walk;
use crate::api;
use crate::operation::nearest;

impl Walk<'_> {
    pub(super) fn no_function(&mut self, name: &str, first: &Type, position: Position) {
        if self.ground.is_open || self.ground.lost.contains(name) {
            return;
        }
        let own: Vec<&str> = self.own.keys().copied().filter(|it| is_word(it)).collect();
        let is_for_tests = IN_TESTS.iter().any(|it| it.on.is_none() && it.name == name);
        let held = self
            .scope
            .find(name)
            .filter(|it| it.known == Type::Function);
        let is_held = held.is_some();
        if let Some(variable) = held {
            variable.used = true;
        }
        let own_near = nearest(name, own.into_iter().filter(|it| !it.contains('$')));
        let borrowed = || borrowed::function(name, &|word| first.fits(word));
        let hint = if is_for_tests {
            format!("`{name}` is for tests, which mw test runs")
        } else if is_held {
            format!("`{name}` holds a function: call it as {name}.call(…)")
        } else {
            let own_near = own_near.map(vocabulary::meant);
            own_near
                .or_else(borrowed)
                .unwrap_or_else(|| vocabulary::remedy(name))
        };
        self.find(
            Rule::UnknownFunction,
            position,
            format!("there is no function `{name}`"),
            Some(hint),
        );
    }

    pub(super) fn no_method(&mut self, target: &Type, name: &str, position: Position) {
        if self.ground.is_open || self.ground.lost.contains(name) {
            return;
        }
        let message = match target {
            Type::Unknown | Type::Map | Type::Keys(_) | Type::Unit => {
                format!("there is no method `{name}`")
            }
            known => format!("{} has no method `{name}`", known.described()),
        };
        self.find(
            Rule::UnknownMethod,
            position,
            message,
            Some(self.near_method(target, name)),
        );
    }

    fn near_method(&self, target: &Type, name: &str) -> String {
        if *target == Type::Unit {
            return borrowed::IN_PLACE.to_owned();
        }
        if let Some(instead) = borrowed::method(name, &|word| target.fits(word))
            && !self.own.contains_key(name)
        {
            return instead;
        }
        let of_type = if target.is_known() {
            nearest(name, callable::methods_of(target))
        } else {
            let own = self.own.keys().copied().filter(|it| !it.contains('$'));
            nearest(name, own).or_else(|| vocabulary::near(name))
        };
        let of_floats = |it: &Callable| it.takes.contains(&"float");
        if *target == Type::Int && callable::meanings(name, false).iter().any(of_floats) {
            return format!("make it a float first: .to_float().{name}()");
        }
        match (of_type, target) {
            (Some(near), _) => format!("did you mean `{near}`?"),
            (None, Type::Record(kind)) if kind.field_names().any(|it| it == name) => {
                format!("it is a field: write it without brackets, .{name}")
            }
            (None, Type::Record(kind)) => format!("mw doc {} lists its methods", kind.name),
            (None, known) => vocabulary::listed(known.described()),
        }
    }

    /// A function of the script that is called with a number of arguments it does not take.
    pub(super) fn miscounted(
        &mut self,
        name: &str,
        given: usize,
        counts: &[usize],
        position: Position,
    ) {
        if self.ground.is_open {
            return;
        }
        let words: Vec<String> = counts.iter().map(usize::to_string).collect();
        let one = counts == [1];
        let ways: Vec<String> = self
            .own
            .get(name)
            .into_iter()
            .flatten()
            .map(|function| format!("{name}({})", function.params.join(", ")))
            .collect();
        let hint = (!ways.is_empty()).then(|| format!("call it as {}", ways.join(" or ")));
        self.find(
            Rule::WrongArity,
            position,
            format!(
                "`{name}` takes {} argument{}, and is called with {given}",
                words.join(" or "),
                if one { "" } else { "s" }
            ),
            hint,
        );
    }

    /// A call of ours that other languages have on such a value.
    fn takes_no(
        &mut self,
        name: &str,
        is_method: bool,
        first: &Type,
        instead: String,
        position: Position,
    ) {
        let first = first.described();
        let (rule, message) = if is_method {
            (
                Rule::UnknownMethod,
                format!("{first} has no method `{name}`"),
            )
        } else {
            (
                Rule::WrongArgument,
                format!("`{name}` does not take {first}"),
            )
        };
        self.fails(rule, position, message, Some(instead));
    }

    /// A function of ours that is called with what it does not take.
    pub(super) fn unfit(
        &mut self,
        name: &str,
        is_method: bool,
        meanings: &[Callable],
        count: usize,
        first: &Type,
        position: Position,
    ) {
        if self.ground.is_open {
            return;
        }
        let suiting: Vec<&Callable> = meanings.iter().filter(|it| it.suits(first)).collect();
        let fits = |word: &str| first.fits(word);
        let borrowed = if is_method {
            borrowed::method(name, &fits).filter(|_| first.is_known())
        } else {
            borrowed::function(name, &fits)
        };
        if let (true, Type::List(item)) = (suiting.is_empty(), first)
            && (matches!(**item, Type::Record(_)) || (item.is_known() && borrowed.is_none()))
            && meanings
                .iter()
                .any(|it| !it.takes.is_empty() && it.suits(item))
        {
            self.fails(
                Rule::UnknownMethod,
                position,
                format!("a list has no method `{name}`"),
                Some(format!(
                    "call it on its items: for x in list {{ x.{name}() }}"
                )),
            );
            return;
        }
        if suiting.is_empty()
            && let Some(instead) = borrowed
        {
            self.takes_no(name, is_method, first, instead, position);
            return;
        }
        let signatures = |of: &[&Callable]| {
            let mut all: Vec<String> = of.iter().filter_map(|it| it.signature.clone()).collect();
            all.dedup();
            (!all.is_empty()).then(|| format!("call it as {}", all.join(" or ")))
        };
        if suiting.is_empty() {
            let takers: Vec<&Callable> = meanings.iter().collect();
            if is_method {
                let near = self.near_method(first, name);
                let hint = if *first == Type::Unit
                    || near.contains("did you mean")
                    || near.contains("it is a field")
                    || near.contains("a float first")
                {
                    Some(near)
                } else {
                    methods_elsewhere(name)
                        .or_else(|| signatures(&takers))
                        .or(Some(near))
                };
                self.fails(
                    Rule::UnknownMethod,
                    position,
                    format!("{} has no method `{name}`", first.described()),
                    hint,
                );
            } else {
                let of_language = || vocabulary::of_language(name, first.described());
                self.fails(
                    Rule::WrongArgument,
                    position,
                    format!("`{name}` does not take {}", first.described()),
                    (*first == Type::Int)
                        .then(of_language)
                        .flatten()
                        .or_else(|| signatures(&takers))
                        .or_else(of_language),
                );
            }
            return;
        }
        if let (true, Type::Record(kind), 1) = (is_method, first, count)
            && let Some(hint) = methods_elsewhere(name)
        {
            self.fails(
                Rule::UnknownMethod,
                position,
                format!("{} has no method `{name}`", kind.name),
                Some(hint),
            );
            return;
        }
        let given = count - usize::from(is_method);
        let fewest = suiting.iter().map(|it| it.least).min().unwrap_or(0);
        let how = if count < fewest { "few" } else { "many" };
        self.fails(
            Rule::WrongArity,
            position,
            format!(
                "`{name}` is called with {given} argument{}, which is too {how}",
                if given == 1 { "" } else { "s" }
            ),
            signatures(&suiting).or(borrowed),
        );
    }
}

/// The types that have a method of this name.
fn methods_elsewhere(name: &str) -> Option<String> {
    let forms = api::operations().filter_map(|operation| operation.form);
    let types: Vec<&str> = forms
        .filter(|form| form.name == name)
        .map(|form| form.on)
        .collect();
    (!types.is_empty()).then(|| format!("it is a method of {}", types.join(", ")))
}
