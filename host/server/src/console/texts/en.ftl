### The console in English. Keys are the same in all languages; what stands
### `between these` is shown as code where the page asks for it.

## On every page
product = Eclusa
skip-to-content = Skip to the content
navigation = Sections
menu = Menu: language, appearance, sign out
home = Home
language = Language
theme = Appearance
theme-system = Automatic
theme-light = Light
theme-dark = Dark
signed-in-as = Signed in with the token { $name }, whose role is { $role }
sign-out = Sign out
to-home = Back to the first page

## Sign-in
sign-in = Sign in
sign-in-title = Sign in to Eclusa
sign-in-insecure = This page came without encryption from another machine. Open it by https: a token that you type here can be read on its way.
sign-in-from-link = The token is that of the link which you have opened.
access-token = Access token
access-token-hint = It begins with `ecl_`. The server printed one at its first start; an admin makes others by `eclusa token create`.
sign-in-foreign = This form was not sent by this server's own page. Open /login here and sign in again. Behind a proxy that changes the Host header, public_url must be set to the address that you open.
sign-in-needs-https = Sign-in needs https, or this machine itself (http://localhost): browsers keep no session where others can read along.
sign-in-too-many-sign-ins = Too many sign-ins have failed. Try again in { $count } { $count ->
    [one] second
   *[other] seconds
}.
sign-in-permission-missing = This token is for programs. Sign in with one whose role is viewer, operator or admin.
sign-in-token-unknown = This token is not known. Check that the whole token was copied, and that it was not revoked.
sign-in-token-damaged = This token is not whole, or mistyped. Copy the whole token again.
sign-in-token-expired = This token has ended. Ask an admin to create another.

## First page
home-title = Eclusa is running
home-channels = { $count ->
    [one] channel
   *[other] channels
}
home-adapters = { $count ->
    [one] adapter
   *[other] adapters
}
home-no-adapters = There is none yet. Deploy one by `eclusa adapter deploy FILE.wasm`.
look-further = Look further
link-demo = What the demo's chats were sent
link-ready = Whether the server is ready
link-metrics = Metrics
link-openapi = The API, as OpenAPI

## When something is wrong
problem = Something is wrong
problem-reference = For whoever looks into it: `{ $code }`, request `{ $id }`
problem-form-refused = This form was not sent by a page of this server that is still valid.
problem-form-refused-action = Open the page again and send its form from there. You may have been signed out in between.
problem-sign-out-refused = You are still signed in: that form was not sent by a page of this server that is still valid.
problem-sign-out-refused-action = Open the console again and sign out there.
problem-permission-missing = Your token's role does not allow this.
problem-permission-missing-action = Sign in with a token whose role is operator or admin.
problem-body-too-large = What you sent is too large.
problem-body-too-large-action = Choose a smaller file, and send the form again.
problem-busy = The server has more to do than it can take at the moment.
problem-busy-action = Wait a few seconds and send it again.
problem-disk-full = The server's disk is nearly full, so it takes nothing new.
problem-disk-full-action = Make room on the disk of the data folder, then send it again.
problem-stopping = The server is stopping.
problem-stopping-action = Try again when it has started again.
