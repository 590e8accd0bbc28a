### Operação: tokens, auditoria, o que pede atenção
tokens = Tokens
tokens-what = Um token permite que um programa chame a API, ou que uma pessoa entre aqui. O valor é mostrado uma única vez, ao ser criado, e não é guardado em lugar algum.
tokens-list = Todos os tokens
token-made = criado em
token-used = usado pela última vez em
token-never-used = nunca usado
token-ends = termina em
token-no-end = sem fim
token-over = Encerrado
token-configured-here = definido pela configuração
token-rotate = Trocar valor…
token-overlap = Aceitar o valor antigo por
overlap-hour = uma hora
token-rotate-do = Gerar outro valor
token-revoke = Revogar…
token-revoke-title = Revogar { $name }?
token-revoke-what = Quem o tem (perfil `{ $role }`) perde o acesso imediatamente, e sua sessão termina. Não há como desfazer.
token-revoke-do = Revogar
token-done-revoked = O token foi revogado.
token-new = Novo token
token-name = Nome
token-name-hint = É como a auditoria o chama. Letras minúsculas, dígitos e hífens.
token-role = Perfil
token-viewer = vê tudo, menos os tokens
token-operator = vê, envia mensagens, muda canais e adaptadores
token-platform = vê e envia mensagens: para a plataforma de atendimento
token-metrics = lê as métricas e nada mais
token-admin = tudo, inclusive tokens
token-days = Termina em quantos dias
token-days-hint = Vazio: não termina sozinho.
token-create = Criar o token
token-shown = Token { $name }
token-shown-once = Copie agora: ele não será mostrado de novo.
token-role-is = O perfil dele é `{ $role }`.
token-rotated-hint = Coloque-o no lugar do antigo. Se você escolheu um prazo, o valor antigo é aceito até lá como um token próprio, que aparece na lista.
token-kept = Já guardei
audit = Auditoria
audit-kind = Sobre
audit-id = Qual
audit-actor = Por
audit-hint = Um nome ou id como aparece na lista; “qual” vale quando um tipo é escolhido.
audit-none = Nada assim foi feito
audit-none-next = Peça menos, ou siga para o mais antigo quando a página oferecer.
audit-entries = Registros
subject-adapter = adaptador
subject-channel = canal
subject-token = token
subject-key = chaves dos segredos
subject-dead-letter = carta morta
subject-platform = plataforma
subject-console = console
subject-attendance = atendimento
subject-flow = fluxo
attention = Pede atenção
attention-none = Nada no momento: tudo o que entra segue adiante.
attention-letters = { $count ->
    [one] Uma carta morta espera por uma pessoa
   *[other] { $count } cartas mortas esperam por uma pessoa
}
attention-letters-many = Mais de { $count } cartas mortas esperam por uma pessoa
attention-candidate = Uma candidata de { $name } espera aprovação
attention-no-revision = Nenhuma revisão de { $name } está em serviço, embora haja canais nele
attention-paused = { $name } está pausado: o que é para ele espera
attention-paused-more = { $count ->
    [one] Mais um canal está pausado
   *[other] Mais { $count } canais estão pausados
}
attention-platform = A plataforma está pausada: os eventos para ela esperam
attention-breakers = { $count ->
    [one] Um servidor de destino falha e é poupado por um tempo
   *[other] { $count } servidores de destino falham e são poupados por um tempo
}
attention-refusal = Nada de novo é aceito: o disco está cheio, ou o armazenamento falhou
attention-disk = O disco está quase cheio
attention-damaged = Há linhas danificadas no disco: restaure um backup
problem-last-admin-token = Este é o último token admin; sem ele ninguém poderia criar outro.
problem-last-admin-token-action = Crie antes outro token admin, ou troque o valor deste.
problem-token-exists = Já existe um token com este nome.
problem-token-exists-action = Escolha outro nome, ou troque o valor daquele.
