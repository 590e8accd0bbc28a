### O console em português do Brasil. As chaves são as mesmas em todos os idiomas.

## Em todas as páginas
product = Eclusa
skip-to-content = Ir para o conteúdo
navigation = Seções
navigation-pages = Páginas
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
