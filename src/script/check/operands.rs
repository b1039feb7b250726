//! Operators: what they come to, and what stands beside them.

use rhai::{Expr, FnCallExpr, Position};

use super::super::{inequality, subject, vocabulary};
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
        for arg in &call.args {
            self.words = None;
            known.push(self.wanted(arg));
            words = words.or(self.words.take().filter(|_| ends_in_field(arg)));
        }
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
            self.never_equal(name, a, b, at);
        }
        self.fraction(name, known, &call.args);
        if let ("contains", [Type::List(item), it]) = (name, known) {
            self.never_holds(item, it, at);
        }
        match (name, known) {
            ("==" | "!=" | "<" | "<=" | ">" | ">=" | "!" | "in" | "!in", _) => Type::Bool,
            ("+", [Type::Text, _]) => Type::Text,
            ("+", [Type::List(a), Type::List(b)]) => Type::list((**a).clone().or(b)),
            ("+" | "-", [Type::Instant, Type::Duration]) => Type::Instant,
            ("-", [Type::Instant, Type::Instant])
            | ("+" | "-", [Type::Duration, Type::Duration])
            | ("*" | "/", [Type::Duration, Type::Int])
            | ("*", [Type::Int, Type::Duration]) => Type::Duration,
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

    /// Looks at a quotient of whole numbers, which has nothing after its point, beside a number that has, or
    /// as a part of a whole: `up / all * 100`.
    fn fraction(&mut self, name: &str, known: &[Type], args: &[Expr]) {
        let ([a, b], [first, second]) = (args, known) else {
            return;
        };
        let of_whole = |expr, known: &Type| *known == Type::Int && quotient(expr).is_some();
        let (division, other) = match (of_whole(a, first), of_whole(b, second)) {
            (true, false) => (a, second),
            (false, true) => (b, first),
            _ => return,
        };
        let Some((at, divisor)) = quotient(division) else {
            return;
        };
        let is_compared = inequality::is_one(name) && *other == Type::Float;
        let is_rounding = is_same(divisor, a) || is_same(divisor, b);
        let is_part = match other {
            Type::Float => matches!(name, "+" | "-" | "*" | "/"),
            Type::Int => name == "*" && !is_rounding,
            _ => false,
        };
        if !is_compared && !is_part {
            return;
        }
        let finding = self.failing(
            Rule::LostFraction,
            at,
            "a whole number divided by another one loses what stands after the point".to_owned(),
            Some("make one of them a float: a.to_float() / b".to_owned()),
        );
        // It may be meant, but for the comparison.
        if let Some(finding) = finding {
            finding.refuses = is_compared;
        }
    }

    fn never_equal(&mut self, name: &str, a: &Type, b: &Type, at: Position) {
        let given = [a, b].map(|it| it.described().to_owned());
        let hint = vocabulary::operands(name, &given).to_owned();
        let [a, b] = given;
        let always = name == "!=";
        self.fails(
            Rule::NeverEqual,
            at,
            format!("{a} is never equal to {b}: `{name}` is always {always}"),
            Some(hint),
        );
    }

    /// Looks at what is looked for in a list.
    pub(super) fn never_holds(&mut self, item: &Type, it: &Type, at: Position) {
        if !item.may_equal(it) {
            let (kind, it) = (item.described(), it.described());
            self.fails(
                Rule::NeverEqual,
                at,
                format!("a list of which each item is {kind} never has {it} in it"),
                Some("ask for what an item has: list.some(|x| x.id == \"…\")".to_owned()),
            );
        }
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
            ("+" | "-", [Type::Instant, _], [_, span]) => self.span(span, false),
            (_, [Type::Duration, Type::Text], [_, span])
            | (_, [Type::Text, Type::Duration], [span, _])
                if inequality::is_one(name) =>
            {
                self.span(span, false);
            }
            _ => {}
        }
    }
}

/// Where an expression divides, and by what.
fn quotient(expr: &Expr) -> Option<(Position, &Expr)> {
    match expr {
        Expr::FnCall(call, at) if call.name == "/" => Some((*at, call.args.get(1)?)),
        _ => None,
    }
}

/// Whether two expressions are the same variable or the same number: `n / k * k` rounds down.
fn is_same(a: &Expr, b: &Expr) -> bool {
    match (a, b) {
        (Expr::Variable(a, ..), Expr::Variable(b, ..)) => a.1 == b.1,
        (Expr::IntegerConstant(a, _), Expr::IntegerConstant(b, _)) => a == b,
        _ => false,
    }
}

/// Whether an expression reads a field last.
pub(super) fn ends_in_field(expr: &Expr) -> bool {
    match expr {
        Expr::Property(..) => true,
        Expr::Dot(it, ..) | Expr::Index(it, ..) => ends_in_field(&it.rhs),
        _ => false,
    }
}
