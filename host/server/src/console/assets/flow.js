// The page works without this script: each button sends the whole form. With it the page
// stays where it is, and a choice shows its fields at once.
const form = document.getElementById('flow');
const stays = (button) => !['save', undefined].includes(button?.value);
let asked = 0;

function prepare() {
  form.classList.add('scripted');
  const conversation = form.querySelector('.conversation');
  if (conversation) conversation.scrollTop = conversation.scrollHeight;
}

async function send(button) {
  const turn = ++asked;
  const kept = document.activeElement?.id;
  const open = [...form.querySelectorAll('details[open]')].map((it) => it.id);
  const body = new URLSearchParams(new FormData(form));
  body.set('do', button.value);
  form.setAttribute('aria-busy', 'true');
  let page;
  try {
    const answer = await fetch(form.action, { method: 'POST', body });
    if (answer.redirected) { location.assign(answer.url); return; }
    page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  } finally {
    form.removeAttribute('aria-busy');
  }
  const fresh = page.getElementById('flow');
  // A later press has the newer page.
  if (turn !== asked) return;
  if (!fresh) throw new Error('a page that says what is wrong');
  form.replaceChildren(...document.adoptNode(fresh).childNodes);
  for (const id of open) { const it = id && document.getElementById(id); if (it) it.open = true; }
  prepare();
  const next = form.querySelector(`[name="do"][value="${CSS.escape(button.value)}"]`);
  const wrong = button.value === 'check' && form.querySelector('[role="alert"] a');
  (wrong || (kept && document.getElementById(kept)) || next || form.querySelector('#sim-text'))?.focus();
}

form.addEventListener('submit', (event) => {
  if (!stays(event.submitter) || event.submitter.dataset.plain) return;
  event.preventDefault();
  send(event.submitter).catch(() => {
    // As without this script: the browser shows what came, or why nothing did.
    event.submitter.dataset.plain = 'yes';
    form.requestSubmit(event.submitter);
  });
});
form.addEventListener('change', (event) => {
  if (event.target.name?.startsWith('kind:')) send({ value: 'shape' }).catch(() => {});
});
form.addEventListener('keydown', (event) => {
  const button = { 'sim-text': 'sim-write', 'sim-minutes': 'sim-wait' }[event.target.id];
  if (event.key !== 'Enter' || !button || event.isComposing) return;
  event.preventDefault();
  document.getElementById(button).click();
});
prepare();
form.querySelector('[aria-invalid="true"]')?.focus();
