//! The demo's customer service alone, for measuring what a lookup costs. Prints its address, and serves until it is stopped.

use ringdown::demo::serve_customers;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let (address, service) = serve_customers().await?;
    println!("{address}");
    Ok(service.await?)
}
