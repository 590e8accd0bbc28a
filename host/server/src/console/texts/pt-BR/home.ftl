### Página inicial
home-title = O Eclusa está no ar
home-channels = { $count ->
    [one] canal
   *[other] canais
}
home-adapters = { $count ->
    [one] adaptador
   *[other] adaptadores
}
home-no-adapters = Ainda não há nenhum. Implante um com `eclusa adapter deploy ARQUIVO.wasm`.
look-further = Veja também
link-demo = O que os chats da demonstração receberam
link-ready = Se o servidor está pronto
link-metrics = Métricas
link-openapi = A API, em OpenAPI
