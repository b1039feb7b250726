//! Arguments that are written down where they are given: words, numbers, maps of fields.

use rhai::{Expr, Position};

use super::super::diagnose::borrowed;
use super::super::subject;
use super::callable::Callable;
use super::operands::Words;
use super::rule::Rule;
use super::types::Type;
use super::walk::Walk;
use crate::operation::{Field, Kind, every_name, field_at, near_word, nearest, way};

impl Walk<'_> {
    /// Looks at the arguments of a call. `first` counts those that stand before the ones given: what
    /// a method is called on; `known` has all of them.
    pub(super) fn look_at(
        &mut self,
        name: &str,
        meaning: &Callable,
        args: &[Expr],
        known: &[Type],
        first: usize,
        position: Position,
    ) {
        if let Some(operation) = meaning.operation {
            let params = meaning.params.get(first..).unwrap_or_default();
            for (param, arg) in params.iter().zip(args) {
                let at = Spot {
                    operation: operation.name,
                    path: param.name.to_owned(),
                    call: position,
                };
                self.value(&param.kind, arg, &at);
            }
            return;
        }
        let target = known.first().unwrap_or(&Type::Unknown);
        self.spans(name, args, first);
        match name {
            "append" if matches!(target, Type::List(_)) => {
                let other = known.get(1).filter(|it| it.is_known());
                if let Some(other) = other.filter(|it| !matches!(it, Type::List(_))) {
                    self.fails(
                        Rule::WrongArgument,
                        position,
                        format!("`append` does not take a list and {}", other.described()),
                        Some(borrowed::PUSHED.to_owned()),
                    );
                }
            }
            "contains" | "index_of" => {
                if let (Type::List(item), Some(it)) = (target, known.get(1))
                    && *it != Type::Function
                {
                    self.never_holds(item, it, position);
                }
            }
            "wait_for" => self.state(target, args.get(1 - first), position),
            "where" | "sort_by" | "group_by" | "count_by" | "sum_by" | "unique" | "pluck" => {
                self.named_field(&target.item(), args.get(1 - first));
                if let ("where", Type::Record(kind), Some(Expr::StringConstant(field, _))) =
                    (name, target.item(), args.get(1 - first))
                    && let Some(value) = args.get(2 - first)
                {
                    if let Some(words) = Words::of(kind, field) {
                        self.word(&words, value);
                    }
                    if let (Some(field), Some(value)) = (Type::of_field(kind, field), known.get(2))
                    {
                        // Lists and records are found by their text.
                        if !matches!(field, Type::List(_) | Type::Record(_)) {
                            self.never_holds(&field, value, position);
                        }
                    }
                }
            }
            "table" | "to_csv" => {
                if let Some(Expr::Array(columns, _)) = args.get(1 - first) {
                    // What is nested is read by its path.
                    let is_plain = |it: &&Expr| !matches!(it, Expr::StringConstant(path, _) if path.contains('.'));
                    for column in columns.iter().filter(is_plain) {
                        self.named_field(&target.item(), Some(column));
                    }
                }
            }
            _ => {}
        }
        if name == "sort_by"
            && let Some(Expr::StringConstant(order, at)) = args.get(2 - first)
            && !matches!(order.as_str(), "asc" | "desc")
        {
            self.fails(
                Rule::WrongArgument,
                *at,
                format!("the order is \"asc\" or \"desc\", not {:?}", order.as_str()),
                Some("write \"desc\" for the largest first".to_owned()),
            );
        }
    }

    /// Looks at the state that something is waited for.
    fn state(&mut self, target: &Type, state: Option<&Expr>, position: Position) {
        if let Some(expected) = known_not_to_wait(target) {
            self.fails(
                Rule::WrongArgument,
                position,
                format!("wait_for takes a cloud, an order or a node, not {expected}"),
                Some(
                    "fetch it first: wait_for(cloud(\"My first cloud\"), \"complete\")".to_owned(),
                ),
            );
            return;
        }
        let Some(Expr::StringConstant(state, at)) = state else {
            return;
        };
        let (what, states) = match target {
            Type::Record(kind) => subject::states_of(kind.name),
            _ => subject::states_of(""),
        };
        if states.contains(&state.as_str()) {
            return;
        }
        let hint = nearest(state, states.iter().copied()).map_or_else(
            || {
                format!(
                    "it can be {}; for anything else use wait_until",
                    states.join(", ")
                )
            },
            |near| format!("did you mean {near:?}?"),
        );
        self.fails(
            Rule::UnknownState,
            *at,
            format!("{what} is never {:?}", state.as_str()),
            Some(hint),
        );
    }

    /// Looks at the name of a field of the items of a list.
    fn named_field(&mut self, item: &Type, name: Option<&Expr>) {
        if let (Type::Record(_), Some(Expr::StringConstant(name, at))) = (item, name) {
            self.field(item, name, *at);
        }
    }

    /// Looks at a value for what it may be.
    fn value(&mut self, kind: &Kind, expr: &Expr, at: &Spot) {
        let position = expr.start_position();
        let wrong = match (kind, expr) {
            (Kind::OneOf(words), Expr::StringConstant(text, _)) => {
                if words.contains(&text.as_str()) {
                    return;
                }
                let hint = near_word(text, words).map(|near| format!("did you mean {near:?}?"));
                let words: Vec<String> = words.iter().map(|word| format!("{word:?}")).collect();
                let message = format!("must be {}, not {:?}", words.join(" or "), text.as_str());
                self.fails(Rule::WrongArgument, position, at.says(&message), hint);
                return;
            }
            (Kind::Int(low, high), Expr::IntegerConstant(number, _)) => {
                (low..=high).contains(&number).then_some(()).map_or_else(
                    || {
                        Some(format!(
                            "must be a whole number from {low} to {high}, not {number}"
                        ))
                    },
                    |()| None,
                )
            }
            (Kind::Object(fields), Expr::Map(map, place)) => {
                let given: Vec<(&str, &Expr, Position)> = map
                    .0
                    .iter()
                    .map(|(key, value)| (key.name.as_str(), value, key.pos))
                    .collect();
                self.fields(fields, &given, *place, at);
                None
            }
            (Kind::List(item) | Kind::OneOrMany(item), Expr::Array(items, _)) => {
                for (index, expr) in items.iter().enumerate() {
                    self.value(item, expr, &at.within(&format!("[{index}]")));
                }
                None
            }
            (Kind::OneOrMany(item), expr) => {
                self.value(item, expr, at);
                None
            }
            (kind, expr) => mismatch(kind, expr),
        };
        if let Some(message) = wrong {
            let hint = match kind {
                Kind::Text => "write it in quotes, or put a value into it: `${value}`".to_owned(),
                Kind::Object(fields) => {
                    format!("write it as a map: #{{{}: …}}", first_name(fields))
                }
                Kind::List(_) => "write it in square brackets: […]".to_owned(),
                kind => format!("it is declared as {}", kind.type_name()),
            };
            self.fails(Rule::WrongArgument, position, at.says(&message), Some(hint));
        }
    }

    fn fields(
        &mut self,
        fields: &'static [Field],
        given: &[(&str, &Expr, Position)],
        place: Position,
        at: &Spot,
    ) {
        let mut present: Vec<Vec<&'static str>> = Vec::new();
        let mut meant: Vec<&'static str> = Vec::new();
        for (name, value, position) in given {
            let Some(path) = way(fields, name) else {
                let near = nearest(name, every_name(fields));
                meant.extend(near);
                let hint = near.map_or_else(
                    || format!("it has {}", every_name(fields).join(", ")),
                    |near| format!("did you mean `{near}`?"),
                );
                self.fails(
                    Rule::UnknownKey,
                    *position,
                    format!(
                        "{}: `{name}` is not a field of this operation",
                        at.operation
                    ),
                    Some(hint),
                );
                continue;
            };
            // An absent value and unit mean the same: the field is left out.
            if matches!(value, Expr::Unit(_)) {
                continue;
            }
            if let Some(field) = field_at(fields, &path) {
                self.value(&field.kind, value, &at.named(name));
            }
            present.push(path);
        }
        for missing in missing(fields, &present) {
            // Misspelt, it was said already.
            if meant.contains(&missing.name) {
                continue;
            }
            let hint = format!("add {}: {}", missing.name, missing.kind.type_name());
            let position = if at.path == "body" { at.call } else { place };
            self.fails(
                Rule::MissingKey,
                position,
                at.named(missing.name).says("is missing"),
                Some(hint),
            );
        }
    }
}

/// What cannot be waited for, if the value is of that kind.
fn known_not_to_wait(target: &Type) -> Option<&'static str> {
    match target {
        Type::Unknown => None,
        Type::Record(kind) if matches!(kind.name, "Cloud" | "DeployedCloud" | "Order" | "Node") => {
            None
        }
        known => Some(known.described()),
    }
}

/// What is wrong with a value that is written down, if it is of another kind.
fn mismatch(kind: &Kind, expr: &Expr) -> Option<String> {
    let shown = match expr {
        Expr::IntegerConstant(number, _) => number.to_string(),
        Expr::FloatConstant(number, _) => number.to_string(),
        Expr::BoolConstant(held, _) => held.to_string(),
        Expr::StringConstant(text, _) => format!("{:?}", text.as_str()),
        Expr::InterpolatedString(..) => "a text".to_owned(),
        Expr::Array(..) => "a list".to_owned(),
        Expr::Map(..) => "a map".to_owned(),
        _ => return None,
    };
    let fits = match kind {
        Kind::Text | Kind::OneOf(_) => {
            matches!(
                expr,
                Expr::StringConstant(..) | Expr::InterpolatedString(..)
            )
        }
        Kind::Id(_) => matches!(
            expr,
            Expr::StringConstant(..) | Expr::InterpolatedString(..) | Expr::IntegerConstant(..)
        ),
        // A float without a fraction is written as a whole number.
        Kind::Int(..) => matches!(expr, Expr::IntegerConstant(..) | Expr::FloatConstant(..)),
        Kind::Bool => matches!(expr, Expr::BoolConstant(..)),
        Kind::List(_) => matches!(expr, Expr::Array(..)),
        Kind::OneOrMany(_) | Kind::Any => true,
        Kind::Object(_) => matches!(expr, Expr::Map(..)),
    };
    (!fits).then(|| {
        let name = match kind {
            Kind::OneOf(_) => kind.type_name().replace(" | ", " or "),
            Kind::List(_) | Kind::OneOrMany(_) => "a list".to_owned(),
            Kind::Int(..) => "a whole number".to_owned(),
            Kind::Id(resource) => format!("the id of {resource}"),
            _ => format!("a {}", kind.type_name()),
        };
        format!("must be {name}, not {shown}")
    })
}

/// Where a value stands in a call.
struct Spot {
    operation: &'static str,
    path: String,
    call: Position,
}

impl Spot {
    fn says(&self, what: &str) -> String {
        format!("{}: `{}` {what}", self.operation, self.path)
    }

    fn within(&self, step: &str) -> Self {
        Self {
            operation: self.operation,
            path: format!("{}{step}", self.path),
            call: self.call,
        }
    }

    fn named(&self, name: &str) -> Self {
        // The body is what scripts write as the map itself: naming it would only confuse.
        if self.path == "body" {
            return Self {
                operation: self.operation,
                path: name.to_owned(),
                call: self.call,
            };
        }
        self.within(&format!(".{name}"))
    }
}

fn first_name(fields: &'static [Field]) -> &'static str {
    fields.first().map_or("name", |field| field.name)
}

/// The required fields that are not given, neither nested nor flat.
fn missing(fields: &'static [Field], present: &[Vec<&'static str>]) -> Vec<&'static Field> {
    let mut absent = Vec::new();
    for field in fields {
        let parts: Vec<Vec<&'static str>> = present
            .iter()
            .filter(|path| path.first() == Some(&field.name))
            .map(|path| path.get(1..).unwrap_or_default().to_vec())
            .collect();
        let inner = match field.kind {
            // What is given whole is looked at where it stands.
            Kind::Object(inner) if parts.iter().all(|part| !part.is_empty()) => inner,
            _ => &[],
        };
        if !parts.is_empty() || field.required {
            let within = missing(inner, &parts);
            if parts.is_empty() && within.is_empty() {
                absent.push(field);
            }
            absent.extend(within);
        }
    }
    absent
}
