//! E-mail.

use std::path::Path;
use std::time::{Duration, SystemTime};

use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use url::Url;

use super::Notice;
use super::channel::Text;
use super::failure::{Failure, said};
use super::words;
use crate::config::Environment;
use crate::loopback::is_loopback;

/// A mail server, and who writes to whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// The server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the way to it is protected.
    pub protection: Protection,
    /// Who writes.
    pub from: Mailbox,
    /// To whom.
    pub to: Vec<Mailbox>,
    /// The user to log in as.
    pub user: Option<String>,
    /// The password.
    pub password: Option<Text>,
}

/// How the way to a mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// TLS from the first byte on.
    Implicit,
    /// STARTTLS, and nothing is sent without it.
    Required,
    /// STARTTLS where the server offers it, whoever it is: it is this machine, or wanted so.
    Opportunistic,
}

impl Mail {
    /// The host, port and protection that an address means, or what is wrong with it.
    pub fn server(text: &str, insecure: bool) -> Result<(String, u16, Protection), String> {
        let url =
            Url::parse(text.trim()).map_err(|error| format!("the address is no URL: {error}"))?;
        let (is_implicit, usual) = match url.scheme() {
            "smtps" => (true, 465),
            "smtp" => (false, 587),
            _ => return Err("the address must start with smtp:// or smtps://".to_owned()),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err("the address must not hold a user or a password".to_owned());
        }
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err("the address must end with its port".to_owned());
        }
        let host = url.host_str().unwrap_or_default();
        let is_here = is_loopback(host);
        let host = host.trim_start_matches('[').trim_end_matches(']');
        if host.is_empty() {
            return Err("the address names no host".to_owned());
        }
        let protection = if is_implicit {
            Protection::Implicit
        } else if is_here || insecure {
            Protection::Opportunistic
        } else {
            Protection::Required
        };
        Ok((host.to_owned(), url.port().unwrap_or(usual), protection))
    }

    /// An address of a person, or what is wrong with it.
    pub fn mailbox(text: &str) -> Result<Mailbox, String> {
        text.trim()
            .parse()
            .map_err(|_| format!("{text:?} is no e-mail address"))
    }

    /// The notice as an e-mail.
    fn message(&self, notice: &Notice) -> Result<Message, Failure> {
        let mut message = Message::builder()
            .from(self.from.clone())
            .subject(words::subject(notice))
            .date(SystemTime::from(notice.at))
            // The same at every attempt, so that who gets it twice is shown it once.
            .message_id(Some(format!("<{}@metalwright>", notice.id())))
            .header(ContentType::TEXT_PLAIN);
        for to in &self.to {
            message = message.to(to.clone());
        }
        message
            .body(words::body(notice))
            .map_err(|error| Failure::lasting(format!("no e-mail can be made of it: {error}")))
    }

    fn tls(&self, ca_file: Option<&Path>) -> Result<Tls, Failure> {
        let wrong = |why: String| Failure::lasting(format!("cannot set up TLS: {why}"));
        let mut parameters = TlsParameters::builder(self.host.clone());
        if self.protection == Protection::Opportunistic {
            // Encryption to a server that cannot prove itself is better than none.
            parameters = parameters.dangerous_accept_invalid_certs(true);
        }
        if let Some(file) = ca_file {
            let pem = std::fs::read(file)
                .map_err(|error| wrong(format!("{}: {error}", file.display())))?;
            let certificate = Certificate::from_pem(&pem)
                .map_err(|error| wrong(format!("{}: {error}", file.display())))?;
            parameters = parameters.add_root_certificate(certificate);
        }
        let parameters = parameters
            .build_rustls()
            .map_err(|error| wrong(error.to_string()))?;
        Ok(match self.protection {
            Protection::Implicit => Tls::Wrapper(parameters),
            Protection::Required => Tls::Required(parameters),
            Protection::Opportunistic => Tls::Opportunistic(parameters),
        })
    }
}

/// Hands the e-mail to its server once.
pub(super) async fn send(
    mail: &Mail,
    environment: &Environment,
    ca_file: Option<&Path>,
    notice: &Notice,
    limit: Duration,
) -> Result<(), Failure> {
    let message = mail.message(notice)?;
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(mail.host.clone())
        .port(mail.port)
        .tls(mail.tls(ca_file)?)
        .timeout(Some(limit));
    // What is no name of a host as mail servers know it would be refused by them.
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    if !notice.host.is_empty() && notice.host.chars().all(fits) {
        builder = builder.hello_name(ClientId::Domain(notice.host.clone()));
    }
    if let (Some(user), Some(password)) = (&mail.user, &mail.password) {
        let password = password.value(environment)?.reveal().to_owned();
        builder = builder.credentials(Credentials::new(user.clone(), password));
    }
    let transport: AsyncSmtpTransport<Tokio1Executor> = builder.build();
    let host = format!("{}:{}", mail.host, mail.port);
    match transport.send(message).await {
        Ok(_) => Ok(()),
        Err(error) => Err(judged(&host, &error)),
    }
}

/// What an error says, without the words of the crate that wrap it.
fn cause(error: &Error) -> String {
    let source = std::error::Error::source(error);
    said(&source.map_or_else(|| error.to_string(), ToString::to_string))
}

fn judged(host: &str, error: &Error) -> Failure {
    let why = cause(error);
    match error.status() {
        Some(code) if error.is_permanent() => {
            Failure::lasting(format!("{host} refuses with {code}: {why}"))
        }
        Some(code) => Failure::passing(format!("{host} answered {code}: {why}")),
        // What the server does not offer, such as encryption, it will not offer later either.
        None if error.is_client() => Failure::lasting(format!("{host}: {why}")),
        None => Failure::passing(format!("cannot reach {host}: {why}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_sent_unencrypted_unless_it_stays_here_or_is_wanted_so() {
        let table = [
            ("smtp://mail.example.com", false, 587, Protection::Required),
            (
                "smtp://mail.example.com:25",
                true,
                25,
                Protection::Opportunistic,
            ),
            ("smtps://mail.example.com", false, 465, Protection::Implicit),
            ("smtps://127.0.0.1:1", true, 1, Protection::Implicit),
            ("smtp://127.0.0.1:25", false, 25, Protection::Opportunistic),
            ("smtp://[::1]:25", false, 25, Protection::Opportunistic),
            ("smtp://localhost", false, 587, Protection::Opportunistic),
            (
                "smtp://localhost.example.com",
                false,
                587,
                Protection::Required,
            ),
        ];
        for (text, insecure, port, protection) in table {
            let found = Mail::server(text, insecure).unwrap();
            assert_eq!((found.1, found.2), (port, protection), "{text}");
        }
        assert_eq!(Mail::server("smtp://[::1]:25", false).unwrap().0, "::1");
    }

    #[test]
    fn an_address_that_is_none_is_refused() {
        let refused = |text: &str| Mail::server(text, false).unwrap_err();
        assert!(refused("mail.example.com:25").contains("smtp://"));
        assert!(refused("smtp://me:hush@host").contains("must not hold"));
        assert!(refused("smtp://host/inbox").contains("end with its port"));
        assert!(refused("smtp://").contains("names no host"));
        assert!(Mail::mailbox("ops@example.com").is_ok());
        assert!(Mail::mailbox("Ops <ops@example.com>").is_ok());
        let error = Mail::mailbox("ops\r\nBcc: all@example.com").unwrap_err();
        assert!(error.contains("is no e-mail address"), "{error}");
    }
}
