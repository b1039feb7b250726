use proptest::prelude::*;

use super::*;

fn kinds() -> impl Strategy<Value = Kind> {
    prop_oneof![
        Just(Kind::Text),
        Just(Kind::Int),
        Just(Kind::Float),
        Just(Kind::Bool),
        Just(Kind::Duration),
        Just(Kind::Instant),
        Just(Kind::List),
        prop::collection::hash_set(".{0,8}", 1..4)
            .prop_map(|words| Kind::Choice(words.into_iter().collect())),
    ]
}

fn values(kind: &Kind) -> BoxedStrategy<Value> {
    match kind {
        Kind::Text => ".*".prop_map(Value::from).boxed(),
        Kind::Int => any::<i64>().prop_map(Value::from).boxed(),
        Kind::Float => any::<i32>()
            .prop_map(|eighths| Value::from(f64::from(eighths) / 8.0))
            .boxed(),
        Kind::Bool => any::<bool>().prop_map(Value::from).boxed(),
        Kind::Duration => (0u32..99999)
            .prop_map(|seconds| format!("{seconds}s").into())
            .boxed(),
        Kind::Instant => Just(json!("2026-01-15T08:00:00Z")).boxed(),
        Kind::List => prop::collection::vec(".*", 0..3)
            .prop_map(Value::from)
            .boxed(),
        Kind::Choice(words) => prop::sample::select(words.clone())
            .prop_map(Value::from)
            .boxed(),
    }
}

fn params() -> impl Strategy<Value = Parameter> {
    kinds()
        .prop_flat_map(|kind| {
            let default = prop::option::of(values(&kind));
            (
                Just(kind),
                default,
                any::<bool>(),
                "([a-z]{1,8}( [a-z=?]{1,5})?)?",
            )
        })
        .prop_map(|(kind, default, optional, doc)| Parameter {
            name: String::new(),
            kind,
            optional: optional && default.is_none(),
            default,
            doc,
            line: 0,
        })
}

proptest! {
    #[test]
    fn no_text_panics_and_reading_is_stable(source in "(//! ?(@param|@rest)? ?.{0,30}\n){0,6}.*") {
        let first = Header::parse("a", &source);
        prop_assert_eq!(&first, &Header::parse("a", &source));
        match first {
            Ok(header) => { let _ = (header.help("a"), header.read(&["x".to_owned()])); }
            Err(complaints) => for complaint in complaints { let _ = complaint.to_string(); },
        }
    }

    #[test]
    fn a_declaration_written_is_the_declaration_read(params in prop::collection::vec(params(), 0..5)) {
        let mut params = params;
        let mut source = String::new();
        for (index, param) in params.iter_mut().enumerate() {
            param.name = format!("p{index}");
            param.line = index + 1;
            for part in ["//! ", &param.to_string(), "\n"] {
                source.push_str(part);
            }
        }
        prop_assert_eq!(header(&source).params, params);
    }

    #[test]
    fn no_arguments_panic(args in prop::collection::vec("(-{0,2}(no-)?(cloud|batch|force)?=?.{0,6})", 0..6)) {
        let _ = header(ROLLING).read(&args);
    }

    #[test]
    fn values_read_are_values_that_check(args in prop::collection::vec("(cloud|batch=[0-9]|--force|x)", 0..4)) {
        let header = header(ROLLING);
        if let Ok(Outcome::Values(values)) = header.read(&args) {
            prop_assert_eq!(header.check(&values), Ok(values));
        }
    }
}
