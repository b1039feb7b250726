//! A mail server, as far as one e-mail needs it.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

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

/// A mail server, whose port is free for the test.
pub struct Post {
    port: u16,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Post {
    /// A server that knows no encryption.
    pub fn new(manner: Manner) -> Self {
        Self::with(manner, None)
    }

    /// A server that is encrypted from the first byte on, with a certificate of our own authority.
    pub fn encrypted(manner: Manner) -> Self {
        let chain = vec![CertificateDer::from_pem_file(tls("server.pem")).unwrap()];
        let key = PrivateKeyDer::from_pem_file(tls("server-key.pem")).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        Self::with(manner, Some(Arc::new(config)))
    }

    /// The authority that vouches for it.
    pub fn authority() -> PathBuf {
        tls("authority.pem")
    }

    fn with(manner: Manner, config: Option<Arc<rustls::ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let kept = heard.clone();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (kept, config) = (kept.clone(), config.clone());
                thread::spawn(move || match config {
                    None => talk(stream, manner, &kept),
                    Some(config) => {
                        let session = rustls::ServerConnection::new(config).unwrap();
                        talk(rustls::StreamOwned::new(session, stream), manner, &kept)
                    }
                });
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

/// A file of the tests of TLS.
fn tls(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    root.join("src/client/tests/tls").join(name)
}

fn talk<S: Read + Write>(stream: S, manner: Manner, heard: &Mutex<Vec<String>>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    let say = |stream: &mut BufReader<S>, line: &str| {
        write!(stream.get_mut(), "{line}\r\n").ok()?;
        stream.get_mut().flush().ok()
    };
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
