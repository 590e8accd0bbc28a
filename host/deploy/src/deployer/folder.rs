//! The door of the watched folder.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use eclusa_journal::registry::Door;
use tokio::sync::{mpsc, watch as signal};

use super::core::Core;
use super::submit::begin;
use super::{Deployer, Submission};
use crate::DeployError;
use crate::watch::{FolderFile, FolderNews, WatchError, WatchOptions, Watcher, scan, watch};

/// The folder whose files are deployed.
#[derive(Debug, Clone)]
pub struct FolderParts {
    /// The folder.
    pub folder: PathBuf,
    /// How it is watched.
    pub options: WatchOptions,
}

/// Pauses before a file is submitted again where the journal took no writes.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Who brings what is saved in the folder.
const ACTOR: &str = "folder";

impl Deployer {
    /// Deploys what is in a folder, and from now on what is saved in it.
    ///
    /// When it returns, each adapter that had nothing to serve is decided; where
    /// something serves already, a changed file is checked while that goes on.
    ///
    /// # Errors
    /// When the folder cannot be read or watched.
    pub async fn serve_folder(
        &self,
        parts: FolderParts,
        stopping: signal::Receiver<bool>,
    ) -> Result<(), WatchError> {
        let FolderParts { folder, options } = parts;
        let mut known = BTreeMap::new();
        let (scanned, mut files) = mpsc::channel(1);
        let scan_task = tokio::task::spawn_blocking({
            let (folder, options) = (folder.clone(), options.clone());
            move || {
                for news in scan(&folder, &options)? {
                    if scanned.blocking_send(news).is_err() {
                        break;
                    }
                }
                Ok(())
            }
        });
        let mut first = Vec::new();
        while let Some(news) = files.recv().await {
            if let FolderNews::File(file) = &news {
                known.insert(file.name.clone(), file.sha256.clone());
            }
            first.extend(self.core.file_of_start(news).await);
        }
        let scan_result = scan_task.await.unwrap_or_else(|error| Err(std::io::Error::other(error)));
        scan_result.map_err(|source| WatchError::Folder { folder: folder.clone(), source })?;
        for submission in first {
            // What becomes of it is recorded, and logged.
            if let Err(error) = self.submit_and_wait(submission).await {
                tracing::error!(%error, "a file of the adapters' folder could not be deployed");
            }
        }
        let (watcher, news) = watch(folder, known, options)?;
        tokio::spawn(follow(self.clone(), watcher, news, stopping));
        Ok(())
    }
}

/// Deploys what is saved, until the server stops.
async fn follow(
    deployer: Deployer,
    watcher: Watcher,
    mut news: mpsc::Receiver<FolderNews>,
    mut stopping: signal::Receiver<bool>,
) {
    loop {
        let news = tokio::select! {
            news = news.recv() => news,
            // An error means that the server is gone.
            _ = stopping.wait_for(|stop| *stop) => None,
        };
        let Some(news) = news else { break };
        let Some(file) = deployer.core.file_of(news) else { continue };
        let submission = submission(file);
        let mut pause = FIRST_PAUSE;
        while let Err(error) = deployer.submit(submission.clone()).await {
            tracing::error!(%error, "a file of the adapters' folder could not be deployed");
            if !matches!(error, DeployError::Journal(_)) || *stopping.borrow() {
                break;
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
    drop(watcher);
}

fn submission(file: FolderFile) -> Submission {
    Submission {
        name: file.name,
        bytes: file.bytes,
        door: Door::Folder,
        actor: ACTOR.to_owned(),
        mode: None,
    }
}

impl Core {
    /// A file found at the start: what has to be decided before the server is
    /// ready. Where something serves, a new file is checked in the background.
    async fn file_of_start(self: &std::sync::Arc<Self>, news: FolderNews) -> Option<Submission> {
        let file = self.file_of(news)?;
        let (serves, taken) = match self.slot(&file.name) {
            Ok(slot) => {
                let state = slot.state.lock().await;
                (state.record.active.is_some(), state.record.folder.clone())
            }
            Err(_) => (false, None),
        };
        if !serves {
            // One that was rejected before may pass now, in another host.
            return Some(submission(file));
        }
        if taken.as_ref() != Some(&file.sha256)
            && let Err(error) = begin(self, submission(file)).await
        {
            tracing::error!(%error, "a file of the adapters' folder could not be deployed");
        }
        None
    }

    /// The file of some news; other news is told to the operator.
    fn file_of(&self, news: FolderNews) -> Option<FolderFile> {
        match news {
            FolderNews::File(file) => Some(file),
            FolderNews::Gone { name, .. } => {
                tracing::info!(
                    adapter = name,
                    "its file is gone from the adapters' folder; what serves goes on"
                );
                None
            }
            FolderNews::Problem(problem) => {
                tracing::error!(
                    adapter = problem.name,
                    path = %problem.path.display(),
                    code = problem.code,
                    "{}. {}",
                    problem.message,
                    problem.action
                );
                None
            }
        }
    }
}
