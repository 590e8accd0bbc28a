### Operação: tráfego ao vivo
traffic = Tráfego ao vivo
traffic-what = As requisições mais novas dos chats e as entregas, à medida que acontecem. Ficam só na memória; em mensagens está tudo o que é gravado.
traffic-pause = Pausar
traffic-go-on = Continuar
traffic-lost = A conexão caiu; a página se conecta de novo sozinha.
traffic-none = Nada chegou desde o início
traffic-none-next = Assim que um chat escrever ou uma mensagem sair, aparece aqui.
traffic-rates = O último minuto
traffic-no-rates = Nada passou no último minuto.
traffic-requests = Requisições
traffic-deliveries = Entregas
traffic-newest = Mais novas
traffic-from-chat = Do chat
traffic-to-chat = Para o chat
traffic-to-platform = Para a plataforma
