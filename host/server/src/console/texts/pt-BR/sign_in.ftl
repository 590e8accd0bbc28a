### Entrada
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
