//! How the token endpoint answers.

use chrono::TimeDelta;

use super::answer::Answer;
use super::assumptions::TOKEN_LIFE;
use super::call::{Behaviour, Call};
use super::world::World;
use crate::api::token::Token;
use crate::record::Secret;

/// The behaviours.
pub const BEHAVIOURS: &[(&str, Behaviour)] = &[("token", token)];

/// What tokens are good for: everything under the address of the API.
const SCOPE: &str = "https://api.central.openmetal.io/v1/*";

fn token(world: &mut World, call: &Call) -> Result<Answer, Answer> {
    if call.query("grant_type").as_deref() != Some("client_credentials") {
        return Err(Answer::errors(
            400,
            "unsupported_grant_type",
            "grant_type must be client_credentials.",
        ));
    }
    let access_token = world.secret(48);
    let life = TOKEN_LIFE.most();
    let expires = world.now + TimeDelta::seconds(life);
    world
        .credentials
        .issue(access_token.clone(), expires, call.caller.account.key);
    Ok(Answer::json(Token {
        access_token: Secret::new(access_token),
        scope: Some(SCOPE.to_owned()),
        expires_in: life,
        token_type: Some("bearer".to_owned()),
        ..Token::default()
    }))
}
