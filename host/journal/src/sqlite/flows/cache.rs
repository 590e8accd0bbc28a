//! Flows ready to run, so that no document is read for each message.

use std::collections::HashMap;
use std::sync::Arc;

use eclusa_flow::Flow;
use rusqlite::{Connection, OptionalExtension};

use crate::sqlite::text::Text;

/// So many are kept; few are in use at once, and each is read again in a moment.
const MOST: usize = 256;

/// The writer's flows by id and revision. A revision's document never changes, but for
/// what a transaction wrote that was undone, and a flow that was deleted and made again:
/// so all are dropped whenever a flow changes or a transaction fails.
#[derive(Default)]
pub(in crate::sqlite) struct FlowCache(HashMap<(String, i64), Arc<Flow>>);

impl FlowCache {
    /// Drops all of them.
    pub(in crate::sqlite) fn clear(&mut self) {
        self.0.clear();
    }

    /// A revision of a flow. `None` where it is not there, or this program finds an error
    /// in it; the log tells then.
    pub(super) fn get(
        &mut self,
        conn: &Connection,
        id: &str,
        revision: i64,
    ) -> rusqlite::Result<Option<Arc<Flow>>> {
        let key = (id.to_owned(), revision);
        if let Some(flow) = self.0.get(&key) {
            return Ok(Some(Arc::clone(flow)));
        }
        let found = conn
            .prepare_cached("SELECT document FROM sound_flows WHERE id = ?1 AND revision = ?2")?
            .query_row((id, revision), |row| row.get(0))
            .optional()?;
        let Some(Text(document)) = found else {
            tracing::error!(flow = id, revision, "the flow's revision is not there");
            return Ok(None);
        };
        let flow = match Flow::new(document) {
            Ok(flow) => Arc::new(flow),
            Err(findings) => {
                tracing::error!(flow = id, revision, ?findings, "the flow cannot run any more");
                return Ok(None);
            }
        };
        if self.0.len() >= MOST {
            self.clear();
        }
        self.0.insert(key, Arc::clone(&flow));
        Ok(Some(flow))
    }
}
