// The page works without this script. It takes the token of a link
// (/login#token=…) into the field, so that it is not typed. The part behind # never
// leaves the browser. Nobody is signed in before they press the button: a link from
// elsewhere must not sign people in as somebody else.
const field = document.getElementById('token');
const given = new URLSearchParams(location.hash.slice(1)).get('token');
if (given) {
  field.value = given;
  history.replaceState(null, '', location.pathname);
  document.getElementById('from-link').hidden = false;
  document.getElementById('sign-in').focus();
}
// Browsers keep no session where others can read along.
document.getElementById('insecure').hidden = window.isSecureContext;
