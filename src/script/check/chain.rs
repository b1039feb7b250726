//! Fields, items and methods: what comes after a dot or in square brackets.

use rhai::{ASTFlags, Expr, Position};

use super::super::diagnose::{NO_FIELDS, PART, borrowed};
use super::super::language;
use super::super::local::dates::FIELDS as MOMENT_FIELDS;
use super::operands::Words;
use super::rule::Rule;
use super::types::Type;
use super::walk::Walk;
use crate::operation::nearest;

impl Walk<'_> {
    /// What comes after a dot.
    pub(super) fn dotted(&mut self, target: &Type, rest: &Expr) -> Type {
        match rest {
            Expr::Property(it, position) => self.field(target, &it.2, *position),
            Expr::MethodCall(call, position) => self.method(target, call, *position),
            Expr::Dot(it, ..) => {
                self.characters(&it.lhs, &it.rhs);
                let next = self.dotted(target, &it.lhs);
                self.dotted(&next, &it.rhs)
            }
            Expr::Index(it, flags, _) => {
                let next = self.dotted(target, &it.lhs);
                self.indexed(&next, &it.rhs, *flags)
            }
            other => {
                self.expr(other);
                Type::Unknown
            }
        }
    }

    /// Looks at what is asked of the characters of a text, which can only be gone through.
    fn characters(&mut self, of: &Expr, next: &Expr) {
        let first = match next {
            Expr::Dot(it, ..) | Expr::Index(it, ..) => &it.lhs,
            next => next,
        };
        if let (Expr::MethodCall(chars, _), Expr::MethodCall(asked, at)) = (of, first)
            && chars.name == "chars"
            && asked.name == "len"
            && !self.own.contains_key("chars")
            && !self.own.contains_key("len")
        {
            self.fails(
                Rule::UnknownMethod,
                *at,
                "the characters of a text have no method `len`".to_owned(),
                Some(borrowed::COUNTED.to_owned()),
            );
        }
    }

    /// What comes in square brackets, and after them.
    pub(super) fn indexed(&mut self, target: &Type, rest: &Expr, flags: ASTFlags) -> Type {
        if !flags.contains(ASTFlags::BREAK) {
            match rest {
                Expr::Dot(it, ..) => {
                    let next = self.item(target, &it.lhs);
                    return self.dotted(&next, &it.rhs);
                }
                Expr::Index(it, flags, _) => {
                    let next = self.item(target, &it.lhs);
                    return self.indexed(&next, &it.rhs, *flags);
                }
                _ => {}
            }
        }
        self.item(target, rest)
    }

    fn item(&mut self, target: &Type, index: &Expr) -> Type {
        let known = self.expr(index);
        if let (Type::List(_), Expr::FnCall(call, _)) = (target, index)
            && matches!(call.name.as_str(), ".." | "..=")
        {
            self.fails(
                Rule::WrongType,
                index.start_position(),
                "an item of a list has one number, and not a range".to_owned(),
                Some(PART.to_owned()),
            );
            return Type::Unknown;
        }
        if let (Type::List(_), Type::Text) = (target, &known) {
            self.fails(
                Rule::WrongType,
                index.start_position(),
                "an item of a list has a number, and not a name".to_owned(),
                Some("find it by what it has: list.find(|x| x.label == \"…\")".to_owned()),
            );
            return Type::Unknown;
        }
        match (target, index) {
            (
                Type::Record(_) | Type::Args | Type::Keys(_),
                Expr::StringConstant(name, position),
            ) => self.field(target, name, *position),
            (Type::List(item), _) if known == Type::Int => (**item).clone(),
            _ => Type::Unknown,
        }
    }

    /// Reads a field.
    pub(super) fn field(&mut self, target: &Type, name: &str, position: Position) -> Type {
        match target {
            Type::Record(kind) => {
                if let Some(known) = Type::of_field(kind, name) {
                    self.words = Words::of(kind, name);
                    return known;
                }
                // Every value has a tag.
                if name != "tag" {
                    self.no_field(target, name, kind.field_names(), position);
                }
                Type::Unknown
            }
            Type::Args => self.argument(name, position),
            Type::Run => {
                if !matches!(name, "id" | "resumed" | "tag") {
                    self.no_field(target, name, ["id", "resumed"], position);
                }
                Type::Unknown
            }
            Type::Instant => {
                if name != "tag" && !MOMENT_FIELDS.contains(&name) {
                    self.no_field(target, name, MOMENT_FIELDS.iter().copied(), position);
                }
                Type::Unknown
            }
            Type::Keys(keys) => {
                // Of what may be missing only a slip is certain.
                let is_one = name == "tag" || keys.iter().any(|key| key == name);
                let near = nearest(name, keys.iter().map(String::as_str));
                if !is_one && (near.is_some() || !self.may_be_missing) {
                    self.no_key(keys, name, near, position);
                }
                Type::Unknown
            }
            Type::Unknown | Type::Map | Type::Unit | Type::Function => Type::Unknown,
            _ => {
                let property = language::property(name);
                let ways = property
                    .into_iter()
                    .flat_map(|property| property.ways.iter().copied());
                for way in ways {
                    let (takes, result) = way.split_once("->").unwrap_or((way, ""));
                    if target.fits(takes.trim()) {
                        return Type::named(result);
                    }
                }
                self.no_property(target, name, position);
                Type::Unknown
            }
        }
    }

    /// A key that a map never has, where the language would give nothing.
    fn no_key(&mut self, keys: &[String], name: &str, near: Option<&str>, position: Position) {
        let hint = near.map_or_else(
            || format!("it has {}", keys.join(", ")),
            super::super::vocabulary::meant,
        );
        self.fails(
            Rule::UnknownField,
            position,
            format!("this map has no key `{name}`"),
            Some(hint),
        );
    }

    fn no_field(
        &mut self,
        target: &Type,
        name: &str,
        known: impl IntoIterator<Item = &'static str>,
        position: Position,
    ) {
        let near = nearest(name, known);
        let what = target.described();
        let hint = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("mw doc {what} lists its fields"),
        };
        let finding = self.failing(
            Rule::UnknownField,
            position,
            format!("{what} has no field `{name}`"),
            Some(hint),
        );
        // The account may say more than was known when this was made: only a slip is certain.
        if near.is_none()
            && let Some(finding) = finding
        {
            finding.refuses = false;
        }
    }

    fn no_property(&mut self, target: &Type, name: &str, position: Position) {
        let hint = match target {
            Type::List(item) => match &**item {
                Type::Record(kind) if kind.field_names().any(|it| it == name) => Some(format!(
                    "of every item: .map(|x| x.{name}); of one: [0].{name}"
                )),
                Type::Record(kind) => nearest(name, kind.field_names())
                    .map(|near| format!("of every item: .map(|x| x.{near})")),
                _ => None,
            },
            Type::Duration => Some("it has methods: seconds(), minutes(), hours()".to_owned()),
            _ => None,
        };
        // What is a method is called.
        let hint = hint.or_else(|| {
            let meanings = self.meanings(name);
            let suits = meanings
                .iter()
                .any(|it| !it.takes.is_empty() && it.suits(target));
            suits.then(|| format!("it is a method: call it, .{name}()"))
        });
        let hint = hint
            .or_else(|| borrowed::method(name, &|word| target.fits(word)))
            .or_else(|| Some(NO_FIELDS.to_owned()));
        self.fails(
            Rule::UnknownField,
            position,
            format!("{} has no field `{name}`", target.described()),
            hint,
        );
    }

    /// Reads an argument of the script; gives what it is.
    fn argument(&mut self, name: &str, position: Position) -> Type {
        self.bare_arguments = self.bare_arguments.saturating_sub(1);
        self.arguments.insert(name.to_owned());
        let Some(declared) = self.ground.declared else {
            return Type::Unknown;
        };
        if let Some((_, known)) = declared.iter().find(|(own, _)| own == name) {
            return known.clone();
        }
        if name == "tag" {
            return Type::Unknown;
        }
        let near = nearest(name, declared.iter().map(|(own, _)| own.as_str()));
        let hint = match near {
            Some(near) => format!("did you mean `args.{near}`?"),
            None if self.ground.in_tests => {
                "a test is run without arguments: run_script(\"job.rhai\", #{…}) runs a script with some"
                    .to_owned()
            }
            None => format!("declare it in the header: //! @param {name}: string"),
        };
        self.fails(
            Rule::UndeclaredArgument,
            position,
            format!("the script has no parameter `{name}`"),
            Some(hint),
        );
        Type::Unknown
    }
}
