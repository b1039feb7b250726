//! A collector of traces.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::{self as proto};
use prost::Message as _;

/// What it does with a request.
#[derive(Clone, Copy, Debug)]
pub enum Manner {
    /// Takes what is sent.
    Takes,
    /// Answers with this status.
    Refuses(&'static str),
    /// Reads it, and says nothing, ever.
    Silent,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Sent {
    pub head: String,
    pub body: Vec<u8>,
}

/// A span, and who told of it.
#[derive(Clone, Debug)]
pub struct Span {
    pub service: String,
    pub span: proto::Span,
}

/// A collector on a free port.
pub struct Collector {
    url: String,
    heard: Arc<Mutex<Vec<Sent>>>,
}

impl Collector {
    pub fn new(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let heard = Arc::new(Mutex::new(Vec::new()));
        let kept = heard.clone();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let kept = kept.clone();
                thread::spawn(move || talk(stream, manner, &kept));
            }
        });
        Self { url, heard }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// All requests that came.
    pub fn heard(&self) -> Vec<Sent> {
        self.heard.lock().unwrap().clone()
    }

    /// All spans that came.
    pub fn spans(&self) -> Vec<Span> {
        let mut spans = Vec::new();
        for sent in self.heard() {
            let request = ExportTraceServiceRequest::decode(sent.body.as_slice()).unwrap();
            for of_resource in request.resource_spans {
                let resource = of_resource.resource.unwrap();
                let service = shown(&resource.attributes, "service.name").unwrap();
                for span in of_resource.scope_spans.into_iter().flat_map(|it| it.spans) {
                    let service = service.clone();
                    spans.push(Span { service, span });
                }
            }
        }
        spans
    }

    /// The one span of this name.
    #[track_caller]
    pub fn span(&self, name: &str) -> Span {
        let spans = self.spans();
        let mut named = spans.iter().filter(|it| it.span.name == name);
        match (named.next(), named.next()) {
            (Some(span), None) => span.clone(),
            (first, _) => panic!("{name}: {} of {spans:#?}", first.map_or("none", |_| "many")),
        }
    }
}

impl Span {
    /// An attribute, as text.
    pub fn get(&self, name: &str) -> Option<String> {
        shown(&self.span.attributes, name)
    }
}

fn shown(attributes: &[KeyValue], name: &str) -> Option<String> {
    let found = attributes.iter().find(|it| it.key == name)?;
    let Some(AnyValue { value: Some(value) }) = &found.value else {
        return None;
    };
    Some(match value {
        Value::StringValue(text) => text.clone(),
        Value::IntValue(number) => number.to_string(),
        other => format!("{other:?}"),
    })
}

fn talk(stream: TcpStream, manner: Manner, heard: &Mutex<Vec<Sent>>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            stream.read_line(&mut head).ok().filter(|read| *read > 0)?;
        }
        let length = head
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .map_or(0, |(_, value)| value.trim().parse().unwrap());
        let mut body = vec![0; length];
        stream.read_exact(&mut body).ok()?;
        heard.lock().unwrap().push(Sent { head, body });
        let status = match manner {
            Manner::Takes => "200 OK",
            Manner::Refuses(status) => status,
            // Until whoever sent it has enough.
            Manner::Silent => {
                let _ = stream.read(&mut [0]);
                return None;
            }
        };
        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
        stream.get_mut().write_all(answer.as_bytes()).ok()?;
    }
}
