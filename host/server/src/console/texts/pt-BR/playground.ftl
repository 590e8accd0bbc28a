### Operação: laboratório
playground = Laboratório
playground-what = O que um adaptador faz com uma entrada. Ele roda no motor de produção, com os limites de produção; nada é enviado, contado ou guardado.
play-on = Para
play-adapters = Adaptadores, sem as configurações de um canal
play-serving = A que está em serviço
play-direction = Direção
play-receive = Uma requisição do chat: quais eventos?
play-send = Uma mensagem para o chat: qual requisição?
play-body = Entrada
play-body-hint = O corpo da requisição como o chat o envia; ou a mensagem como `POST /v1/channels/ID/messages` a recebe.
play-more = Método, caminho e cabeçalhos
play-method = Método
play-path = Caminho e parâmetros, depois da URL de entrada
play-do = Executar
play-begin = Começar com
play-from = Id de uma mensagem ou requisição
play-take = Usar
play-samples = { $count ->
    [one] Um exemplo do adaptador
   *[other] { $count } exemplos do adaptador
}
play-outcome = Resultado
play-nothing-yet = Nada foi executado ainda. Escreva uma entrada ou comece com um exemplo.
play-time = Tempo
play-events = { $count ->
    [0] Nenhum evento: o chat não disse nada que interesse à plataforma.
    [one] Um evento
   *[other] { $count } eventos
}
play-reply = Resposta ao chat
play-request = A requisição que seria feita; segredos são marcadores.
play-warnings = Avisos
play-log = O que ele registrou
play-log-cut = Ele registrou mais do que se guarda.
play-with-it = Experimentar no laboratório
