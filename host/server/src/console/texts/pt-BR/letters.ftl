### Operação: cartas mortas
letters = Cartas mortas
letter = Carta morta
letters-what = O que não pôde ser entregue adiante ou mapeado. Nada se perde: espera aqui por uma pessoa.
letters-list = Cartas
letters-none = Nada espera por você
letters-none-next = Tudo o que foi aceito já foi entregue adiante ou está a caminho.
letters-none-like = Nenhuma carta é assim
letters-none-like-next = Peça menos no filtro.
letters-done-redriven = { $count ->
    [one] Uma carta sai de novo ou é mapeada agora.
   *[other] { $count } cartas saem de novo ou são mapeadas agora.
}
letters-done-discarded = { $count ->
    [one] Uma carta foi descartada.
   *[other] { $count } cartas foram descartadas.
}
letters-done-none = Nada foi feito: nenhuma carta foi escolhida, ou nenhuma delas espera mais.
letters-skipped = { $count ->
    [one] Nada foi feito com uma carta
   *[other] Nada foi feito com { $count } cartas
}
letters-all = Todas deste filtro
letters-all-hint = Também as que não estão nesta página. Você confirma antes que algo seja feito.
letters-more = Há mais: isto vale para as { $count } mais antigas. Repita para as outras.
filter = Filtro
filter-do = Filtrar
filter-none = Sem filtro
any = Qualquer
letter-state = Estado
letter-waiting = Espera
letter-discarded = Descartada
letter-kind = Tipo
letter-message = Mensagem para o chat
letter-event = Evento para a plataforma
letter-request = Requisição não mapeada
letter-code = Código do problema
letter-after = Falhou desde (UTC)
letter-choose = Escolher { $id }
letter-attempts = { $count ->
    [one] uma tentativa
   *[other] { $count } tentativas
}
letter-given-up = descartada por { $who }: { $reason }
letter-holds = Segura a conversa
letter-holds-hint = O que é mais novo na conversa espera até esta ser reenviada ou descartada.
letter-do = O que fazer
redrive-serving = Pela revisão em serviço
redrive-chosen = Reenviar as escolhidas…
redrive-all = Reenviar todas…
redrive-title = { $count ->
    [one] Reenviar uma carta?
   *[other] Reenviar { $count } cartas?
}
discard-chosen = Descartar as escolhidas…
discard-all = Descartar todas…
discard-one = Descartar…
discard-title = { $count ->
    [one] Descartar uma carta?
   *[other] Descartar { $count } cartas?
}
discard-what = Elas ficam no registro e não são mais entregues. O que espera atrás delas segue. Não há como desfazer.
discard-do = Descartar
discard-reason-wrong = Diga o motivo, com 1 a 1000 caracteres.
replay-first = Antes, ver o que se torna em outra revisão
