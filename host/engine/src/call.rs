//! What the functions of the contract take and return.

use crate::bindings::eclusa::adapter::exchange as wit;
use crate::bindings::eclusa::adapter::messages;

pub(crate) type Receive<'a> = (wit::Channel<'a>, wit::Request<'a>);
pub(crate) type Received = (Result<wit::Received, wit::Problem>,);

pub(crate) type Send<'a> = (wit::Channel<'a>, messages::OutboundMessage<'a>);
pub(crate) type Prepared = (Result<wit::Prepared, wit::Problem>,);

pub(crate) type Settle<'a> =
    (wit::Channel<'a>, messages::OutboundMessage<'a>, wit::HttpResponseParam<'a>, Option<&'a str>);
pub(crate) type Outcome = (wit::Outcome,);

pub(crate) type Media<'a> = (wit::Channel<'a>, &'a str, Option<wit::MediaResponse<'a>>);
pub(crate) type MediaStep = (Result<wit::MediaStep, wit::Problem>,);
