//! What is looked for in scripts.

use crate::operation::nearest;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The script cannot work: it is not run.
    Error,
    /// It works, and is likely not what was meant.
    Warning,
}

impl Severity {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

macro_rules! rules {
    ($($(#[doc = $doc:literal])* $rule:ident $name:literal $severity:ident,)*) => {
        /// Something that is looked for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            $($(#[doc = $doc])* $rule,)*
        }

        impl Rule {
            /// Every rule, errors first.
            pub const ALL: &'static [Self] = &[$(Self::$rule),*];

            /// Its name, as `mw: allow(…)` writes it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$rule => $name),* }
            }

            /// What it is about, in a sentence.
            #[must_use]
            pub const fn doc(self) -> &'static str {
                match self { $(Self::$rule => concat!($($doc),*)),* }
            }

            /// How much it matters.
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self { $(Self::$rule => Severity::$severity),* }
            }
        }
    };
}

rules! {
    /// The script does not parse.
    ParseError "parse-error" Error,
    /// A condition assigns with `=` where it was to compare with `==`.
    AssignmentInCondition "assignment-in-condition" Error,
    /// A map has the same key twice.
    DuplicateKey "duplicate-key" Error,
    /// The header declares parameters that make no sense.
    BadHeader "bad-header" Error,
    /// What is imported is not there.
    UnknownImport "unknown-import" Error,
    /// Modules import each other in a circle.
    CircularImport "circular-import" Error,
    /// A module reaches thousands of others in one way or another.
    TooManyImports "too-many-imports" Error,
    /// There is no module of this name.
    UnknownModule "unknown-module" Error,
    /// There is no function of this name.
    UnknownFunction "unknown-function" Error,
    /// There is no method of this name, or none on this type.
    UnknownMethod "unknown-method" Error,
    /// There is no variable of this name here.
    UnknownVariable "unknown-variable" Error,
    /// The type has no field of this name.
    UnknownField "unknown-field" Error,
    /// The script uses an argument that its header does not declare.
    UndeclaredArgument "undeclared-argument" Error,
    /// A call has too many arguments, or too few.
    WrongArity "wrong-arity" Error,
    /// An argument is of the wrong type, or not one of the words it may be.
    WrongArgument "wrong-argument" Error,
    /// A value is used as what it is not: a list as a condition, a map as a list.
    WrongType "wrong-type" Error,
    /// What changes a value in place, and comes to nothing, is used as a value.
    ComesToNothing "comes-to-nothing" Error,
    /// A function changes an argument, which is a copy, and does nothing with it.
    LostChange "lost-change" Error,
    /// Two values of such types are never equal.
    NeverEqual "never-equal" Error,
    /// A whole number is divided by another one where what stands after the point matters.
    LostFraction "lost-fraction" Error,
    /// Nothing takes a value, and what it is of does nothing else.
    UnusedValue "unused-value" Error,
    /// Functions that a loop makes are kept beyond it, and share its variable, which is the last item then.
    SharedLoopVariable "shared-loop-variable" Error,
    /// A method is given a function that uses the variable it is called on.
    VariableInUse "variable-in-use" Error,
    /// A field is set that only the account can change.
    ReadOnlyField "read-only-field" Error,
    /// A map given to a function has a key that the function does not know.
    UnknownKey "unknown-key" Error,
    /// A map given to an operation lacks a key that the operation needs.
    MissingKey "missing-key" Error,
    /// What is waited for never is in this state.
    UnknownState "unknown-state" Error,
    /// A variable is never read.
    UnusedVariable "unused-variable" Warning,
    /// A parameter of a function is never read.
    UnusedParameter "unused-parameter" Warning,
    /// The header declares a parameter that the script never reads.
    UnusedArgument "unused-argument" Warning,
    /// An import is never used.
    UnusedImport "unused-import" Warning,
    /// Code after a `return`, `throw`, `break`, `continue` or `exit` never runs.
    UnreachableCode "unreachable-code" Warning,
    /// A condition is the same every time.
    ConstantCondition "constant-condition" Warning,
    /// A field is compared with a word it never is, as far as the documents say.
    UnknownWord "unknown-word" Warning,
    /// A text in double quotes has `${…}` in it, which is filled in only between backquotes.
    UnfilledText "unfilled-text" Warning,
    /// A function of the script takes the place of one that `mw` or the language has.
    ShadowedFunction "shadowed-function" Warning,
    /// `mw: allow(…)` names a rule that does not exist.
    UnknownRule "unknown-rule" Warning,
    /// `mw: allow(…)` allows what is not there.
    UnusedAllow "unused-allow" Warning,
}

impl Rule {
    /// The rule of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|rule| rule.name() == name)
    }

    /// The name most like this one.
    #[must_use]
    pub fn near(name: &str) -> Option<&'static str> {
        nearest(name, Self::ALL.iter().map(|rule| rule.name()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words_with_dashes_and_differ() {
        let mut names: Vec<&str> = Rule::ALL.iter().map(|rule| rule.name()).collect();
        assert!(
            names
                .iter()
                .all(|name| name.chars().all(|c| c.is_ascii_lowercase() || c == '-'))
        );
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Rule::ALL.len());
        assert!(Rule::ALL.is_sorted_by_key(|rule| rule.severity()));
        assert!(
            Rule::ALL
                .iter()
                .all(|rule| Rule::named(rule.name()) == Some(*rule))
        );
    }
}
