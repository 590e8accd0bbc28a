### O console em português do Brasil. As chaves são as mesmas em todos os idiomas.

## Em todas as páginas
product = Eclusa
skip-to-content = Ir para o conteúdo
navigation = Seções
menu = Menu: idioma, aparência, sair
home = Início
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
