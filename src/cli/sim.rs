//! `mw sim`: the simulated account over HTTP.

use std::net::SocketAddr;
use std::sync::Arc;

use clap::Args;

use super::{Global, Outcome, interrupt, show, simulated};
use crate::clock::Clock;
use crate::error::{Complaint, exit};
use crate::output::Document;
use crate::script::stop::Stop;
use crate::simulator::{Simulator, assumptions, server};

/// Serve the simulated account over HTTP.
#[derive(Args, Debug)]
#[command(
    after_help = "Its API key is `sim`, its OAuth client `sim:sim`, both the owner's; those of \
other roles are `sim-maintainer`, `sim-member`, `sim-billing` and `sim-support`, each its own \
secret. Its controls are under /_sim/.\nTo use it: OPENMETAL_API_URL=http://ADDR OPENMETAL_API_KEY=sim mw …\n\nExamples:
  mw sim --speed 60
  mw sim --listen 127.0.0.1:0 --clouds 200 --nodes 5000
  mw sim --assumptions"
)]
pub struct Sim {
    /// The address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8642")]
    listen: String,
    /// The model to start from
    #[arg(long, value_name = "FILE")]
    model: Option<String>,
    /// Start with so many clouds, whatever the model says
    #[arg(long, value_name = "N")]
    clouds: Option<usize>,
    /// Start with so many nodes in all of them
    #[arg(long, value_name = "N")]
    nodes: Option<usize>,
    /// How fast simulated time runs beside real time
    #[arg(long, value_name = "X", default_value_t = 1.0, value_parser = speed)]
    speed: f64,
    /// List what is assumed where the API's documents say nothing, and end
    #[arg(long)]
    assumptions: bool,
}

fn speed(text: &str) -> Result<f64, String> {
    let must = |_| "write a number, such as 60".to_owned();
    text.parse().map_err(must)
}

impl Sim {
    /// Runs the command.
    pub fn run(self, global: &Global) -> Outcome {
        if self.assumptions {
            let listed = serde_json::to_value(assumptions::ALL).unwrap_or_default();
            show::document(&Document::Value(listed), global)?;
            return Ok(exit::DONE);
        }
        if !self.speed.is_finite() || !(0.0..=1e6).contains(&self.speed) {
            return Err(Complaint::usage(format!(
                "--speed must be from 0 to 1000000, not {}",
                self.speed
            ))
            .into());
        }
        let address: SocketAddr = self.listen.parse().map_err(|_| {
            Complaint::usage(format!("{:?} is not an address to listen on", self.listen))
                .hint("write an IP address and a port: 127.0.0.1:8642, or port 0 for a free one")
        })?;
        let model = self.model.as_deref().or(global.sim.as_deref());
        let mut account = simulated::settings_of(global, model.unwrap_or_default(), |start| {
            Clock::flowing(start, self.speed)
        })?;
        let model = &mut account.model;
        if model.resources.is_some() && (self.clouds.is_some() || self.nodes.is_some()) {
            let message = "--clouds and --nodes do not go with a model of every resource";
            return Err(Complaint::usage(message)
                .hint("leave them out, or the model")
                .into());
        }
        model.clouds = self.clouds.unwrap_or(model.clouds);
        model.nodes = self.nodes.unwrap_or(model.nodes);
        if let Some((name, wrong)) = model.wrong_count() {
            return Err(Complaint::usage(format!("--{name} {wrong}")).into());
        }
        let simulator = Arc::new(Simulator::new(account));
        let stop = Stop::default();
        let runtime = interrupt::watch(&stop);
        let failed = |error: std::io::Error| {
            Complaint::new(exit::FAILED, format!("cannot listen on {address}: {error}"))
        };
        runtime.handle().map_err(failed)?.block_on(async {
            let listener = tokio::net::TcpListener::bind(address)
                .await
                .map_err(failed)?;
            let bound = listener.local_addr().map_err(failed)?;
            show::text(&format!("listening on http://{bound}\n"))?;
            let token = stop.token();
            server::serve(listener, simulator, async move { token.cancelled().await })
                .await
                .map_err(|error| {
                    Complaint::new(exit::FAILED, format!("the server failed: {error}"))
                })?;
            Ok(exit::DONE)
        })
    }
}
