//! OAuth 2.0: an access token for client credentials.

use crate::operation::{
    Access, Answer, Effect, EffectRule, Kind, Method, Operation, Param, Repeat, RepeatRule,
};
use crate::record::{Secret, Typed, Unit};

crate::record! {
    /// A short-lived access token.
    pub struct Token as "Token" {
        columns: ["token_type", "expires_in", "scope"],
        summary: ["token_type", "expires_in"],
        /// The bearer token.
        access_token: Secret,
        /// What it is good for.
        scope: Option<String>,
        /// Its life, in seconds from now.
        #[unit(Unit::SECONDS)]
        expires_in: i64,
        /// Always `bearer`.
        token_type: Option<String>,
    }
}

/// The one operation of this section.
pub static OPERATIONS: &[Operation] = &[Operation {
    name: "token",
    alias: None,
    form: None,
    method: Method::Get,
    path: "/v1/oauth2/token",
    access: Access::Client,
    params: &[Param::query(
        "grant_type",
        Kind::OneOf(&["client_credentials"]),
        "the only grant there is; filled in when left out",
    )
    .with_default("client_credentials")],
    answer: Answer::One(Token::KIND),
    effect: EffectRule::Always(Effect::Read),
    repeat: RepeatRule::Always(Repeat::Safe),
    doc: "Fetches an access token for the profile's OAuth client; the client does this by itself.",
    example: "token().expires_in",
    section: "OAuth 2.0",
}];
