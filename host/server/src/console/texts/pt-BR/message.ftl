### O que uma mensagem diz
message-document = Documento
message-audio = Áudio
message-voice = Mensagem de voz
message-video = Vídeo
message-location = Localização
message-contact = Contato
message-open = Abrir em outra aba
message-at-the-chat = O arquivo está guardado no chat.
message-coordinates = Coordenadas
message-map = Ver no mapa, em outra aba
message-cut = Só o começo deste texto é mostrado.
message-picture = Imagem
message-trace = Rastro
