//! What is called: an operation by its name, or by its method and path.

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::api::{self, route, route::Found};
use crate::error::Complaint;
use crate::operation::{
    Access, Answer, Arguments, Effect, EffectRule, Kind, Method, Operation, Param, Repeat,
    RepeatRule, nearest,
};

/// What is called, and the arguments that its path gives.
#[derive(Debug)]
pub struct Door {
    /// The operation, declared or not.
    pub operation: &'static Operation,
    /// What its path gives.
    pub arguments: Arguments,
    /// The words that are left.
    pub words: Vec<String>,
    /// Whether it is declared, and so known what it does.
    pub is_declared: bool,
    /// The declared path most like it, where it is not declared itself.
    pub near: Option<String>,
}

const METHODS: [Method; 6] = [
    Method::Get,
    Method::Post,
    Method::Patch,
    Method::Delete,
    Method::Put,
    Method::Head,
];

/// Reads what is called off the first words of the command line.
pub fn find(first: &str, words: &[String]) -> Result<Door, Complaint> {
    let named = METHODS
        .into_iter()
        .find(|method| method.as_str().eq_ignore_ascii_case(first));
    match (named, words.split_first()) {
        (Some(method), Some((path, rest))) => by_path(method, path, rest),
        (Some(method), None) => Err(
            Complaint::usage(format!("{} needs a path", method.as_str()))
                .hint(format!("such as: mw call {} /v1/clouds", method.as_str())),
        ),
        (None, _) if first.contains('/') => by_path(Method::Get, first, words),
        (None, next) => match api::operation(first) {
            Some(operation) => Ok(Door {
                operation,
                arguments: Arguments::new(),
                words: words.to_vec(),
                is_declared: true,
                near: None,
            }),
            None => Err(unknown(first, next.map(|(next, _)| next.as_str()))),
        },
    }
}

fn unknown(first: &str, next: Option<&str>) -> Complaint {
    if next.is_some_and(|next| next.starts_with('/')) {
        let methods = METHODS.map(Method::as_str);
        let near = nearest(first, methods);
        return Complaint::usage(format!("there is no method `{first}`")).hint(near.map_or_else(
            || format!("they are {}", methods.join(", ")),
            |near| format!("did you mean {near}?"),
        ));
    }
    let names = api::operations().map(|operation| operation.name);
    Complaint::usage(format!("there is no operation `{first}`")).hint(
        nearest(first, names).map_or_else(
            || "`mw doc` lists them; a path is called as: mw call GET /v1/clouds".to_owned(),
            |near| format!("did you mean `{near}`?"),
        ),
    )
}

fn by_path(method: Method, path: &str, words: &[String]) -> Result<Door, Complaint> {
    if path.contains("://") {
        return Err(
            Complaint::usage("a whole address is given where a path is wanted")
                .hint("leave scheme and host out: they are the profile's, or those of --url"),
        );
    }
    let path = if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("/{path}")
    };
    let no_path = |what: &str| {
        Complaint::usage(format!("{path:?} is no path: {what}")).hint("such as /v1/clouds")
    };
    let (plain, query) = path.split_once('?').unwrap_or((&path, ""));
    if path.contains('#') {
        return Err(no_path("it has a fragment"));
    }
    if !is_written_well(plain, query) || plain.split('/').any(|step| step == "." || step == "..") {
        return Err(no_path(
            "it holds what cannot stand in one; encode it with %",
        ));
    }
    let steps = steps(plain);
    if steps.iter().any(|step| matches!(step.as_str(), "." | "..")) {
        return Err(no_path("a step of it leads to another path"));
    }
    match route::find(method.as_str(), &format!("/{}", steps.join("/"))) {
        Found::Operation(operation, values) => {
            let mut arguments = Arguments::new();
            for (name, value) in values {
                let value = decoded(value);
                if value != format!("{{{name}}}") {
                    arguments.set(name, value);
                }
            }
            for (name, value) in query.split('&').filter(|it| !it.is_empty()).map(pair) {
                arguments.set(&name, value);
            }
            Ok(Door {
                operation,
                arguments,
                words: words.to_vec(),
                is_declared: true,
                near: None,
            })
        }
        // A server may answer HEAD by doing what GET does, and keep the answer to itself.
        Found::Methods(_) if method == Method::Head && get_changes(&steps) => {
            Err(Complaint::usage(format!(
                "HEAD {plain} might do what GET {plain} does, which is no mere reading"
            ))
            .hint(format!(
                "call GET {plain}, which goes by its own permission"
            )))
        }
        Found::Methods(methods) => {
            let others: Vec<String> = methods.iter().map(|it| format!("{it} {plain}")).collect();
            Ok(undeclared(method, &path, words, Some(others.join("`, `"))))
        }
        Found::Nothing => {
            let paths = api::operations().map(|operation| operation.path);
            let near = nearest(plain, paths).map(|near| format!("{} {near}", method.as_str()));
            Ok(undeclared(method, &path, words, near))
        }
    }
}

/// Whether a path and what it asks hold nothing but what may stand in an address (RFC 3986): a client
/// and a server may each make something else of the rest. Braces are to be filled in by arguments, as
/// the reference writes paths; brackets are common in what is asked.
fn is_written_well(path: &str, query: &str) -> bool {
    let may_stand = |more: &'static str| {
        move |c: char| {
            c.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:@/?%{}".contains(c) || more.contains(c)
        }
    };
    let is_encoded = |text: &str| {
        let mut parts = text.split('%').skip(1);
        parts.all(|part| part.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2)
    };
    path.chars().all(may_stand(""))
        && query.chars().all(may_stand("[]"))
        && is_encoded(path)
        && is_encoded(query)
}

/// Whether the operation that GET is at this path does more than read.
fn get_changes(steps: &[String]) -> bool {
    match route::find(Method::Get.as_str(), &format!("/{}", steps.join("/"))) {
        Found::Operation(operation, _) => {
            !matches!(operation.effect, EffectRule::Always(Effect::Read))
        }
        _ => false,
    }
}

/// The steps of a path, each encoded as it must be, however it is spelt: a server may take `/v1/%63louds/` for `/v1/clouds`, and
/// what is denied there must not be had so.
fn steps(path: &str) -> Vec<String> {
    let plainly = |step: &str| utf8_percent_encode(&decoded(step), NON_ALPHANUMERIC).to_string();
    path.split('/')
        .filter(|step| !step.is_empty())
        .map(plainly)
        .map(|step| {
            step.replace("%2D", "-")
                .replace("%5F", "_")
                .replace("%2E", ".")
        })
        .collect()
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn pair(text: &str) -> (String, String) {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    (decoded(name), decoded(&value.replace('+', " ")))
}

/// An operation that nothing is known of but its method and path. A read is a read; of anything else
/// the worst is supposed. It lives as long as the process, of which it is the only one.
fn undeclared(method: Method, path: &str, words: &[String], near: Option<String>) -> Door {
    let is_read = matches!(method, Method::Get | Method::Head);
    let has_body = !matches!(method, Method::Get | Method::Head | Method::Delete);
    let (plain, _) = path.split_once('?').unwrap_or((path, ""));
    let name: &'static str = Box::leak(format!("{} {plain}", method.as_str()).into_boxed_str());
    let mut params = Vec::new();
    let mut arguments = Arguments::new();
    let mut query = |key: &str| {
        let key: &'static str = Box::leak(key.to_owned().into_boxed_str());
        params.push(Param::query(key, Kind::Any, "whatever it takes"));
    };
    let mut sent = path;
    // What the path asks is kept as it is written, unless words ask more.
    if !has_body && !words.is_empty() {
        let (plain, asked) = path.split_once('?').unwrap_or((path, ""));
        sent = plain;
        for (key, value) in asked.split('&').filter(|it| !it.is_empty()).map(pair) {
            query(&key);
            arguments.set(&key, value);
        }
        for (key, _) in words.iter().filter_map(|word| word.split_once('=')) {
            query(key.trim_end_matches(':'));
        }
    }
    let path: &'static str = Box::leak(sent.to_owned().into_boxed_str());
    if has_body {
        let mut body = Param::body(&[], "whatever it takes").optional();
        body.kind = Kind::Any;
        params.push(body);
    }
    let operation = Operation {
        name,
        alias: None,
        form: None,
        method,
        path,
        access: Access::Bearer,
        params: Box::leak(params.into_boxed_slice()),
        answer: Answer::Nothing,
        effect: EffectRule::Always(if is_read { Effect::Read } else { Effect::Spend }),
        repeat: RepeatRule::Always(if is_read { Repeat::Safe } else { Repeat::Edge }),
        doc: "",
        example: "",
        section: "",
    };
    Door {
        operation: Box::leak(Box::new(operation)),
        arguments,
        words: words.to_vec(),
        is_declared: false,
        near,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn door(words: &[&str]) -> Result<Door, Complaint> {
        let rest: Vec<String> = words.iter().skip(1).map(|it| (*it).to_owned()).collect();
        find(words[0], &rest)
    }

    #[test]
    fn head_of_what_does_more_than_read_is_refused() {
        assert!(door(&["HEAD", "/v1/ipmi/c1/html5/n1"]).is_err());
        assert!(door(&["HEAD", "/v1/clouds"]).is_ok());
    }

    #[test]
    fn a_method_and_a_path_find_the_declared_operation() {
        for (words, name, path) in [
            (&["clouds"][..], "clouds", "/v1/clouds"),
            (&["GET", "/v1/clouds"], "clouds", "/v1/clouds"),
            (&["get", "v1/clouds"], "clouds", "/v1/clouds"),
            (&["/v1/clouds"], "clouds", "/v1/clouds"),
            (
                &["DELETE", "/v1/clouds/a%2Fb"],
                "delete_cloud",
                "/v1/clouds/a%2Fb",
            ),
            (
                &["GET", "/v1/oauth2/token?grant_type=client_credentials"],
                "token",
                "/v1/oauth2/token?grant_type=client_credentials",
            ),
        ] {
            let door = door(words).unwrap();
            assert!(door.is_declared);
            assert_eq!(door.operation.name, name);
            assert_eq!(door.operation.request(&door.arguments).unwrap().path, path);
        }
        let open = door(&["GET", "/v1/clouds/{cloud}"]).unwrap();
        assert_eq!(
            (open.operation.name, open.arguments.get("cloud")),
            ("cloud", None)
        );
    }

    #[test]
    fn what_is_declared_nowhere_is_supposed_to_be_the_worst() {
        let read = door(&["GET", "/v1/news?since=2", "limit=3"]).unwrap();
        assert!(!read.is_declared);
        assert_eq!(read.operation.effect(&read.arguments), Effect::Read);
        assert_eq!(read.operation.repeat(&read.arguments), Repeat::Safe);
        let asked = read.arguments.with("limit", 3);
        let request = read.operation.request(&asked).unwrap();
        assert_eq!(request.path, "/v1/news?since=2&limit=3");
        for method in ["POST", "PUT", "PATCH", "DELETE"] {
            let door = door(&[method, "/v1/news"]).unwrap();
            assert_eq!(door.operation.effect(&door.arguments), Effect::Spend);
            assert_eq!(door.operation.repeat(&door.arguments), Repeat::Edge);
        }
        assert_eq!(
            door(&["GET", "/v1/cloud"]).unwrap().near.as_deref(),
            Some("GET /v1/clouds")
        );
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for (path, said) in [
            ("https://evil.example/v1/clouds", "a whole address"),
            ("/v1/../clouds", "is no path"),
            ("/v1/a b", "is no path"),
            ("/v1/a#b", "fragment"),
            ("/v1\\ipmi", "is no path"),
            ("/v1/a\tb", "is no path"),
            ("/v1/a\"", "is no path"),
            ("/v1/a?b=c d", "is no path"),
            ("/v1/clouds/%5", "is no path"),
        ] {
            let complaint = door(&["GET", path]).unwrap_err();
            assert_eq!(complaint.exit, 2);
            assert!(complaint.message.contains(said), "{complaint}");
        }
        let hint = |words: &[&str]| door(words).unwrap_err().hint.unwrap();
        assert_eq!(hint(&["PSOT", "/v1/clouds"]), "did you mean POST?");
        assert_eq!(hint(&["clods"]), "did you mean `clouds`?");
        assert_eq!(hint(&["GET"]), "such as: mw call GET /v1/clouds");
    }
}
