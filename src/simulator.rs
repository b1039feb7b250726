//! stub
pub mod server;
use bytes::Bytes;
#[derive(Clone, Debug)]
pub struct Model;
impl Model {
    pub fn starting() -> Self {
        Self
    }
    pub fn read(_: &str, _: &str) -> Result<Self, crate::error::Complaint> {
        Ok(Self)
    }
}
pub struct Settings {
    pub seed: u64,
    pub clock: crate::clock::Clock,
    pub model: Model,
}
pub struct Simulator;
impl Simulator {
    pub fn new(_: Settings) -> Self {
        Self
    }
    pub fn respond(&self, _: http::Request<Bytes>) -> http::Response<Bytes> {
        http::Response::new(Bytes::new())
    }
}
