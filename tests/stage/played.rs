//! A server that answers as a test says, and tells what came in.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What a request is answered with.
pub enum Act {
    /// This status and this JSON.
    Say(u16, String),
    /// The connection is closed without a word.
    Close,
}

/// A server for one request a connection.
pub struct Played {
    url: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Played {
    /// Answers each request by its method and path, such as `POST /v1/vlans`.
    pub fn serve(act: impl Fn(&str) -> Act + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (noted, act) = (seen.clone(), Arc::new(act));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (noted, act) = (noted.clone(), act.clone());
                thread::spawn(move || answer(stream, &noted, &*act));
            }
        });
        Self { url, seen }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// How often this came in, by its method and path.
    pub fn count(&self, request: &str) -> usize {
        let seen = self.seen.lock().unwrap();
        seen.iter().filter(|seen| *seen == request).count()
    }
}

fn answer(stream: TcpStream, noted: &Mutex<Vec<String>>, act: &dyn Fn(&str) -> Act) {
    let mut stream = BufReader::new(stream);
    let Some(request) = read(&mut stream) else {
        return;
    };
    noted.lock().unwrap().push(request.clone());
    if let Act::Say(status, body) = act(&request) {
        // A client that went away is no concern of the test.
        let _ = write!(
            stream.get_mut(),
            "HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
    }
}

/// Reads a whole request and gives its method and path.
fn read(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut first = String::new();
    stream.read_line(&mut first).ok()?;
    let mut length = 0;
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).ok()?;
        let line = line.trim().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    Some(first.rsplit_once(' ')?.0.to_owned())
}
