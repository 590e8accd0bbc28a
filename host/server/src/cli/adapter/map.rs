//! `eclusa adapter map`: what does the adapter make of this?

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ArgGroup;
use clap::error::ErrorKind;
use eclusa_engine::{CallContext, Revision};
use eclusa_ingress::redact;
use eclusa_model::{Manifest, MediaResponse, SampleChannel};
use serde_json::Value;

use super::answer::{Answer, Error};
use super::request::{parse_request, parse_response};
use super::workbench::Workbench;
use crate::cli::Outcome;
use crate::cli::failure::Failure;
use crate::cli::input::{self, parse_secret, parse_settings};
use crate::cli::output::Style;

const EXAMPLES: &str = "\
Examples:
  eclusa adapter map telegram.wasm --receive update.json
  eclusa adapter map telegram.wasm --receive fixtures/*.json > mapped.ndjson
  curl -s https://chat.example/last | eclusa adapter map my-chat.wasm --receive -
  eclusa adapter map telegram.wasm --send message.json
  eclusa adapter map telegram.wasm --settle response.json --message message.json
  eclusa adapter map telegram.wasm --media FILE_ID

REQUEST is the body of a request, or an object whose keys are all among method, path,
query, headers and body, with method or body there. RESPONSE is likewise a body, or an
object of status, headers and body. MESSAGE is as POST /v1/channels/{id}/messages
takes it. `-` stands for standard input.

Prints {\"events\":…,\"reply\":…,\"warnings\":…}, {\"request\":…,\"warnings\":…},
{\"outcome\":…} or {\"media\":…}; {\"problem\":…} where the adapter refuses, and {\"error\":…}
where it fails or the input cannot be read, both with exit code 1.";

/// The arguments.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
#[command(group(ArgGroup::new("call").required(true).args(["receive", "send", "settle", "media"])))]
pub(in crate::cli) struct Args {
    /// The adapter: a WebAssembly component.
    #[arg(value_name = "FILE.wasm")]
    file: PathBuf,
    /// Map requests from the chat; several give one line of JSON each.
    #[arg(long, value_name = "REQUEST", num_args = 1..)]
    receive: Vec<PathBuf>,
    /// Map a message to the chat.
    #[arg(long, value_name = "MESSAGE")]
    send: Option<PathBuf>,
    /// Read the chat's response to the message given by --message.
    #[arg(long, value_name = "RESPONSE", requires = "message")]
    settle: Option<PathBuf>,
    /// The message which the response answers.
    #[arg(long, value_name = "MESSAGE", requires = "settle")]
    message: Option<PathBuf>,
    /// Ask for the file with this handle.
    #[arg(long, value_name = "HANDLE")]
    media: Option<String>,
    /// The response to the last step towards the file.
    #[arg(long, value_name = "RESPONSE", requires = "media")]
    response: Option<PathBuf>,
    /// The `state` of the request which the response answers.
    #[arg(long, conflicts_with_all = ["receive", "send"])]
    state: Option<String>,
    /// The channel's settings.
    #[arg(long, value_name = "JSON|@FILE", value_parser = parse_settings)]
    settings: Option<Value>,
    /// The channel's URL.
    #[arg(long)]
    url: Option<String>,
    /// A secret which the adapter may compare values with; repeatable.
    #[arg(long = "secret", value_name = "NAME=VALUE", value_parser = parse_secret)]
    secrets: Vec<(String, String)>,
    /// When the request was received, RFC 3339. A fixed time unless you say, so that
    /// the same request always gives the same.
    #[arg(long, value_name = "TIME", requires = "receive")]
    received_at: Option<String>,
}

/// Answers one line for each of several requests, one document for all else.
pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    check_usage(args);
    let workbench = Workbench::new()?;
    let revision = match workbench.load(&args.file, &mut |_| {}) {
        Ok(Ok(loaded)) => loaded.revision,
        Ok(Err(error)) => return Answer::Error(Error::Load(error)).print(None),
        Err(failure) => return Answer::Error(Error::Input(failure)).print(None),
    };
    warn_of_channel(args, revision.manifest());
    let channel = SampleChannel {
        url: args.url.clone(),
        settings: args.settings.clone().unwrap_or_else(|| SampleChannel::default().settings),
        secrets: args.secrets.iter().cloned().collect(),
    };
    let mapper = Mapper { workbench, revision, context: CallContext::from(&channel) };
    if let [file] = args.receive.as_slice() {
        return mapper.receive(file, args).print(None);
    }
    let mut ok = true;
    for file in &args.receive {
        ok &= mapper.receive(file, args).print(Some(file))? == Outcome::Success;
    }
    if let Some(answer) = mapper.other(args) {
        return answer.print(None);
    }
    Ok(ok.into())
}

/// What clap cannot say: what is read twice, and what only fits together.
fn check_usage(args: &Args) {
    let files = args.receive.iter().chain(&args.send).chain(&args.settle);
    let all = files.chain(&args.message).chain(&args.response);
    let problem = if all.filter(|path| input::is_stdin(path)).count() > 1 {
        "standard input can be read only once; give the others as files"
    } else if args.media.is_some() && args.state.is_some() && args.response.is_none() {
        "--state belongs to a response; give --response too"
    } else {
        return;
    };
    clap::Error::raw(ErrorKind::ArgumentConflict, format!("{problem}\n")).exit();
}

/// Says what a server would not let a channel have.
fn warn_of_channel(args: &Args, manifest: &Manifest) {
    let warning = Style::stderr().bold("warning:");
    let schema = jsonschema::validator_for(&manifest.settings_schema);
    if let (Some(settings), Ok(schema)) = (&args.settings, schema) {
        for error in schema.iter_errors(settings) {
            let at = error.instance_path();
            eprintln!("{warning} a server would refuse these settings: {at}: {error}");
        }
    }
    for (name, _) in &args.secrets {
        if !manifest.secrets.iter().any(|secret| secret.name == *name) {
            let known: Vec<_> =
                manifest.secrets.iter().map(|secret| secret.name.as_str()).collect();
            let known = known.join(", ");
            eprintln!("{warning} the adapter knows no secret `{name}`; it knows: {known}");
        }
    }
}

struct Mapper {
    workbench: Workbench,
    revision: Arc<Revision>,
    context: CallContext,
}

impl Mapper {
    fn receive(&self, file: &Path, args: &Args) -> Answer {
        let mut request = match input::read_text(file).and_then(|text| parse_request(&text)) {
            Ok(request) => request,
            Err(failure) => return Answer::Error(Error::Input(failure)),
        };
        if let Some(time) = &args.received_at {
            request.received_at.clone_from(time);
        }
        redact(&mut request, [self.revision.manifest()]);
        Answer::of(self.workbench.wait(self.revision.receive(&self.context, &request)), |result| {
            result.map_or_else(Answer::Problem, Answer::Received)
        })
    }

    /// None where nothing but requests was asked for.
    fn other(&self, args: &Args) -> Option<Answer> {
        let answer = if let Some(file) = &args.send {
            self.send(file)
        } else if let (Some(response), Some(message)) = (&args.settle, &args.message) {
            self.settle(response, message, args.state.as_deref())
        } else if let Some(handle) = &args.media {
            self.media(handle, args)
        } else {
            return None;
        };
        Some(answer.unwrap_or_else(|failure| Answer::Error(Error::Input(failure))))
    }

    fn send(&self, file: &Path) -> Result<Answer, Failure> {
        let message = input::read_message(file)?;
        Ok(Answer::of(self.workbench.wait(self.revision.send(&self.context, &message)), |result| {
            result.map_or_else(Answer::Problem, Answer::Prepared)
        }))
    }

    fn settle(
        &self,
        response: &Path,
        message: &Path,
        state: Option<&str>,
    ) -> Result<Answer, Failure> {
        let message = input::read_message(message)?;
        let response = parse_response(&input::read_text(response)?)?;
        let call = self.revision.settle(&self.context, &message, &response, state);
        Ok(Answer::of(self.workbench.wait(call), Answer::Outcome))
    }

    fn media(&self, handle: &str, args: &Args) -> Result<Answer, Failure> {
        let previous = match &args.response {
            Some(file) => Some(MediaResponse {
                response: parse_response(&input::read_text(file)?)?,
                state: args.state.clone().unwrap_or_default(),
            }),
            None => None,
        };
        let call = self.revision.media(&self.context, handle, previous.as_ref());
        Ok(Answer::of(self.workbench.wait(call), |result| {
            result.map_or_else(Answer::Problem, Answer::Media)
        }))
    }
}
