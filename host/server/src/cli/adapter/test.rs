//! `eclusa adapter test`: do the samples hold?

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use eclusa_engine::{CallContext, LoadError, Revision, StageName};
use eclusa_model::{
    ChannelView, HttpResponse, OutboundMessage, Outcome as Settled, Prepared, Problem,
    ReceiveSample, Received, Request, SampleChannel, SampleSubject, Samples, SecretValues,
    SendSample,
};
use serde::Serialize;
use serde_json::json;

use super::summary;
use super::workbench::Workbench;
use crate::cli::Outcome;
use crate::cli::failure::Failure;
use crate::cli::input;
use crate::cli::output::{self, Style};

const EXAMPLES: &str = "\
Examples:
  eclusa adapter test target/adapters/telegram.wasm
  eclusa adapter test my-chat.wasm --samples samples

A sample in DIR/receive/*.json holds a request and the events it must become, one in
DIR/send/*.json a message and the request it must become, as in the adapter's manifest.";

const SAMPLE_HELP: &str = "A sample looks like {\"name\":\"text\",\"request\":{\"body\":…},\"events\":[…]}; \
    wit/manifest.schema.json has all keys.";

/// The arguments.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Args {
    /// The adapter: a WebAssembly component.
    #[arg(value_name = "FILE.wasm")]
    file: PathBuf,
    /// Folder of further samples, in its folders `receive` and `send`.
    #[arg(long, value_name = "DIR")]
    samples: Option<PathBuf>,
}

/// How one sample ended.
#[derive(Debug, Serialize)]
struct Verdict {
    sample: String,
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    difference: Option<String>,
}

/// Runs the samples one after another.
pub(super) fn run(args: &Args, json: bool) -> anyhow::Result<Outcome> {
    let started = Instant::now();
    // A folder that is not there should not be found out after the compilation.
    let further = args.samples.as_deref().map(read_folder).transpose()?.unwrap_or_default();
    let workbench = Workbench::new()?;
    let revision = match workbench.load(&args.file, &mut |_| {})? {
        Ok(loaded) => loaded.revision,
        Err(error) => return refuse(&error, json),
    };
    let mut run = Run { workbench: &workbench, revision: &revision, verdicts: Vec::new(), json };
    if !json {
        let manifest = revision.manifest();
        output::line(format!("running the samples of {} {}", manifest.name, manifest.version))?;
    }
    let own = &revision.manifest().samples;
    for sample in &own.receive {
        run.one(None, Samples { receive: vec![sample.clone()], send: Vec::new() })?;
    }
    for sample in &own.send {
        run.one(None, Samples { receive: Vec::new(), send: vec![sample.clone()] })?;
    }
    for (file, sample) in further {
        match sample {
            Ok(sample) => run.one(Some(&file), sample)?,
            Err(failure) => {
                let difference = Some(format!("{failure}. {}", failure.action));
                run.say(Verdict { sample: file, ok: false, difference })?;
            }
        }
    }
    run.summarize(started.elapsed())
}

/// The adapter cannot serve; failed samples of its own are told like any others.
fn refuse(error: &LoadError, json: bool) -> anyhow::Result<Outcome> {
    if json {
        output::json(&json!({ "ok": false, "error": error }))?;
        return Ok(Outcome::Refused);
    }
    for line in summary::load_error_lines(error, Style::stdout()) {
        output::line(line)?;
    }
    if error.stage == StageName::Samples {
        output::line("\ntest result: FAILED. The adapter's own samples do not hold.")?;
    }
    Ok(Outcome::Refused)
}

/// One run over many samples.
struct Run<'a> {
    workbench: &'a Workbench,
    revision: &'a Revision,
    verdicts: Vec<Verdict>,
    json: bool,
}

impl Run<'_> {
    /// Runs the one sample in `samples`.
    fn one(&mut self, file: Option<&str>, samples: Samples) -> anyhow::Result<()> {
        let receive = samples.receive.iter().map(|sample| format!("receive/{}", sample.name));
        let send = samples.send.iter().map(|sample| format!("send/{}", sample.name));
        let name: String = receive.chain(send).collect();
        let sample = match file {
            Some(file) => format!("{file} ({name})"),
            None => name,
        };
        let mut subject = Component { workbench: self.workbench, revision: self.revision };
        let difference = samples.run(&mut subject).pop().map(|failure| failure.difference);
        self.say(Verdict { sample, ok: difference.is_none(), difference })
    }

    fn say(&mut self, verdict: Verdict) -> anyhow::Result<()> {
        if !self.json {
            let style = Style::stdout();
            let state = if verdict.ok { style.green("ok") } else { style.red("FAILED") };
            output::line(format!("sample {} ... {state}", verdict.sample))?;
            if let Some(difference) = &verdict.difference {
                output::line(format!("    {difference}"))?;
            }
        }
        self.verdicts.push(verdict);
        Ok(())
    }

    fn summarize(self, duration: Duration) -> anyhow::Result<Outcome> {
        let failed = self.verdicts.iter().filter(|verdict| !verdict.ok).count();
        let passed = self.verdicts.len() - failed;
        if self.json {
            output::json(&json!({
                "ok": failed == 0,
                "passed": passed,
                "failed": failed,
                "samples": self.verdicts,
            }))?;
        } else {
            let style = Style::stdout();
            let result = if failed == 0 { style.green("ok") } else { style.red("FAILED") };
            output::line(format!(
                "\ntest result: {result}. {passed} passed; {failed} failed; finished in {:.2}s",
                duration.as_secs_f64()
            ))?;
        }
        Ok((failed == 0).into())
    }
}

/// The name of a file, and the one sample in it.
type SampleFile = (String, Result<Samples, Failure>);

/// The samples of a folder by their files, in the order of the names.
fn read_folder(folder: &Path) -> Result<Vec<SampleFile>, Failure> {
    let mut samples = Vec::new();
    for file in json_files(&folder.join("receive"))? {
        let sample = input::read_json(&file, "sample", SAMPLE_HELP)
            .map(|sample: ReceiveSample| Samples { receive: vec![sample], send: Vec::new() });
        samples.push((file.display().to_string(), sample));
    }
    for file in json_files(&folder.join("send"))? {
        let sample = input::read_json(&file, "sample", SAMPLE_HELP)
            .map(|sample: SendSample| Samples { receive: Vec::new(), send: vec![sample] });
        samples.push((file.display().to_string(), sample));
    }
    if samples.is_empty() {
        return Err(Failure::new(
            "no_samples",
            format!("there are no samples in `{}`", folder.display()),
            "Put them into its folders `receive` and `send`, one .json file each.",
        ));
    }
    Ok(samples)
}

/// Nothing where there is no such folder.
fn json_files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = match folder.read_dir() {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => {
            return Err(Failure::new(
                "folder_unreadable",
                format!("`{}` cannot be read: {error}", folder.display()),
                "Name a folder which you may read.",
            ));
        }
    };
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
    files.sort();
    Ok(files)
}

/// A loaded adapter as samples see it.
struct Component<'a> {
    workbench: &'a Workbench,
    revision: &'a Revision,
}

impl SampleSubject for Component<'_> {
    fn receive(
        &mut self,
        channel: &SampleChannel,
        request: &Request,
    ) -> Result<Result<Received, Problem>, String> {
        let context = CallContext::from(channel);
        let called = self.workbench.wait(self.revision.receive(&context, request));
        called.map(|called| called.value).map_err(|error| error.to_string())
    }

    fn send(
        &mut self,
        channel: &ChannelView,
        message: &OutboundMessage,
    ) -> Result<Result<Prepared, Problem>, String> {
        let called = self.workbench.wait(self.revision.send(&without_secrets(channel), message));
        called.map(|called| called.value).map_err(|error| error.to_string())
    }

    fn settle(
        &mut self,
        channel: &ChannelView,
        message: &OutboundMessage,
        response: &HttpResponse,
        state: Option<&str>,
    ) -> Result<Settled, String> {
        let context = without_secrets(channel);
        let call = self.revision.settle(&context, message, response, state);
        let called = self.workbench.wait(call);
        called.map(|called| called.value).map_err(|error| error.to_string())
    }
}

fn without_secrets(channel: &ChannelView) -> CallContext {
    CallContext::new(channel.clone(), BTreeMap::<String, SecretValues>::new())
}
