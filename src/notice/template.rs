//! Templates: bodies of webhooks in the words of whoever receives them.

use minijinja::value::{Serde, ValueKind};
use minijinja::{Error, ErrorKind, Value};

use super::Notice;
use super::kind::Kind;
use super::samples::samples;
use crate::template;

/// How many steps a template may take: one that goes on and on ends within a moment.
const STEPS: u64 = 200_000;
/// The longest text it may come to, in bytes.
const LONGEST: usize = 256 << 10;

/// A template that was found good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    text: String,
    is_json: bool,
}

impl Template {
    /// Takes a template after trying it on a notice of each of these kinds; otherwise says what is
    /// wrong with it. One that must come to JSON has the values of its texts escaped, so that none of
    /// them ends a string before its time.
    pub fn new(
        text: impl Into<String>,
        content_type: &str,
        kinds: &[Kind],
    ) -> Result<Self, String> {
        let template = Self {
            text: text.into(),
            is_json: is_json(content_type),
        };
        for notice in samples(kinds) {
            let what = notice.kind.as_str();
            template
                .render(&notice)
                .map_err(|why| format!("{why} (tried with a notice of kind {what})"))?;
        }
        Ok(template)
    }

    /// The body for a notice.
    pub(super) fn render(&self, notice: &Notice) -> Result<String, String> {
        let values = notice.json();
        let rendered = template::filled(&self.text, STEPS, |mut environment| {
            if self.is_json {
                environment.set_formatter(|out, _, value| {
                    out.write_str(&inside_json(value)).map_err(Error::from)
                });
            }
            environment
                .template_from_str(&self.text)?
                .render(Value::from(Serde(&values)))
        })
        .map_err(|error| wrong(&error))?;
        if rendered.len() > LONGEST {
            return Err(format!(
                "the template comes to more than {} KiB",
                LONGEST >> 10
            ));
        }
        if self.is_json {
            serde_json::from_str::<serde::de::IgnoredAny>(&rendered)
                .map_err(|error| format!("the template does not come to JSON: {error}"))?;
        }
        Ok(rendered)
    }
}

fn is_json(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    let kind = kind.to_ascii_lowercase();
    kind == "application/json" || kind.ends_with("+json")
}

/// A value as it stands in JSON: numbers and the like by themselves, text between the quotes that the
/// template has around it.
fn inside_json(value: &Value) -> String {
    match value.kind() {
        ValueKind::None => "null".to_owned(),
        ValueKind::Bool | ValueKind::Number => value.to_string(),
        _ => {
            let quoted = serde_json::Value::from(value.to_string()).to_string();
            let inner = quoted.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
            inner.unwrap_or_default().to_owned()
        }
    }
}

fn wrong(error: &Error) -> String {
    let place = error
        .line()
        .map(|line| format!(" in line {line}"))
        .unwrap_or_default();
    let what = match error.kind() {
        ErrorKind::UndefinedError => {
            "it names something that no notice has; they have id, text, kind, job, run, instant, \
             at, started, finished, exit, message, attempt, streak, missed, until, profile, host, \
             next and seconds"
                .to_owned()
        }
        ErrorKind::OutOfFuel => "it takes too many steps".to_owned(),
        kind => error
            .detail()
            .map_or_else(|| kind.to_string(), str::to_owned),
    };
    let instead = template::instead(error)
        .map(|instead| format!("; {instead}"))
        .unwrap_or_default();
    format!("the template is wrong{place}: {what}{instead}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: &str = "application/json; charset=utf-8";

    #[test]
    fn no_text_of_a_notice_ends_a_string_before_its_time() {
        let text = r#"{"summary": "job {{ job }}: {{ message }}", "exit": {{ exit }}}"#;
        let template = Template::new(text, JSON, &Kind::ALL).unwrap();
        let notice = &samples(&[Kind::Failure])[0];
        let body: serde_json::Value =
            serde_json::from_str(&template.render(notice).unwrap()).unwrap();
        let message = notice.message.as_deref().unwrap();
        assert_eq!(body["summary"], format!("job nightly: {message}"));
        assert_eq!(body["exit"], 1);
    }

    #[test]
    fn what_does_not_come_to_json_is_refused_at_load() {
        let refused = |text| Template::new(text, JSON, &Kind::USUAL).unwrap_err();
        assert_eq!(
            refused(r#"{"text": {{ text }}}"#),
            "the template does not come to JSON: expected ident at line 1 column 11 \
             (tried with a notice of kind failure)"
        );
        assert!(refused("{\"a\": \"{{ jb }}\"}").contains("no notice has"));
        assert!(refused("\n{{ job").starts_with("the template is wrong in line 2: "));
        let endless =
            "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}";
        let circle = "{% set n = namespace() %}{% set n.a = n %}{{ n }}";
        assert!(refused(circle).contains("namespace is unknown; templates have none"));
        assert!(
            refused(endless).contains("too many steps"),
            "{}",
            refused(endless)
        );
    }

    #[test]
    fn other_kinds_of_text_are_left_as_they_are() {
        let template = Template::new("{{ job }} <{{ kind }}>\n", "text/plain", &Kind::ALL).unwrap();
        let rendered = template.render(&samples(&[Kind::Miss])[0]);
        assert_eq!(rendered.unwrap(), "nightly <miss>\n");
    }
}
