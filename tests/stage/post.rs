//! A mail server, as far as one e-mail needs it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What it does with e-mail.
#[derive(Clone, Copy, Debug)]
pub enum Manner {
    /// Takes it.
    Takes,
    /// Answers so to every recipient.
    Refuses(&'static str),
    /// Says nothing, ever.
    Silent,
}

/// A mail server without encryption, whose port is free for the test.
pub struct Post {
    port: u16,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Post {
    pub fn new(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let kept = heard.clone();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let kept = kept.clone();
                thread::spawn(move || talk(stream, manner, &kept));
            }
        });
        Self { port, heard }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Every line that came, those of e-mails included.
    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

fn talk(stream: TcpStream, manner: Manner, heard: &Mutex<Vec<String>>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    let say =
        |stream: &mut BufReader<TcpStream>, line: &str| write!(stream.get_mut(), "{line}\r\n").ok();
    if !matches!(manner, Manner::Silent) {
        say(&mut stream, "220 post ESMTP")?;
    }
    let mut is_letter = false;
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).ok().filter(|read| *read > 0)?;
        let line = line.trim_end().to_owned();
        heard.lock().unwrap().push(line.clone());
        if is_letter {
            if line == "." {
                is_letter = false;
                say(&mut stream, "250 taken")?;
            }
            continue;
        }
        match (line.split(' ').next().unwrap(), manner) {
            ("EHLO", _) => say(&mut stream, "250-post\r\n250 AUTH PLAIN LOGIN")?,
            ("AUTH", _) => say(&mut stream, "235 welcome")?,
            ("RCPT", Manner::Refuses(answer)) => say(&mut stream, answer)?,
            ("DATA", _) => {
                is_letter = true;
                say(&mut stream, "354 go on")?;
            }
            ("QUIT", _) => return say(&mut stream, "221 bye"),
            _ => say(&mut stream, "250 fine")?,
        }
    }
}
