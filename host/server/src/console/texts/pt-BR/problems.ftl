### Quando algo está errado
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
