//! The data folder as a kill has left it.

use std::path::Path;

use anyhow::Context as _;
use eclusa_journal::{check_folder, read_manifest, restore_folder};

/// Whatever is a backup by its name is whole, and nothing else is there.
pub(crate) fn check_backups(data: &Path) -> anyhow::Result<()> {
    let Ok(backups) = data.join("backups").read_dir() else { return Ok(()) };
    for backup in backups {
        let backup = backup?.path();
        let what = || backup.display().to_string();
        read_manifest(&backup).with_context(what)?;
        let restored = tempfile::tempdir()?;
        restore_folder(&backup, restored.path(), &|_| {}).with_context(what)?;
    }
    Ok(())
}

/// Looks at every page, row and component of a copy: looking at the folder itself
/// would mend it before the host does. Returns how many rows have a checksum, which older
/// journals' have not.
pub(crate) fn check(data: &Path) -> anyhow::Result<u64> {
    let copy = tempfile::tempdir()?;
    for name in ["journal.lock", "journal.db", "journal.db-wal", "journal.mark"] {
        let from = data.join(name);
        if from.is_file() {
            std::fs::copy(&from, copy.path().join(name))?;
        }
    }
    let components = data.join("components");
    if components.is_dir() {
        let copies = copy.path().join("components");
        std::fs::create_dir(&copies)?;
        for file in components.read_dir()? {
            let file = file?;
            std::fs::copy(file.path(), copies.join(file.file_name()))?;
        }
    }
    let report = check_folder(copy.path(), &|_| {}).context("the data folder")?;
    anyhow::ensure!(report.is_sound(), "the data folder is damaged: {:#?}", report.findings);
    Ok(report.rows)
}
