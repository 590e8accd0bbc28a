### The console in English. Keys are the same in all languages; what stands
### `between these` is shown as code where the page asks for it.

## On every page
product = Eclusa
skip-to-content = Skip to the content
navigation = Sections
navigation-pages = Pages
menu = Menu: language, appearance, sign out
home = Home
channels = Channels
language = Language
theme = Appearance
theme-system = Automatic
theme-light = Light
theme-dark = Dark
signed-in-as = Signed in with the token { $name }, whose role is { $role }
sign-out = Sign out
to-home = Back to the first page
