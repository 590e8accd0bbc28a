//! Resident memory at rest, and what each further adapter adds.

use std::path::Path;

use crate::Options;
use crate::process::Process;
use crate::resident::Resident;
use crate::table::{Goal, Table};
use crate::variant::variant;

/// How many adapters are added.
const FURTHER: usize = 16;

pub(crate) fn measure(options: &Options, table: &mut Table) -> anyhow::Result<()> {
    let work = tempfile::tempdir()?;
    let (data, folder) = (work.path().join("data"), work.path().join("adapters"));
    std::fs::create_dir(&folder)?;
    for entry in std::fs::read_dir(&options.adapters)? {
        let path = entry?.path();
        if let Some(name) =
            path.file_name().filter(|_| path.extension().is_some_and(|e| e == "wasm"))
        {
            std::fs::copy(&path, folder.join(name))?;
        }
    }
    let rest = at_rest(options, &folder, &data)?;
    let original = std::fs::read(options.adapters.join("telegram.wasm"))?;
    for number in 0..FURTHER {
        let bytes = variant(&original, &number.to_string());
        std::fs::write(folder.join(format!("further-{number}.wasm")), bytes)?;
    }
    let more = at_rest(options, &folder, &data)?;
    let each = (more - rest) / FURTHER as f64;
    table.figure("resident memory at rest, four adapters", rest, "MiB", Goal::AtMost(60.0));
    table.figure("resident memory per further adapter", each, "MiB", Goal::AtMost(2.0));
    Ok(())
}

/// After a restart, so that nothing was compiled in this process.
fn at_rest(options: &Options, adapters: &Path, data: &Path) -> anyhow::Result<f64> {
    drop(Process::eclusa(&options.eclusa, adapters, data, "sqlite")?);
    let process = Process::eclusa(&options.eclusa, adapters, data, "sqlite")?;
    Ok(Resident::of(process.id())?.all)
}
