//! Hosts of the network as they are granted.

use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;

use url::{Host, Url};

use crate::loopback::leads_here;

/// A host, a domain of them or all, with a port or any.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Address {
    name: Name,
    port: Option<u16>,
    /// Whether the port is the scheme's own, which nobody writes.
    usual: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Name {
    /// Every host.
    Any,
    /// Every host below a domain.
    Below(String),
    /// One host: a name in lower case and punycode, or an address.
    One(Host<String>),
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Name::Any => f.write_str("*")?,
            Name::Below(domain) => write!(f, "*.{domain}")?,
            // An IPv6 address stands in brackets.
            Name::One(host) => write!(f, "{host}")?,
        }
        match self.port {
            Some(port) if !self.usual => write!(f, ":{port}"),
            _ => Ok(()),
        }
    }
}

impl FromStr for Address {
    type Err = String;

    /// Reads `HOST`, `HOST:PORT`, `*.DOMAIN` or `*`.
    fn from_str(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("names no host; write net:HOST, such as net:hooks.example.com".to_owned());
        }
        if text.contains("://") {
            let only = Url::parse(text).ok().and_then(|url| {
                let host = url.host_str()?.to_owned();
                Some(
                    url.port()
                        .map_or_else(|| host.clone(), |port| format!("{host}:{port}")),
                )
            });
            return Err(match only {
                Some(only) => format!("is a URL; name the host only: net:{only}"),
                None => "is a URL; name the host only, such as net:hooks.example.com".to_owned(),
            });
        }
        if text.contains('@') {
            return Err("holds a user; name the host only".to_owned());
        }
        if let Some((host, _)) = text.split_once(['/', '?', '#']) {
            return Err(format!("holds more than a host; write net:{host}"));
        }
        if let Ok(address) = text.parse::<Ipv6Addr>() {
            return Ok(Self::of(Name::One(Host::Ipv6(address)), None));
        }
        let (name, port) = match text.rsplit_once(':') {
            // The colons of an IPv6 address stand within its brackets.
            Some((name, port)) if !port.ends_with(']') => (name, Some(read_port(port)?)),
            _ => (text, None),
        };
        if name == "*" {
            return Ok(Self::of(Name::Any, port));
        }
        let (pattern, name) = match name.strip_prefix("*.") {
            Some(domain) => (true, domain),
            None => (false, name),
        };
        if name.contains('*') {
            return Err(
                "may have its `*` in place of the first names only, as in net:*.example.com"
                    .to_owned(),
            );
        }
        let host = read_host(name)?;
        Ok(match host {
            Host::Domain(domain) if pattern => Self::of(Name::Below(domain), port),
            _ if pattern => {
                return Err("is a pattern of an address, which has nothing below".to_owned());
            }
            host => Self::of(Name::One(host), port),
        })
    }
}

fn read_port(text: &str) -> Result<u16, String> {
    text.parse::<u16>()
        .ok()
        .filter(|port| *port > 0)
        .ok_or_else(|| format!("has {text:?} for a port, which is a number up to 65535"))
}

fn read_host(text: &str) -> Result<Host<String>, String> {
    let host = Host::parse(text).map_err(|_| format!("has {text:?} for a host, which is none"))?;
    Ok(rooted(host))
}

/// A name with a dot at its end is the same host.
fn rooted(host: Host<String>) -> Host<String> {
    match host {
        Host::Domain(name) => Host::Domain(
            name.strip_suffix('.')
                .map_or_else(|| name.clone(), str::to_owned),
        ),
        // The same host, written as IPv6.
        Host::Ipv6(address) => address
            .to_ipv4_mapped()
            .map_or(Host::Ipv6(address), Host::Ipv4),
        other @ Host::Ipv4(_) => other,
    }
}

impl Address {
    const fn of(name: Name, port: Option<u16>) -> Self {
        Self {
            name,
            port,
            usual: false,
        }
    }

    /// The host a URL leads to, if it leads to one.
    #[must_use]
    pub fn of_url(url: &Url) -> Option<Self> {
        let host = rooted(url.host()?.to_owned());
        Some(Self {
            name: Name::One(host),
            port: Some(url.port_or_known_default()?),
            usual: url.port().is_none(),
        })
    }

    /// The address to grant for it: without a port where that is the scheme's own.
    #[must_use]
    pub fn usual(&self) -> Self {
        Self {
            name: self.name.clone(),
            port: self.port.filter(|_| !self.usual),
            usual: false,
        }
    }

    /// Whether what is wanted leads to this, by whatever name: this machine has many names and addresses,
    /// and all of them lead to any.
    #[must_use]
    pub fn is_met_by(&self, want: &Self) -> bool {
        let is_port = self.port.is_none() || self.port == want.port;
        self.covers(want) || (is_port && self.leads_here() && want.leads_here())
    }

    fn leads_here(&self) -> bool {
        matches!(&self.name, Name::One(host) if leads_here(&host.to_string()))
    }

    /// Whether what is wanted is part of this.
    pub(super) fn covers(&self, want: &Self) -> bool {
        if self.port.is_some() && self.port != want.port {
            return false;
        }
        match (&self.name, &want.name) {
            (Name::Any, _) => true,
            (Name::Below(domain), Name::One(Host::Domain(name))) => name
                .strip_suffix(domain.as_str())
                .is_some_and(|rest| rest.len() > 1 && rest.ends_with('.')),
            (granted, wanted) => granted == wanted,
        }
    }
}
