### Sign-in
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
