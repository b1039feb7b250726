//! Runs and their calls, told to a collector as traces of OpenTelemetry, where the standard variables
//! name one.
//!
//! Nobody waits for the collector: spans are gathered, sent in the background by a thread of their
//! own, and thrown away where they come faster than they are taken.

mod collector;
mod run;
mod watched;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use reqwest::Url;

use crate::secret::{self, without_userinfo};
use collector::{Collector, Exporter, Mouth};

pub use run::{Run, Subject};

/// How long the end of the process waits for the last spans to be taken.
const LAST: Duration = Duration::from_secs(2);

const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
const TRACES_ENDPOINT: &str = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";

/// The variables whose values are secrets: `name=value` pairs, sent as headers.
const SECRET_VARIABLES: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_HEADERS",
    "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
];

/// Says once that the collector does not get what it should.
pub type Tell = Box<dyn Fn(&str) + Send + Sync>;

/// Where runs and calls are told as spans.
#[derive(Debug)]
pub struct Traces {
    provider: SdkTracerProvider,
    tracer: SdkTracer,
    mouth: Arc<Mouth>,
}

impl Traces {
    /// The traces that these variables of the environment ask for, if they do.
    pub fn of(
        variable: impl Fn(&str) -> Option<String>,
        ca_file: Option<PathBuf>,
        tell: Tell,
    ) -> Option<Self> {
        if !is_wanted(&variable) {
            return None;
        }
        guard(&variable);
        let mouth = Arc::new(Mouth::new(tell));
        if let Some(name) = unspoken(&variable) {
            mouth.say(&format!(
                "{name} asks for a protocol that mw does not speak; it speaks http/protobuf, which \
collectors take at port 4318"
            ));
            return None;
        }
        let exporter = SpanExporter::builder()
            .with_http()
            .with_protocol(Protocol::HttpBinary)
            .with_http_client(Collector::new(ca_file, mouth.clone()))
            .build();
        let exporter = match exporter {
            Ok(exporter) => Exporter::new(exporter, mouth.clone()),
            Err(error) => {
                mouth.say(&without_userinfo(&error.to_string()));
                return None;
            }
        };
        let provider = SdkTracerProvider::builder()
            .with_resource(resource(&variable))
            .with_batch_exporter(exporter)
            .build();
        let tracer = provider.tracer("metalwright");
        Some(Self {
            provider,
            tracer,
            mouth,
        })
    }

    /// Begins the span of a run.
    #[must_use]
    pub fn begin(&self, subject: &Subject<'_>) -> Run {
        Run::begin(&self.tracer, subject)
    }

    /// Has the collector take what it has not taken yet, for a while.
    pub fn end(&self) {
        // What the collector did not take is no failure here: it was said when it happened.
        if self.provider.shutdown_with_timeout(LAST).is_err() {
            self.mouth.say("the collector did not answer in time");
        }
    }
}

/// Whether anybody wants traces.
fn is_wanted(variable: &impl Fn(&str) -> Option<String>) -> bool {
    let is = |name: &str, wanted: &str| {
        variable(name).is_some_and(|value| value.trim().eq_ignore_ascii_case(wanted))
    };
    let names_one = |name: &str| variable(name).is_some_and(|value| !value.trim().is_empty());
    (names_one(TRACES_ENDPOINT) || names_one(ENDPOINT))
        && !is("OTEL_SDK_DISABLED", "true")
        && !is("OTEL_TRACES_EXPORTER", "none")
}

/// The variable that asks for another protocol than the one that is spoken.
fn unspoken(variable: &impl Fn(&str) -> Option<String>) -> Option<&'static str> {
    let names = [
        "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
        "OTEL_EXPORTER_OTLP_PROTOCOL",
    ];
    let asked = |name: &&str| variable(name).is_some_and(|value| !value.trim().is_empty());
    let name = names.into_iter().find(asked)?;
    (variable(name)?.trim() != "http/protobuf").then_some(name)
}

/// Keeps what gives access to the collector out of all that is written.
fn guard(variable: &impl Fn(&str) -> Option<String>) {
    for headers in SECRET_VARIABLES.into_iter().filter_map(variable) {
        for (_, value) in headers.split(',').filter_map(|pair| pair.split_once('=')) {
            let plain = percent_encoding::percent_decode_str(value).decode_utf8_lossy();
            secret::guard(value);
            secret::guard(&plain);
            // What stands behind the scheme is what must not be known.
            if let Some((_, token)) = plain.trim().split_once(' ') {
                secret::guard(token);
            }
        }
    }
    for endpoint in [ENDPOINT, TRACES_ENDPOINT].into_iter().filter_map(variable) {
        if let Some(password) = Url::parse(endpoint.trim())
            .ok()
            .as_ref()
            .and_then(Url::password)
        {
            secret::guard(password);
            let plain = percent_encoding::percent_decode_str(password).decode_utf8_lossy();
            secret::guard(&plain);
        }
    }
}

/// Who tells: `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` say it, or it is mw.
fn resource(variable: &impl Fn(&str) -> Option<String>) -> Resource {
    let is_named = variable("OTEL_SERVICE_NAME").is_some_and(|name| !name.is_empty())
        || variable("OTEL_RESOURCE_ATTRIBUTES")
            .is_some_and(|attributes| attributes.contains("service.name="));
    let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    let builder = Resource::builder().with_attribute(version);
    if is_named {
        builder.build()
    } else {
        builder.with_service_name("mw").build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(set: &'static [(&str, &str)]) -> impl Fn(&str) -> Option<String> {
        move |name| {
            let found = set.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        }
    }

    #[test]
    fn nobody_wants_traces_without_an_endpoint() {
        assert!(!is_wanted(&variables(&[])));
        assert!(!is_wanted(&variables(&[(ENDPOINT, " ")])));
        assert!(!is_wanted(&variables(&[("OTEL_SERVICE_NAME", "nightly")])));
        assert!(is_wanted(&variables(&[(
            ENDPOINT,
            "http://localhost:4318"
        )])));
        assert!(is_wanted(&variables(&[(
            TRACES_ENDPOINT,
            "http://a/v1/traces"
        )])));
    }

    #[test]
    fn traces_are_switched_off_by_the_standard_variables() {
        assert!(!is_wanted(&variables(&[
            (ENDPOINT, "http://localhost:4318"),
            ("OTEL_SDK_DISABLED", "TRUE"),
        ])));
        assert!(!is_wanted(&variables(&[
            (ENDPOINT, "http://localhost:4318"),
            ("OTEL_TRACES_EXPORTER", "none"),
        ])));
    }

    #[test]
    fn the_protocol_of_traces_goes_before_that_of_all() {
        let asks = |set| unspoken(&variables(set));
        assert_eq!(asks(&[]), None);
        assert_eq!(
            asks(&[("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")]),
            Some("OTEL_EXPORTER_OTLP_PROTOCOL")
        );
        assert_eq!(
            asks(&[
                ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
                ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/protobuf"),
            ]),
            None
        );
    }

    #[test]
    fn headers_are_guarded_in_every_form() {
        guard(&variables(&[(
            "OTEL_EXPORTER_OTLP_HEADERS",
            "x-one=first-of-them,authorization=Bearer%20second-of-them",
        )]));
        for text in ["first-of-them", "second-of-them"] {
            assert_eq!(secret::redact(text), secret::REDACTED);
        }
    }
}
