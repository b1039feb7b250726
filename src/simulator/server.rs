//! stub
pub async fn serve(
    _: tokio::net::TcpListener,
    _: std::sync::Arc<super::Simulator>,
    shutdown: impl std::future::Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    shutdown.await;
    Ok(())
}
