### O console em português do Brasil. As chaves são as mesmas em todos os idiomas.

## Em todas as páginas
product = Eclusa
skip-to-content = Ir para o conteúdo
navigation = Seções
menu = Menu: idioma, aparência, sair
home = Início
channels = Canais
language = Idioma
theme = Aparência
theme-system = Automática
theme-light = Clara
theme-dark = Escura
signed-in-as = Sessão aberta com o token { $name }, de perfil { $role }
sign-out = Sair
to-home = Voltar à página inicial

## Entrada
sign-in = Entrar
sign-in-title = Entrar no Eclusa
sign-in-insecure = Esta página veio sem criptografia de outra máquina. Abra-a por https: um token digitado aqui pode ser lido no caminho.
sign-in-from-link = O token é o do link que você abriu.
access-token = Token de acesso
access-token-hint = Começa com `ecl_`. O servidor mostrou um na primeira vez em que foi iniciado; um administrador cria outros com `eclusa token create`.
sign-in-foreign = Este formulário não foi enviado pela página deste servidor. Abra /login aqui e entre de novo. Atrás de um proxy que muda o cabeçalho Host, defina public_url com o endereço que você abre.
sign-in-needs-https = Para entrar é preciso https, ou a própria máquina (http://localhost): os navegadores não guardam sessão onde outros podem ler.
sign-in-too-many-sign-ins = Muitas tentativas falharam. Tente de novo em { $count } { $count ->
    [one] segundo
   *[other] segundos
}.
sign-in-permission-missing = Este token é para programas. Entre com um de perfil viewer, operator ou admin.
sign-in-token-unknown = Este token não é conhecido. Confira se foi copiado inteiro e se não foi revogado.
sign-in-token-damaged = Este token está incompleto ou tem erro de digitação. Copie-o inteiro de novo.
sign-in-token-expired = Este token expirou. Peça outro a um administrador.

## Página inicial
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

## Quando algo está errado
problem = Algo deu errado
problem-reference = Para quem for investigar: `{ $code }`, requisição `{ $id }`
problem-form-refused = Este formulário não foi enviado por uma página deste servidor que ainda vale.
problem-form-refused-action = Abra a página de novo e envie o formulário de lá. Talvez a sua sessão tenha terminado no meio-tempo.
problem-sign-out-refused = Você continua com a sessão aberta: o formulário não foi enviado por uma página deste servidor que ainda vale.
problem-sign-out-refused-action = Abra o console de novo e saia por lá.
problem-permission-missing = O perfil do seu token não permite isto.
problem-permission-missing-action = Entre com um token de perfil operator ou admin.
problem-body-too-large = O que você enviou é grande demais.
problem-body-too-large-action = Escolha um arquivo menor e envie o formulário de novo.
problem-busy = O servidor tem mais trabalho do que consegue aceitar no momento.
problem-busy-action = Espere alguns segundos e envie de novo.
problem-disk-full = O disco do servidor está quase cheio, e nada de novo é aceito.
problem-disk-full-action = Libere espaço no disco da pasta de dados e envie de novo.
problem-stopping = O servidor está parando.
problem-stopping-action = Tente de novo quando ele tiver voltado.

## Canais
channel-new = Novo canal
channels-empty = Ainda não há canais
channels-empty-next = Um canal conecta um chat: seu nome e sua cor, onde ele escuta e o adaptador que fala o JSON dele. Crie o primeiro; leva um minuto.
channels-empty-viewer = Quem tem perfil operator ou admin pode criar um.
channels-no-adapter = Um canal precisa de um adaptador, e nenhum está carregado. Implante um com `eclusa adapter deploy ARQUIVO.wasm` e volte aqui.
no-batches = O envio em lote não está disponível nestes canais: eles atendem conversas.
state-working = Funcionando
state-paused = Pausado
state-no-adapter = Sem adaptador
choose-title = Qual é o chat?
choose-hint = O adaptador decide de quais configurações e segredos o canal precisa.
choose-current = Em uso
adapter = Adaptador
adapter-change = Trocar
channel-edit = Editar canal
channel-create = Criar canal
save = Salvar
cancel = Cancelar
edit = Editar
needed = obrigatório
group-about = Sobre o canal
group-chat = O chat
group-secrets = Segredos
group-settings = Configurações do adaptador
group-delivery = Ritmo e limites
field-needed = Este campo é obrigatório.
field-name = Nome
field-name-hint = Aparece para os atendentes. De 1 a 120 caracteres.
field-description = Descrição
field-description-hint = Para os colegas; o chat nunca a vê.
field-color = Cor principal
field-color-hint = Marca o canal em listas e gráficos. O melhor é um contraste de 3 para 1 no claro e no escuro.
field-logo = Logotipo
field-logo-hint = PNG, JPEG, WebP ou SVG, até 1 MiB. É redesenhado com 256 pixels; textos em um SVG precisam ser curvas. Sem logotipo, aparecem as iniciais do nome.
field-id = Identificador
field-id-hint = Usado em URLs e na API; nunca muda. Letras minúsculas, dígitos e hífens. Vazio, é feito a partir do nome.
field-url = URL do chat
field-url-hint = Onde o chat recebe mensagens, por exemplo https://chat.example.com/eclusa
field-url-hint-default = Somente se não for o endereço que o adaptador já conhece.
headers = Cabeçalhos
headers-hint = Enviados em toda requisição ao chat. Os valores nunca são mostrados de novo.
header-name = Nome de um novo cabeçalho
header-value = Valor
secret-set = definido; deixe vazio para manter
secret-remove = Remover
secrets-again = O que é secreto, e o arquivo escolhido, não volta com a página: informe de novo o que você tinha mudado.
field-per-second = Mensagens por segundo
field-per-second-hint = No canal inteiro, de 0,001 a 10.000. Vazio: como diz o adaptador.
field-burst = Rajada
field-burst-hint = Quantas podem sair de uma vez depois de uma pausa, de 1 a 10.000.
field-per-conversation = Mensagens por segundo em uma conversa
field-per-conversation-hint = De 0,001 a 10.000. Vazio: como diz o adaptador.
field-concurrent = Ao mesmo tempo
field-concurrent-hint = Quantas mensagens podem estar a caminho do chat, de 1 a 1.000. Vazio: 32.
field-exhaustion = Quando uma mensagem não pode ser entregue
exhaustion-continue = A próxima da conversa segue
exhaustion-hold = A conversa espera por uma pessoa
field-body-bytes = Maior requisição do chat, em bytes
field-body-bytes-hint = Vazio: como diz a configuração do servidor.
done-created = O canal foi criado. Informe a URL de entrada ao chat.
done-changed = As mudanças foram salvas e já valem.
done-paused = O canal está pausado: as mensagens para o chat esperam.
done-resumed = O canal voltou a funcionar.
done-rotated = O canal tem outra URL de entrada. Informe-a ao chat.
done-deleted = O canal foi excluído.
paused-since = Pausado desde { $since } por { $by }.
no-adapter-hint = Nenhuma revisão do adaptador `{ $adapter }` está em serviço. Implante uma ou troque o adaptador do canal.
unverified = As requisições do chat não são verificadas: quem souber a URL de entrada pode escrever como qualquer pessoa. Defina o segredo pelo qual o adaptador as verifica.
color-faint = A cor principal é difícil de ver no fundo da aparência “{ $theme }”: o contraste é de { $contrast } para 1, e o recomendado é 3 para 1.
color-alike = Algumas pessoas não distinguem a cor deste canal da de: { $names }. Escolha outra se eles aparecem lado a lado.
ingress = URL de entrada
ingress-hint = O chat envia suas mensagens para cá. Quem a conhece pode enviar ao canal.
ingress-previous = A URL anterior é aceita até { $until }.
copy = Copiar
copied = Copiada
rotate = Outra URL de entrada
rotate-overlap = Aceitar a antiga por
overlap-day = um dia
overlap-week = uma semana
overlap-none = mais nenhum tempo: ela termina já
rotate-hint = Tempo para informar a nova ao chat.
rotate-do = Gerar outra URL
test = Enviar mensagem de teste
test-conversation = Conversa
test-conversation-hint = O id da conversa no próprio chat, por exemplo um telefone ou id.
test-body = Texto
test-start = Escrever mesmo que ninguém tenha escrito nesta conversa
test-send = Enviar
test-again = Ver de novo
state-queued = Na fila: sai depois das que vieram antes.
state-sent = Enviada: os servidores do chat a receberam.
state-delivered = Entregue: está no aparelho da pessoa.
state-read = Lida: a pessoa viu.
state-failed = Falhou: não vai chegar.
delivery = Entrega
nothing-waits = Nada espera: tudo o que foi aceito já foi entregue adiante.
waits = { $count ->
    [one] uma mensagem espera
   *[other] { $count } mensagens esperam
}
pause = Pausar
pause-reason = Motivo
pause-hint = Para os colegas. O que o chat envia continua sendo aceito; o que é para ele espera, em ordem.
pause-do = Pausar o canal
resume = Retomar
facts = Detalhes
never-shown = Valores de cabeçalhos e segredos nunca são mostrados.
batches = Lotes
delete = Excluir este canal…
delete-title = Excluir { $name }?
delete-what = A URL de entrada deixa de valer imediatamente. Mensagens que esperam pelo chat vão para as cartas mortas. O que foi dito é mantido pelo tempo da retenção; o identificador não pode ser usado de novo. Não há como desfazer.
delete-do = Excluir o canal

## Problemas de canais
problem-invalid-input = Alguns campos precisam de atenção.
problem-invalid-input-action = Corrija o que está marcado e salve de novo.
problem-revision-conflict = Outra pessoa mudou este canal depois que você abriu a página.
problem-revision-conflict-action = Abra-o de novo e repita a sua mudança sobre o que ele é agora.
problem-channel-exists = Já existe um canal com este identificador.
problem-channel-exists-action = Escolha outro identificador.
problem-channel-id-retired = Um canal excluído tinha este identificador.
problem-channel-id-retired-action = Escolha outro identificador.
problem-channel-not-found = Este canal não existe.
problem-channel-not-found-action = Talvez tenha sido excluído. Procure-o na lista de canais.
problem-adapter-not-found = Este adaptador não existe.
problem-adapter-not-found-action = Escolha um dos que estão carregados.
problem-conversation-unknown = Ninguém escreveu nesta conversa ainda.
problem-conversation-unknown-action = Confira o id. Para escrever primeiro, se o chat permite, marque a caixa abaixo do texto.
problem-type-refused = Este chat não recebe textos.
problem-type-refused-action = Veja na descrição do adaptador o que ele recebe.
problem-logo-too-large = O arquivo do logotipo tem mais de 1 MiB.
problem-logo-too-large-action = Reduza a imagem; 256 × 256 pixels bastam.
problem-logo-type = O logotipo não é uma imagem PNG, JPEG, WebP ou SVG.
problem-logo-type-action = Salve a imagem como PNG e escolha esse arquivo.
problem-logo-unreadable = O logotipo não pode ser lido.
problem-logo-unreadable-action = Salve a imagem como PNG, de no máximo 4096 × 4096 pixels, e escolha esse arquivo.
violation-expected-1-to-120-characters = São esperados de 1 a 120 caracteres.
violation-expected-at-most-2000-characters = São esperados no máximo 2000 caracteres.
violation-expected-1-to-64-characters-of-a-z-0-9-and = São esperados de 1 a 64 caracteres: a–z, 0–9 e hífens.
violation-expected-http-or-https = É esperado http ou https.
violation-expected-an-absolute-url-e-g-https-chat-example-com-eclusa = É esperada uma URL completa, por exemplo https://chat.example.com/eclusa
violation-a-url-is-shown-to-everybody-so-it-may-hold-no-password-use-a-header = Uma URL é mostrada a todos, então não pode conter senha; use um cabeçalho.
violation-expected-no-fragment = Não é esperado fragmento (#…).
violation-expected-a-colour-as-rrggbb-e-g-2a9d8f = É esperada uma cor no formato #RRGGBB.
violation-the-adapter-decides-the-content-type = Quem decide o content-type é o adaptador.
violation-expected-1-to-1000 = É esperado de 1 a 1000.
violation-expected-1-to-10000 = É esperado de 1 a 10000.
violation-expected-0-001-to-10000-messages-a-second = É esperado de 0,001 a 10000 mensagens por segundo.
