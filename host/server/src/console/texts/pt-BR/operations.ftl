### Operação: adaptadores
operations = Operação
adapters = Adaptadores
adapters-empty = Ainda não há adaptadores
adapters-empty-next = Um adaptador traduz o JSON de um chat em mensagens, e vice-versa. Envie o arquivo dele aqui, salve-o na pasta de adaptadores ou execute `eclusa adapter deploy ARQUIVO.wasm`.
adapters-channels = { $count ->
    [0] em nenhum canal
    [one] em um canal
   *[other] em { $count } canais
}
deploy = Implantar uma revisão
deploy-hint = O arquivo é verificado em etapas e o tráfego gravado passa por ele. Se for aprovado, entra em serviço conforme as regras do adaptador. O mesmo pela linha de comando: `eclusa adapter deploy ARQUIVO.wasm`.
deploy-name = Adaptador
deploy-name-hint = Um nome que já existe, ou um novo: letras minúsculas, dígitos e hífens.
deploy-name-wrong = São esperados de 1 a 64 caracteres: a–z, 0–9 e hífens.
deploy-mode-policy = Conforme as regras do adaptador
deploy-file = Arquivo (.wasm)
deploy-file-wrong = Escolha um arquivo.
deploy-do = Verificar e implantar
mode-auto = Automático, quando passa em todas as verificações
mode-review = Automático somente se nada mudar
mode-manual = Sempre por uma pessoa
deployment-checking = Em verificação
deployment-rejected = Rejeitada
deployment-waiting = Espera aprovação
deployment-declined = Recusada
deployment-canary = Canário
deployment-trial = Em observação
deployment-live = Em serviço
deployment-superseded = Substituída
deployment-rolled-back = Revertida
deployment-unchanged = Sem mudança
deployment-interrupted = Interrompida
role-active = em serviço
role-canary = atende uma parte
role-predecessor = de prontidão
role-waiting = espera aprovação
role-pinned = fixada
role-held = retida
role-draining = últimas chamadas
role-kept = pronta
adapter-done-approved = Foi aprovada e entra em serviço.
adapter-done-declined = Foi recusada.
adapter-done-activated = A revisão está em serviço.
adapter-done-rolled-back = Foi revertida. O que falhou nela é mapeado de novo.
adapter-done-pinned = O canal fica nesta revisão até ser liberado.
adapter-done-unpinned = O canal voltou a acompanhar o adaptador.
adapter-done-policy = As regras foram salvas.
waiting-title = A revisão { $revision } espera aprovação
see-evidence = Ver as verificações e o que muda
operators-decide = Quem tem perfil operator ou admin decide.
decide = Aprovar?
approve = Aprovar e pôr em serviço
decline = Recusar…
decline-do = Recusar
reason = Motivo
reason-hint = Para os colegas; fica na auditoria.
canary-runs = `{ $revision }` atende { $percent } % das conversas.
trial-runs = A revisão em serviço está em observação: a chamada que falha nela é respondida por `{ $revision }`, que assume se ela se mostrar pior.
trial-counts = Chamadas: { $calls }; piores: { $worse }.
revisions = Revisões
revision = Revisão
revisions-none = Nenhuma passou nas verificações ainda. Veja as implantações abaixo.
added = Adicionada
by = por { $who }
calls = Chamadas
failures = Falhas
half-within = p50
most-within = p95
memory = Memória
actions = Ações
compare = Comparar
activate = Ativar…
figures-since = Números do tráfego real desde o início do servidor: tempos em que metade (p50) e 95 de cada 100 (p95) das chamadas foram respondidas, e a maior memória de uma delas.
rollback = Reverter…
rollback-what = `{ $revision }` sai de serviço imediatamente, em todos os canais que acompanham o adaptador. As chamadas em andamento terminam nela. As requisições que ela não conseguiu mapear são mapeadas de novo.
rollback-to = Quem assume
rollback-do = Reverter
adapter-channels = Canais
adapter-channels-none = Nenhum canal usa este adaptador.
channel-follows = acompanha o adaptador
channel-pinned = fixado nesta revisão
channel-held = fica para trás, pois falta:
pin = Fixar
unpin = Liberar
pin-to = Revisão em que fixar { $name }
deployments = Implantações
deployments-none = Nada foi implantado ainda.
older = Mais antigas
policy = Regras para candidatas
policy-mode = Quem decide
policy-shadow-requests = Requisições gravadas a comparar, por canal
policy-shadow-messages = Mensagens gravadas a comparar, por canal
policy-canary-percent = Canário: parte das conversas, % (vazio: nenhuma)
policy-canary-seconds = Canário: por quanto tempo, segundos
policy-canary-calls = Canário: ou até tantas chamadas
policy-rollback-seconds = Observação: por quanto tempo, segundos
policy-rollback-failures = Revertida após tantas chamadas piores
policy-rollback-percent = E esta parte de todas as chamadas, %
policy-rollback-factor = Ou quando o p95 for tantas vezes maior
policy-rollback-floor = E mais que, milissegundos
policy-rollback-calls = Após no mínimo tantas chamadas
activate-title = Pôr a revisão { $revision } em serviço?
activate-what = A versão { $version } de { $name } assume imediatamente { $count ->
    [0] ; nenhum canal a usa ainda.
    [one] em um canal.
   *[other] em { $count } canais.
}
activate-back = Canais fixados ficam onde estão. É possível reverter a qualquer momento.
activate-do = Pôr em serviço
compare-first = Comparar antes
diff-title = O que muda em { $name }
diff-what = O tráfego gravado mais recente em `{ $candidate }`, comparado com `{ $baseline }`, que está em serviço. Nada é enviado, nada muda.
shadow = Tráfego gravado nas duas
shadow-none = Ainda não há nada gravado que se possa comparar.
shadow-identical = { $count ->
    [one] Uma entrada foi comparada: nada muda.
   *[other] { $count } entradas foram comparadas: nada muda.
}
shadow-differs = { $count ->
    [one] Uma entrada foi comparada.
   *[other] { $count } entradas foram comparadas.
}
shadow-receive = requisições do chat
shadow-send = mensagens para o chat
shadow-settle = respostas do chat
shadow-same = iguais
shadow-changed = diferentes
shadow-new-failures = falhas novas
shadow-repaired = corrigidas
shadow-failing = falham nas duas
shadow-times = p95 { $before } → { $after }
shadow-places = Lugares que mudam
shadow-place = Lugar
shadow-what = O quê
shadow-often = Quantas vezes
shadow-example = Exemplo
shadow-show = Mostrar
shadow-before = Antes
shadow-after = Depois
shadow-more = { $count ->
    [one] Mais um lugar não é mostrado.
   *[other] Mais { $count } lugares não são mostrados.
}
change-added = adicionado
change-removed = removido
change-replaced = alterado
change-renamed = renomeado para
deployment-title = { $name }: revisão { $revision }
deployment-runs = As verificações estão em andamento.
look-again = Ver de novo
stages = Verificações
stages-none = Nenhuma foi feita.
stage-passed = passou
stage-failed = falhou
deployment-came = Chegou
deployment-by = Por
deployment-changed = Última mudança
deployment-id = Implantação
size = Tamanho
door-folder = da pasta de adaptadores
door-api = enviada
manifest-changes = Mudanças no manifesto
problem-candidate-changed = Outra candidata espera agora, ou nenhuma.
problem-candidate-changed-action = Abra de novo a página do adaptador e veja o que espera agora.
