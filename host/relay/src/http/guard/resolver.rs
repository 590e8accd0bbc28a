//! Names of hosts become addresses here, and nowhere else.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use async_trait::async_trait;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::SocketAddr;

use super::{Guard, Scheme};

/// Finds the addresses of a host.
#[async_trait]
pub trait Resolver: Send + Sync + 'static {
    /// All addresses of a name, in the order in which they are to be tried.
    ///
    /// # Errors
    /// When there is none, or nobody could be asked.
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>>;
}

/// What the system knows: `getaddrinfo`, with its hosts file and name servers.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

#[async_trait]
impl Resolver for SystemResolver {
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        let found = tokio::net::lookup_host((host, 0)).await?;
        Ok(found.map(|socket| socket.ip()).collect())
    }
}

/// Gives the HTTP client the addresses that the guard has checked; it dials these
/// and asks nobody again, so an answer that changes in between changes nothing.
pub(in crate::http) struct GuardedResolver {
    pub(in crate::http) resolver: Arc<dyn Resolver>,
    pub(in crate::http) guard: Guard,
    pub(in crate::http) scheme: Scheme,
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (resolver, guard, scheme) =
            (Arc::clone(&self.resolver), self.guard.clone(), self.scheme);
        Box::pin(async move {
            let host = name.as_str();
            let addresses = resolver.resolve(host).await?;
            // One bad address spoils the whole answer: whoever mixes them hopes
            // that it is dialled once the others fail.
            for address in &addresses {
                guard.check_address(host, *address, scheme)?;
            }
            if addresses.is_empty() {
                return Err(io::Error::other("the name has no address").into());
            }
            // The client puts the URL's port in place of 0.
            let sockets = addresses.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(sockets) as Addrs)
        })
    }
}
