### First page
home-title = Eclusa is running
home-channels = { $count ->
    [one] channel
   *[other] channels
}
home-adapters = { $count ->
    [one] adapter
   *[other] adapters
}
home-no-adapters = There is none yet. Deploy one by `eclusa adapter deploy FILE.wasm`.
look-further = Look further
link-demo = What the demo's chats were sent
link-ready = Whether the server is ready
link-metrics = Metrics
link-openapi = The API, as OpenAPI
