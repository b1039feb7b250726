//! TLS with an authority of our own. The key is for these tests only and opens nothing else.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::client::{Failure, Https, HttpsSettings, Phase, Transport as _};

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("src/client/tests/tls")
        .join(name)
}

/// A TLS server that speaks this protocol to whoever comes first, if the handshake succeeds.
fn speaking(
    protocol: &[u8],
    speak: impl FnOnce(rustls::StreamOwned<rustls::ServerConnection, TcpStream>) + Send + 'static,
) -> String {
    let chain = vec![CertificateDer::from_pem_file(file("server.pem")).unwrap()];
    let key = PrivateKeyDer::from_pem_file(file("server-key.pem")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    config.alpn_protocols = vec![protocol.to_vec()];
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (tcp, _) = listener.accept().unwrap();
        let session = rustls::ServerConnection::new(Arc::new(config)).unwrap();
        speak(rustls::StreamOwned::new(session, tcp));
    });
    url
}

/// A TLS server that answers one request.
fn server() -> String {
    speaking(b"http/1.1", |mut stream| {
        let mut request = [0; 4096];
        if stream.read(&mut request).is_ok() {
            let answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n[]";
            let _ = stream.write_all(answer.as_bytes());
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
    })
}

async fn send(ca_file: Option<PathBuf>) -> Result<http::Response<Bytes>, Failure> {
    let settings = HttpsSettings {
        ca_file,
        proxies: false,
        ..HttpsSettings::new(server())
    };
    let request = http::Request::get("/v1/clouds").body(Bytes::new()).unwrap();
    Https::new(settings).send(request).await
}

#[tokio::test]
async fn an_authority_of_ones_own_is_trusted_when_named() {
    let answer = send(Some(file("authority.pem"))).await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), answer.body().as_ref()),
        (200, b"[]".as_slice())
    );
}

#[tokio::test]
async fn a_certificate_of_an_unknown_authority_means_not_sent() {
    let failure = send(None).await.unwrap_err();
    assert_eq!(failure.phase, Phase::NotSent, "{failure}");
}

#[tokio::test]
async fn a_ca_file_without_certificates_is_refused() {
    let failure = send(Some(file("server-key.pem"))).await.unwrap_err();
    assert!(
        failure.message.contains("holds no PEM certificate"),
        "{failure}"
    );
}

/// A server of HTTP/2 that answers the first stream with these frames, and may hang up then.
fn answering(frames: Vec<u8>, hangs_up: bool) -> String {
    const SETTINGS: &[u8] = &[0, 0, 0, 4, 0, 0, 0, 0, 0];
    speaking(b"h2", move |mut stream| {
        let mut read = Vec::new();
        let mut some = [0; 4096];
        let _ = stream.write_all(SETTINGS);
        let mut is_told = false;
        while let Ok(count @ 1..) = stream.read(&mut some) {
            read.extend_from_slice(&some[..count]);
            // The header of the frame that opens the first stream.
            let opens = |it: &[u8]| it[0] == 1 && it[2..] == [0, 0, 0, 1];
            if !is_told && read.windows(6).any(opens) {
                is_told = true;
                let _ = stream.write_all(&frames);
                if hangs_up {
                    break;
                }
            }
        }
    })
}

/// A transport to this server, whose authority it trusts.
fn trusting(url: String) -> Https {
    Https::new(HttpsSettings {
        ca_file: Some(file("authority.pem")),
        proxies: false,
        ..HttpsSettings::new(url)
    })
}

#[tokio::test]
async fn a_stream_that_was_refused_was_not_sent() {
    // Frames of HTTP/2: the end of the first stream, or of the connection with the last stream that it
    // took, each with a code last.
    const RESET: &[u8] = &[0, 0, 4, 3, 0, 0, 0, 0, 1, 0, 0, 0];
    const AWAY_BEFORE: &[u8] = &[0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    const AWAY_AFTER: &[u8] = &[0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0];
    // The beginning of an answer: its status, 200.
    const BEGUN: &[u8] = &[0, 0, 1, 1, 4, 0, 0, 0, 1, 0x88];
    for (begun, end, code, phase) in [
        (&[][..], RESET, 7, Phase::NotSent),
        (&[], RESET, 2, Phase::Unknown),
        (BEGUN, RESET, 7, Phase::Unknown),
        (&[], AWAY_BEFORE, 0, Phase::NotSent),
        (&[], AWAY_BEFORE, 11, Phase::NotSent),
        (&[], AWAY_AFTER, 0, Phase::Unknown),
        (&[], AWAY_AFTER, 2, Phase::Unknown),
    ] {
        let ending = [begun, end, &[code]].concat();
        let url = answering(ending, end == AWAY_AFTER);
        let request = http::Request::post("/v1/vlans").body(Bytes::new()).unwrap();
        let failure = trusting(url).send(request).await.unwrap_err();
        assert_eq!(failure.phase, phase, "{end:?} {code}: {failure:?}");
    }
}

#[tokio::test]
async fn twenty_kilobytes_of_headers_are_taken_over_http_2_as_over_http_1() {
    // The status 200, and five headers of 4000 letters each.
    let mut block = vec![0x88];
    for _ in 0..5 {
        block.extend([0, 1, b'x', 0x7f, 0xa1, 0x1e]);
        block.extend([b'a'; 4000]);
    }
    let frame = |kind: u8, flags: u8, payload: &[u8]| {
        let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
        [&length[1..], &[kind, flags, 0, 0, 0, 1], payload].concat()
    };
    let (begin, rest) = block.split_at(16_384);
    let url = answering([frame(1, 1, begin), frame(9, 4, rest)].concat(), false);
    let request = http::Request::get("/v1/clouds").body(Bytes::new()).unwrap();
    let answer = trusting(url).send(request).await.unwrap();
    assert_eq!(answer.headers().get_all("x").iter().count(), 5);
}
