//! The stages through which a file becomes a revision.

use std::sync::Arc;
use std::time::Instant;

use eclusa_model::Manifest;
use sha2::{Digest, Sha256};

use crate::compiler::{self, Compiled};
use crate::config::MAX_MEMORIES;
use crate::error::LoadFailure;
use crate::inspect::{self, Outline};
use crate::metering;
use crate::program::Program;
use crate::refusal::Refusal;
use crate::runtime::Runtime;
use crate::{CallError, LoadError, Loaded, Revision, Session, Stage, StageName};

/// A file on its way.
pub(crate) struct Loading<'a> {
    runtime: &'a Arc<Runtime>,
    name: &'a str,
    bytes: &'a [u8],
    sha256: String,
    stages: Vec<Stage>,
    progress: &'a mut dyn FnMut(&Stage),
}

/// Why a stage was not passed.
struct Failure {
    refusal: Refusal,
    call: Option<CallError>,
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self { refusal, call: None }
    }
}

/// What a stage gives, and what it found, in words.
type Passed<T> = Result<(T, String), Failure>;

impl<'a> Loading<'a> {
    pub(crate) fn new(
        runtime: &'a Arc<Runtime>,
        name: &'a str,
        bytes: &'a [u8],
        progress: &'a mut dyn FnMut(&Stage),
    ) -> Self {
        let sha256 = hex::encode(Sha256::digest(bytes));
        Self { runtime, name, bytes, sha256, stages: Vec::new(), progress }
    }

    pub(crate) fn run(mut self) -> Result<Loaded, LoadError> {
        let outline = self.stage(StageName::Format, Self::format)?;
        let version = self.stage(StageName::World, |_| {
            let version = outline.version()?;
            let message = format!("implements eclusa:adapter@{version}");
            Ok((version, message))
        })?;
        self.stage(StageName::Imports, |_| {
            let count = outline.check_imports()?;
            Ok(((), format!("{count} imports, all allowed")))
        })?;
        self.stage(StageName::Memory, |it| {
            outline.check_memory(it.runtime.limits.memory_bytes, MAX_MEMORIES as usize)?;
            let kib = outline.initial_memory.div_ceil(1024);
            Ok(((), format!("starts with {kib} KiB")))
        })?;
        let Compiled { component, cached, .. } = self.stage(StageName::Compile, Self::compile)?;
        let program = self.stage(StageName::Instantiate, |it| {
            let program = Program::link(it.runtime, it.name, &it.sha256, &version, &component)?;
            Ok((Arc::new(program), "linked, and all functions have their types".to_owned()))
        })?;
        let manifest = self.stage(StageName::Describe, |_| describe(&program))?;
        self.stage(StageName::Samples, |_| run_samples(&program, &manifest))?;
        metering::loaded(self.name, cached);
        let revision = Arc::new(Revision::new(program, manifest, version));
        Ok(Loaded { revision, stages: self.stages })
    }

    fn stage<T>(
        &mut self,
        stage: StageName,
        run: impl FnOnce(&Self) -> Passed<T>,
    ) -> Result<T, LoadError> {
        let started = Instant::now();
        let result = run(self);
        let duration = started.elapsed();
        let (ok, code, message) = match &result {
            Ok((_, found)) => (true, None, found.clone()),
            Err(failure) => (false, Some(failure.refusal.code), failure.refusal.message.clone()),
        };
        let done = Stage { stage, ok, code, duration, message };
        (self.progress)(&done);
        self.stages.push(done);
        result.map(|(value, _)| value).map_err(|failure| {
            let Failure { refusal, call } = failure;
            metering::load_failed(self.name, stage, refusal.code);
            LoadError::new(LoadFailure {
                adapter: self.name.to_owned(),
                revision: self.sha256.clone(),
                stage,
                code: refusal.code,
                message: refusal.message,
                action: refusal.action,
                details: refusal.details,
                call,
                stages: std::mem::take(&mut self.stages),
            })
        })
    }

    fn format(&self) -> Passed<Outline> {
        let outline = inspect::outline(self.bytes, self.runtime.limits.component_bytes)?;
        Ok((outline, format!("a component of {} KiB", self.bytes.len().div_ceil(1024))))
    }

    fn compile(&self) -> Passed<Compiled> {
        let compiled = compiler::compile(self.runtime, &self.sha256, self.bytes)?;
        let message = compiled.message.clone();
        Ok((compiled, message))
    }
}

fn describe(program: &Arc<Program>) -> Passed<Manifest> {
    let described = Session::for_loading(program, false)
        .and_then(|mut session| session.describe())
        .map_err(|call| {
            let code = match call.code {
                "deadline_exceeded" => "describe_deadline",
                "memory_exceeded" => "describe_memory",
                "stack_overflow" => "describe_stack",
                "output_too_large" => "describe_too_large",
                "busy" => "busy",
                _ => "describe_trapped",
            };
            let panic = call.panic.as_deref().map(str::trim_end).map(|it| format!(": {it}"));
            let message =
                format!("`describe` failed: {}{}", call.message, panic.unwrap_or_default());
            Failure { refusal: Refusal::new(code, message, call.action), call: Some(call) }
        })?;
    let manifest = read_manifest(&described.value)?;
    check_recipes(&manifest)?;
    let message =
        format!("{} {}, {} samples", manifest.name, manifest.version, manifest.samples.len());
    Ok((manifest, message))
}

fn read_manifest(text: &str) -> Result<Manifest, Refusal> {
    serde_json::from_str(text).map_err(|error| {
        let (code, what) = match error.classify() {
            serde_json::error::Category::Data => {
                ("manifest_invalid", "is not a manifest of the contract")
            }
            _ => ("manifest_not_json", "is not JSON"),
        };
        Refusal::new(
            code,
            format!("what `describe` returned {what}: {error}"),
            "compare it with wit/manifest.schema.json",
        )
    })
}

fn check_recipes(manifest: &Manifest) -> Result<(), Refusal> {
    let nonsense = manifest.nonsense();
    if nonsense.is_empty() {
        return Ok(());
    }
    let mut refusal = Refusal::new(
        "manifest_nonsense",
        "the manifest says how requests are verified or answered in a way that makes no sense",
        "correct the manifest where the pointers say",
    );
    refusal.details =
        nonsense.into_iter().map(|(pointer, message)| format!("{pointer}: {message}")).collect();
    Err(refusal)
}

fn run_samples(program: &Arc<Program>, manifest: &Manifest) -> Passed<()> {
    let samples = &manifest.samples;
    if samples.is_empty() {
        return Ok(((), "no samples".to_owned()));
    }
    let failed = |reuse| -> Result<Vec<String>, Failure> {
        let mut session = Session::for_loading(program, reuse).map_err(|call| Failure {
            refusal: Refusal::new(call.code, call.message.clone(), call.action),
            call: Some(call),
        })?;
        Ok(samples.run(&mut session).iter().map(ToString::to_string).collect())
    };
    let count = samples.len();
    let refuse = |code, failures: Vec<String>, what: &str, action: &str| {
        let message = format!("{} of {count} samples {what}", failures.len());
        let mut refusal = Refusal::new(code, message, action);
        refusal.details = failures;
        Failure::from(refusal)
    };
    let failures = failed(false)?;
    if !failures.is_empty() {
        let action = "repair the adapter, or the sample where it is the sample that is wrong";
        return Err(refuse("sample_failed", failures, "did not become what they say", action));
    }
    // Once more in one instance: an adapter is a function of its arguments.
    let failures = failed(true)?;
    if !failures.is_empty() {
        let action = "keep nothing in static or global variables that changes the next answer";
        let what = "become something else when they are run one after another in one instance";
        return Err(refuse("state_kept", failures, what, action));
    }
    Ok(((), format!("{count} samples, all as they say")))
}
