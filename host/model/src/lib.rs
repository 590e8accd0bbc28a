//! The words of Eclusa as types: canonical messages and events, what goes over
//! the wire to a chat, adapter manifests, channels, problems.
//!
//! No I/O and no clock, and it compiles to WebAssembly: the adapter SDK and the
//! host share these types, so a test of an adapter and an answer of the API
//! show the same JSON.

mod attendance;
mod channel;
mod channel_delivery;
mod content;
mod event;
mod exchange;
mod extra;
mod manifest;
mod media;
mod message;
mod problem;
mod sample;
mod secret;
mod secret_values;
mod verdict;
mod verification;

pub use attendance::{
    Attendance, AttendanceContact, AttendanceRef, AttendanceState, InvalidProtocol, Protocol,
};
pub use channel::{
    Channel, ChannelLimits, ChannelProfile, Color, ColorError, FlowRunner, InvalidChannelId,
    PreviousIngress, validate_channel_id,
};
pub use channel_delivery::{ChannelDelivery, ChannelPace, OnExhaustion, Seconds};
pub use content::{Contact, Content, ContentError, ContentType, Location, Markup, Phone, Text};
pub use event::{
    DeliveryError, DeliveryState, Event, InboundMessage, MessageDeletion, MessageEdit,
    MessageStatus, Participant, Postback, Reaction, Typing,
};
pub use exchange::{
    ChannelView, HttpRequest, HttpResponse, MediaResponse, MediaStep, NextRequest, Outcome,
    Postponement, Prepared, Receipt, Received, Request,
};
pub use extra::{Extra, NotAnObject};
pub use manifest::{Manifest, OnInvalid, Rate, SecretSpec, Support, SupportLevel};
pub use media::{Media, MediaSource};
pub use message::OutboundMessage;
pub use problem::{Problem, ProblemKind, Warning, WarningKind};
pub use sample::{
    Body, ExpectedProblem, ExpectedRequest, ExpectedWarning, ReceiveSample, SampleChannel,
    SampleRequest, SampleResponse, Samples, SendSample, SettleSample,
};
pub use secret::Secret;
pub use secret_values::{InvalidSecretValues, SecretValues};
pub use verdict::{SampleFailure, SampleSubject};
pub use verification::{
    Audience, BasicSecret, BodyHandshake, BodyHash, BodyReply, ContentPart, Encoding, Handshake,
    HeaderSecret, InvalidSignedContent, Jwks, Jwt, JwtKey, KeyFormat, Place, QueryHandshake,
    SharedSecret, Signature, SignedContent, TimeFormat, Timestamp, TimestampSource, Verification,
};
