//! Has pictures drawn, one at a time.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;

use super::draw::NoPicture;
use super::process::{NO_PICTURE, REFUSED};

/// How long one drawing may take, also where others use the processor.
const LONGEST: Duration = Duration::from_secs(20);

/// Most that is read of an answer, in bytes: a PNG of 256 × 256 pixels has less.
const LARGEST_ANSWER: u64 = 1 << 20;

/// Starts a process for each picture.
#[derive(Debug)]
pub(crate) struct Drawer {
    program: PathBuf,
    /// A logo is no hurry, and each may take hundreds of megabytes.
    one: Semaphore,
}

impl Drawer {
    /// One that starts this very program, even where its file was replaced since.
    pub(crate) fn new() -> std::io::Result<Self> {
        let program = if cfg!(target_os = "linux") {
            PathBuf::from("/proc/self/exe")
        } else {
            std::env::current_exe()?
        };
        Ok(Self { program, one: Semaphore::new(1) })
    }

    /// The picture as a PNG whose sides have 256 pixels at most. Where the caller goes
    /// away, the drawing ends.
    pub(crate) async fn logo(&self, picture: &[u8]) -> Result<Vec<u8>, NoPicture> {
        let _one = self.one.acquire().await;
        let child = Command::new(&self.program)
            .arg("draw-logo")
            // It needs none of our secrets.
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(NoPicture::Process)?;
        let drawn = tokio::time::timeout(LONGEST, answer(child, picture)).await;
        let (code, answer) = drawn.map_err(|_| NoPicture::Costly)?.map_err(NoPicture::Process)?;
        match code.map(u8::try_from) {
            Some(Ok(0)) => Ok(answer),
            Some(Ok(NO_PICTURE)) => Err(NoPicture::Type),
            Some(Ok(REFUSED)) => {
                Err(NoPicture::Broken(String::from_utf8_lossy(&answer).into_owned()))
            }
            // It was stopped, or broke.
            _ => Err(NoPicture::Costly),
        }
    }
}

/// What a process says of a picture, and how it ends.
async fn answer(mut child: Child, picture: &[u8]) -> std::io::Result<(Option<i32>, Vec<u8>)> {
    if let Some(mut stdin) = child.stdin.take() {
        // One that ended early says why by its code.
        let _ = stdin.write_all(picture).await;
    }
    let mut answer = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        stdout.take(LARGEST_ANSWER).read_to_end(&mut answer).await?;
    }
    Ok((child.wait().await?.code(), answer))
}
