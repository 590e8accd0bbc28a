//! The breakers of all hosts, as those who make requests see them.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::time::Instant;
use url::Url;

use crate::breaker::{Admission, BreakerPolicy, Breakers, Change, Health};
use crate::http::{HttpError, Response};

/// Lets requests through to hosts that are well. Cheap to clone; all clones are
/// one.
#[derive(Debug, Clone)]
pub(crate) struct Gate {
    breakers: Arc<Mutex<Breakers>>,
    started: Instant,
}

impl Gate {
    pub(crate) fn new(policy: BreakerPolicy) -> Self {
        Self { breakers: Arc::new(Mutex::new(Breakers::new(policy))), started: Instant::now() }
    }

    /// Milliseconds since the start, which no setting of the clock changes.
    pub(crate) fn now_ms(&self) -> i64 {
        i64::try_from(self.started.elapsed().as_millis()).unwrap_or(i64::MAX)
    }

    /// Asks for one request.
    ///
    /// # Errors
    /// The host, where it is not spoken to at the moment. Its name may hold a secret.
    pub(crate) fn ask(&self, url: &Url) -> Result<(), Arc<str>> {
        let host = host(url);
        match self.breakers.lock().admit(&host, self.now_ms()) {
            Admission::Go => Ok(()),
            Admission::Wait { .. } => Err(Arc::from(host)),
        }
    }

    /// Tells what came of a request. `shown` takes out of the host's name, for the log,
    /// what is a secret.
    pub(crate) fn tell(
        &self,
        url: &Url,
        result: &Result<Response, HttpError>,
        shown: impl FnOnce(String) -> String,
    ) {
        let health = match result {
            Ok(response) if response.response.status >= 500 => Health::Failing,
            Ok(_) => Health::Well,
            Err(error) if error.kind.is_transient() => Health::Failing,
            // It never went out.
            Err(_) => return,
        };
        let host = host(url);
        let (change, open) = {
            let mut breakers = self.breakers.lock();
            (breakers.report(&host, health, self.now_ms()), breakers.open())
        };
        let Some(change) = change else { return };
        let host = shown(host);
        match change {
            Change::Opened => tracing::warn!(
                host,
                "nothing is sent to this host for a while, since it fails again and again; what \
                 is for it waits"
            ),
            Change::Closed => tracing::info!(host, "the host is well again"),
        }
        metrics::gauge!("eclusa_breakers_open").set(open as f64);
    }

    /// How many hosts are not spoken to.
    pub(crate) fn open(&self) -> usize {
        self.breakers.lock().open()
    }

    /// Until when a host is not spoken to; `None` where it is.
    pub(crate) fn open_until(&self, host: &str) -> Option<i64> {
        self.breakers.lock().open_until(host)
    }
}

/// Host and port: two services on one machine are well by themselves.
fn host(url: &Url) -> String {
    let name = url.host_str().unwrap_or_default();
    match url.port_or_known_default() {
        Some(port) => format!("{name}:{port}"),
        None => name.to_owned(),
    }
}
