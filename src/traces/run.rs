//! The span of a run, which those of its calls are children of.

use std::sync::Arc;

use opentelemetry::trace::{SpanKind, Status, TraceContextExt as _, Tracer as _};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::SdkTracer;

use super::watched::Watched;
use crate::client::Observer;
use crate::secret;

/// What a run is, when it begins.
#[derive(Clone, Debug, Default)]
pub struct Subject<'a> {
    /// What is said of it in a word or two, the same for all runs of its kind.
    pub name: &'a str,
    /// Its job and its number in the service.
    pub job: Option<(&'a str, u64)>,
    /// The name of its script.
    pub script: Option<&'a str>,
    /// The name of its profile.
    pub profile: &'a str,
    /// Host and port of the API.
    pub server: Option<(String, u16)>,
}

/// The span of a run under way.
#[derive(Clone, Debug)]
pub struct Run {
    pub(super) tracer: SdkTracer,
    pub(super) context: Context,
    pub(super) server: Vec<KeyValue>,
}

/// An attribute whose text holds no secret that is known.
pub(super) fn text(name: &'static str, value: &str) -> KeyValue {
    KeyValue::new(name, secret::redact(value).into_owned())
}

fn whole(name: &'static str, value: u64) -> KeyValue {
    KeyValue::new(name, i64::try_from(value).unwrap_or(i64::MAX))
}

impl Run {
    pub(super) fn begin(tracer: &SdkTracer, subject: &Subject<'_>) -> Self {
        let mut attributes = vec![text("mw.profile", subject.profile)];
        if let Some((job, number)) = subject.job {
            attributes.push(text("mw.job", job));
            attributes.push(whole("mw.job.number", number));
        }
        attributes.extend(subject.script.map(|script| text("mw.script", script)));
        let mut server = Vec::new();
        if let Some((host, port)) = &subject.server {
            server.push(text("server.address", host));
            server.push(whole("server.port", u64::from(*port)));
        }
        let name = secret::redact(subject.name).into_owned();
        let span = tracer
            .span_builder(name)
            .with_kind(SpanKind::Internal)
            .with_attributes(attributes)
            .start_with_context(tracer, &Context::new());
        Self {
            tracer: tracer.clone(),
            context: Context::new().with_span(span),
            server,
        }
    }

    /// The observer of the calls of this run.
    #[must_use]
    pub fn observer(&self) -> Arc<dyn Observer> {
        Arc::new(Watched(self.clone()))
    }

    /// Ends the span: by its id, where the run was kept, and its exit code.
    pub fn end(&self, id: Option<&str>, exit: u8) {
        let span = self.context.span();
        if let Some(id) = id {
            span.set_attribute(text("mw.run.id", id));
        }
        span.set_attribute(whole("mw.exit_code", u64::from(exit)));
        if exit != 0 {
            span.set_status(Status::error(format!("exit code {exit}")));
        }
        span.end();
    }
}
