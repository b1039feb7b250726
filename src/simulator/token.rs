//! Access tokens.

use chrono::TimeDelta;
use serde_json::json;

use super::Behaviour;
use super::answer::{Answer, Refused};
use super::call::Call;
use super::world::World;

pub const BEHAVIOURS: &[(&str, Behaviour)] = &[("token", token)];

/// How long a token is good, in seconds: the value of the reference's example.
const LIFE: i64 = 14_400;

fn token(world: &mut World, call: &Call<'_>) -> Result<Answer, Refused> {
    if call.query("grant_type") != Some("client_credentials") {
        return Err(Refused::new(
            400,
            "unsupported_grant_type",
            "grant_type must be client_credentials",
        ));
    }
    let token = world.secret();
    let now = world.now;
    world.tokens.retain(|_, until| now < *until);
    world
        .tokens
        .insert(token.clone(), now + TimeDelta::seconds(LIFE));
    Answer::json(&json!({
        "access_token": token,
        "scope": "https://api.central.openmetal.io/v1/*",
        "expires_in": LIFE,
        "token_type": "bearer",
    }))
}
