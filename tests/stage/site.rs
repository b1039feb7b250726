//! A host elsewhere: takes requests, keeps them, and answers as it is told.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Request {
    /// Method, path and query: `GET /x?y=1`.
    pub line: String,
    /// Its headers, in lower case up to the colon.
    pub headers: Vec<String>,
    pub body: String,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        let begins = format!("{name}: ");
        self.headers
            .iter()
            .find_map(|line| line.strip_prefix(&begins))
    }
}

/// What becomes of a request.
#[derive(Clone, Debug)]
pub enum Reply {
    /// A status with headers, a line each, and a body.
    Says(u16, String, String),
    /// Nothing, ever.
    Silence,
    /// The connection is closed.
    Cut,
}

impl Reply {
    /// 200 with this body.
    pub fn body(text: &str) -> Self {
        Self::Says(200, String::new(), text.to_owned())
    }

    /// Somewhere else.
    pub fn to(url: &str) -> Self {
        Self::Says(302, format!("Location: {url}\r\n"), String::new())
    }
}

type Answers = Arc<dyn Fn(&Request) -> Reply + Send + Sync>;

/// The host, whose port is free for the test.
pub struct Site {
    url: String,
    requests: Arc<Mutex<Vec<Request>>>,
    came: Mutex<Receiver<()>>,
}

impl Site {
    /// A host that answers everything with a short JSON.
    pub fn new() -> Self {
        Self::answering(|_| Reply::body(r#"{"ok": true}"#))
    }

    /// A host that answers so.
    pub fn answering(answers: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (sender, came) = channel();
        let (kept, answers): (_, Answers) = (requests.clone(), Arc::new(answers));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (kept, answers, sender) = (kept.clone(), answers.clone(), sender.clone());
                thread::spawn(move || serve(stream, &kept, &answers, &sender));
            }
        });
        Self {
            url,
            requests,
            came: Mutex::new(came),
        }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its port.
    pub fn port(&self) -> &str {
        self.url.rsplit(':').next().unwrap()
    }

    /// What came so far.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// Waits until the next request has come.
    pub fn waits(&self) {
        self.came.lock().unwrap().recv().unwrap();
    }
}

fn serve(
    stream: TcpStream,
    kept: &Mutex<Vec<Request>>,
    answers: &Answers,
    sender: &Sender<()>,
) -> Option<()> {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    stream.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let mut headers = Vec::new();
    let mut length = 0;
    loop {
        let mut header = String::new();
        stream.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim_end().split_once(':') else {
            break;
        };
        let (name, value) = (name.to_lowercase(), value.trim());
        if name == "content-length" {
            length = value.parse().ok()?;
        }
        headers.push(format!("{name}: {value}"));
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    let request = Request {
        line: line.trim_end().rsplit_once(' ')?.0.to_owned(),
        headers,
        body: String::from_utf8(body).ok()?,
    };
    let reply = answers(&request);
    kept.lock().unwrap().push(request);
    // Nobody may be waiting for it.
    let _ = sender.send(());
    match reply {
        Reply::Says(status, headers, body) => {
            let length = body.len();
            // A client that went away is no concern of the test.
            let _ = write!(
                stream.get_mut(),
                "HTTP/1.1 {status} So\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            );
        }
        Reply::Cut => {}
        Reply::Silence => {
            // The client ends it.
            let _ = stream.read_line(&mut String::new());
        }
    }
    Some(())
}
