### Operations: playground
playground = Playground
playground-what = What an adapter makes of something. It runs in the production engine with its limits; nothing is sent, counted or stored.
play-on = For
play-adapters = Adapters, without a channel's settings
play-serving = The one that serves
play-direction = Direction
play-receive = A request from the chat: which events?
play-send = A message to the chat: which request?
play-body = Input
play-body-hint = The request's body as the chat sends it; or the message as `POST /v1/channels/ID/messages` takes it.
play-more = Method, path and headers
play-method = Method
play-path = Path and query, behind the ingress URL
play-do = Run
play-begin = Begin with
play-from = Id of a message or request
play-take = Take it
play-samples = { $count ->
    [one] One sample of the adapter
   *[other] { $count } samples of the adapter
}
play-outcome = Outcome
play-nothing-yet = Nothing was run yet. Write an input, or begin with a sample.
play-time = Time
play-events = { $count ->
    [0] No event: the chat told nothing that concerns the platform.
    [one] One event
   *[other] { $count } events
}
play-reply = Reply to the chat
play-request = The request that would be made; secrets are placeholders.
play-warnings = Warnings
play-log = What it logged
play-log-cut = It logged more than is kept.
play-with-it = Try it in the playground
