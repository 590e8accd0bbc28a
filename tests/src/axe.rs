//! axe-core, which finds what keeps people from using a page.

use std::path::Path;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::Chromium;
use crate::artifacts::existing;

static AXE: LazyLock<String> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/axe");
    let file = existing(folder.join("node_modules/axe-core/axe.min.js"));
    std::fs::read_to_string(file).expect("axe-core")
});

/// A barrier on a page.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Barrier {
    /// The rule of axe-core that finds it.
    pub rule: String,
    /// `minor`, `moderate`, `serious` or `critical`.
    pub impact: String,
    /// What the rule asks for.
    pub help: String,
    /// The elements, each by a CSS selector with what is wrong about it.
    pub places: Vec<String>,
}

impl Chromium {
    /// All barriers that axe-core finds on the page that is open.
    ///
    /// # Panics
    /// Where it could not look.
    pub async fn barriers(&self) -> Vec<Barrier> {
        // WebDriver's scripts stand outside the page's content security policy.
        self.run(&AXE).await;
        let found = self.evaluate(LOOK).await;
        serde_json::from_value(found).expect("what axe-core finds")
    }
}

const LOOK: &str = "axe.run(document, { resultTypes: ['violations'], preload: false })
  .then(({ violations }) => violations.map(it => ({
    rule: it.id, impact: it.impact ?? 'minor', help: it.help,
    places: it.nodes.map(node => `${node.target.join(' ')}: ${node.failureSummary}`),
  })))";
