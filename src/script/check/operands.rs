//! Operators: what they come to, and what stands beside them.

use rhai::{Expr, FnCallExpr, Position};

use super::super::inequality::{self, compares};
use super::super::moment::Instant;
use super::super::{diagnose, subject, vocabulary};
use super::rule::Rule;
use super::types::Type;
use super::walk::{Guard, Walk};
use crate::operation::near_word;
use crate::record::RecordKind;

/// The field that was read last, if the words it may be are known.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    /// The field.
    pub field: &'static str,
    /// What it may be, as far as the documents say.
    pub known: &'static [&'static str],
}

impl Words {
    /// Those of a field of a record.
    pub fn of(kind: &RecordKind, name: &str) -> Option<Self> {
        let field = kind.field_names().find(|it| *it == name);
        let known = subject::words_of(kind.name, name)?;
        Some(Self {
            field: field?,
            known,
        })
    }
}

impl Walk<'_> {
    /// What an operator comes to.
    pub(super) fn operator(&mut self, call: &FnCallExpr, at: Position) -> Type {
        let name = call.name.as_str();
        let mut known = Vec::with_capacity(call.args.len());
        let mut words = None;
        // Whoever compares with nothing means that.
        let is_asked = call.args.iter().any(|arg| matches!(arg, Expr::Unit(_)));
        let missing = self.may_be_missing;
        self.may_be_missing |= is_asked;
        for arg in &call.args {
            self.words = None;
            known.push(if is_asked {
                self.forgive(arg);
                self.expr(arg)
            } else {
                self.wanted(arg)
            });
            words = words.or(self.words.take().filter(|_| ends_in_field(arg)));
        }
        self.may_be_missing = missing;
        if let ("==" | "!=", Some(words)) = (name, words) {
            for arg in &call.args {
                self.word(&words, arg);
            }
        }
        self.literal(name, &known, &call.args, at);
        let known = known.as_slice();
        let sum = matches!(name, "+" | "-" | "*" | "/" | "%" | "**");
        if let [a, b] = known
            && inequality::is_one(name)
            && !a.may_be_less_than(b)
        {
            self.no_operator(name, a, b, at);
        }
        if let ("==" | "!=", [a, b]) = (name, known)
            && !a.may_equal(b)
        {
            self.never_equal(call, a, b, at);
        }
        self.fraction(name, known, &call.args);
        if let ("contains", [Type::List(item), it]) = (name, known) {
            self.never_holds(item, it, at);
        }
        match (name, known) {
            ("==" | "!=" | "<" | "<=" | ">" | ">=" | "!" | "in" | "!in", _) => Type::Bool,
            ("+", [Type::Text, _]) => Type::Text,
            ("+", [Type::List(a), Type::List(b)]) => Type::list((**a).clone().or(b)),
            ("+" | "-", [Type::Instant, Type::Duration | Type::Text]) => Type::Instant,
            (
                "-",
                [Type::Instant, Type::Instant]
                | [Type::Duration]
                | [Type::Duration, Type::Duration | Type::Text],
            )
            | ("+", [Type::Duration, Type::Duration])
            | ("/", [Type::Duration, Type::Int])
            | (
                "*",
                [Type::Duration, Type::Int | Type::Float]
                | [Type::Int | Type::Float, Type::Duration],
            ) => Type::Duration,
            ("/", [Type::Duration, Type::Duration]) => Type::Float,
            (_, [Type::Int, Type::Int]) if sum => Type::Int,
            (_, [Type::Float, Type::Int | Type::Float] | [Type::Int, Type::Float]) if sum => {
                Type::Float
            }
            ("-", [one @ (Type::Int | Type::Float)]) => one.clone(),
            // What it does with records and lists is known: nothing.
            (_, [a @ Type::Record(_), b]) if sum && b.is_known() => {
                self.no_operator(name, a, b, at);
                Type::Unknown
            }
            (
                "-" | "*" | "/" | "%" | "**",
                [a @ Type::Text, b @ (Type::Int | Type::Float)]
                | [a @ (Type::Int | Type::Float), b @ Type::Text],
            )
            | (
                _,
                [
                    a @ Type::List(_),
                    b @ (Type::Int | Type::Float | Type::Bool),
                ],
            ) if sum => {
                self.no_operator(name, a, b, at);
                Type::Unknown
            }
            _ => Type::Unknown,
        }
    }

    /// Looks at what is told apart by cases, which are texts and numbers and never durations or instants.
    pub(super) fn no_case(&mut self, known: &Type, at: Position) {
        if matches!(known, Type::Duration | Type::Instant) {
            let what = known.described();
            let message = format!("{what} is none of the cases, which are other values");
            let hint =
                "compare it: if x == \"10m\" { … }; or tell its text apart, switch x.to_string()";
            self.fails(Rule::NeverEqual, at, message, Some(hint.to_owned()));
        }
    }

    /// Looks at a quotient of whole numbers, which has nothing after its point, beside a number that has, or
    /// as a part of a whole: `up / all * 100`.
    fn fraction(&mut self, name: &str, known: &[Type], args: &[Expr]) {
        let ([a, b], [first, second]) = (args, known) else {
            return;
        };
        let (division, other, number) = match (self.quotient(a, first), self.quotient(b, second)) {
            (Some(division), None) => (division, second, b),
            (None, Some(division)) => (division, first, a),
            _ => return,
        };
        let message = "a whole number divided by another one loses what stands after the point";
        let hint = "make one of them a float: a.to_float() / b";
        let (message, hint) = (message.to_owned(), Some(hint.to_owned()));
        let is_between = matches!(number, Expr::FloatConstant(number, _) if number.fract() != 0.0);
        let is_compared = compares(name);
        if is_compared && is_between {
            self.fails(Rule::LostFraction, division, message, hint);
        } else if *other == Type::Float && matches!(name, "+" | "-" | "*" | "/")
            || (name == "*" && is_percent(number, args))
        {
            self.suspects(Rule::LostFraction, division, message, hint);
        }
    }

    /// Where whole numbers are divided, by an expression or before it in a variable.
    pub(super) fn quotient(&mut self, expr: &Expr, known: &Type) -> Option<Position> {
        if *known != Type::Int {
            return None;
        }
        match expr {
            Expr::FnCall(call, at) if call.name == "/" => Some(*at),
            Expr::Variable(it, ..) => self.scope.find(&it.1)?.quotient,
            _ => None,
        }
    }

    /// A variable that nothing was put in is read by whoever means that.
    fn forgive(&mut self, expr: &Expr) {
        if let Expr::Variable(it, ..) = expr
            && let Some(variable) = self.scope.find(&it.1)
        {
            variable.nothing = None;
        }
    }

    fn never_equal(&mut self, call: &FnCallExpr, a: &Type, b: &Type, at: Position) {
        let name = call.name.as_str();
        let given = [a, b].map(|it| it.described().to_owned());
        let hint = vocabulary::operands(name, &given).to_owned();
        let [a, b] = given;
        let always = name == "!=";
        let finding = self.failing(
            Rule::NeverEqual,
            at,
            format!("{a} is never equal to {b}: `{name}` is always {always}"),
            Some(hint),
        );
        // A constant that somebody sets at the top may be of another type tomorrow.
        if let Some(finding) = finding {
            finding.refuses = call.args.iter().any(|arg| !is_set(arg));
        }
    }

    /// Looks at what is looked for in a list.
    pub(super) fn never_holds(&mut self, item: &Type, it: &Type, at: Position) {
        if item.may_equal(it) {
            return;
        }
        let given = [item, it].map(|it| it.described().to_owned());
        let hint = match item {
            Type::Record(_) => "ask for what an item has: list.some(|x| x.id == \"…\")",
            _ => vocabulary::operands("==", &given),
        };
        let [item, it] = &given;
        self.fails(
            Rule::NeverEqual,
            at,
            format!("a list of which each item is {item} never has {it} in it"),
            Some(hint.to_owned()),
        );
    }

    fn no_operator(&mut self, name: &str, a: &Type, b: &Type, at: Position) {
        let hint = match a {
            Type::List(_) if name == "+" => "add an item as a list: list + [item]",
            Type::Record(_) => "use one of its fields",
            _ => {
                let given = [a, b].map(|it| it.described().to_owned());
                vocabulary::operands(name, &given)
            }
        };
        let hint = Some(hint.to_owned());
        self.fails(
            Rule::WrongType,
            at,
            format!(
                "`{name}` does not take {} and {}",
                a.described(),
                b.described()
            ),
            hint,
        );
    }

    /// Looks at a word that a field is compared with.
    pub(super) fn word(&mut self, words: &Words, with: &Expr) {
        let Expr::StringConstant(word, at) = with else {
            return;
        };
        if words.known.contains(&word.as_str()) {
            return;
        }
        let hint = near_word(word, words.known).map_or_else(
            || format!("known are {}", words.known.join(", ")),
            |near| format!("did you mean {near:?}?"),
        );
        self.warn(
            Rule::UnknownWord,
            *at,
            format!(
                "`{}` is never {:?}, as far as is known",
                words.field,
                word.as_str()
            ),
            Some(hint),
        );
    }

    /// Looks at what is written down beside an operator.
    fn literal(&mut self, name: &str, known: &[Type], args: &[Expr], at: Position) {
        // What is tried out is meant to fail.
        if self.guard != Guard::None {
            return;
        }
        match (name, known, args) {
            ("/" | "%", [Type::Int, _], [_, Expr::IntegerConstant(0, _)]) => self.fails(
                Rule::WrongArgument,
                at,
                "division by zero".to_owned(),
                Some("a whole number is divided by another one than 0".to_owned()),
            ),
            ("+" | "-", [Type::Instant, _], [_, Expr::StringConstant(text, place)]) => {
                self.exact_span(text, *place);
            }
            ("+" | "-", [Type::Instant, _], [_, span]) => self.span(span, false),
            (_, [Type::Duration, Type::Text], [_, span])
            | (_, [Type::Text, Type::Duration], [span, _])
                if compares(name) =>
            {
                self.span(span, false);
            }
            (_, [Type::Instant, Type::Text], [_, Expr::StringConstant(text, place)])
            | (_, [Type::Text, Type::Instant], [Expr::StringConstant(text, place), _])
                if compares(name) =>
            {
                if let Err(error) = Instant::parse(text) {
                    let (message, hint) = diagnose::sentence(&error);
                    self.fails(Rule::WrongArgument, *place, message, hint);
                }
            }
            _ => {}
        }
    }
}

/// Whether a quotient is made a part of 100, and not rounded down to hundreds.
fn is_percent(number: &Expr, args: &[Expr]) -> bool {
    let is_hundred = |expr: &Expr| matches!(expr, Expr::IntegerConstant(100, _));
    let rounds = args.iter().any(|arg| match arg {
        Expr::FnCall(call, _) => call.args.last().is_some_and(is_hundred),
        _ => false,
    });
    is_hundred(number) && !rounds
}

/// Whether an expression is what a script sets: a variable or a value that is written down.
fn is_set(expr: &Expr) -> bool {
    matches!(expr, Expr::Variable(..)) || expr.is_constant()
}

/// Whether an expression reads a field last.
pub(super) fn ends_in_field(expr: &Expr) -> bool {
    match expr {
        Expr::Property(..) => true,
        Expr::Dot(it, ..) | Expr::Index(it, ..) => ends_in_field(&it.rhs),
        _ => false,
    }
}
