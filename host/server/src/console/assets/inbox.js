// Pages work without this script. It shows what is new as it comes, without touching
// what somebody writes or where they read, and sends by Enter.
const main = document.querySelector('main.inbox');
const connection = document.getElementById('connection');
const part = (id, page = document) => page.getElementById(id);
let seen = main.dataset.seen;

function tell(text) {
  connection.hidden = !text;
  connection.textContent = text ?? '';
}

// Puts a part of a newer page in the place of the one shown, where it differs.
function swap(id, page) {
  const [old, fresh] = [part(id), part(id, page)];
  if (!old || !fresh || old.isEqualNode(fresh)) return;
  const focused = old.contains(document.activeElement) && document.activeElement.closest('[id], a');
  old.replaceWith(document.adoptNode(fresh));
  if (!focused) return;
  const same = focused.id ? part(focused.id)
    : [...fresh.querySelectorAll('a')].find((it) => it.href === focused.href);
  same?.focus({ preventScroll: true });
}

function mergeMoments(page) {
  const [old, fresh] = [part('moments'), part('moments', page)];
  if (!old || !fresh) return;
  [...fresh.children].forEach((item, index) => {
    const shown = part(item.id);
    if (!shown) old.append(document.adoptNode(item));
    // The first of a page has its day over it, which those before it have here.
    else if ((index > 0 || shown === old.firstElementChild) && !shown.isEqualNode(item)) {
      shown.replaceWith(document.adoptNode(item));
    }
  });
}

function isWriting() {
  const form = part('composer');
  return form && (form.contains(document.activeElement)
    || [...form.querySelectorAll('textarea, input:not([type])')].some((it) => it.value));
}

function show(page, { sent } = {}) {
  const before = Number(part('announce').dataset.unanswered);
  document.title = page.title;
  seen = page.querySelector('main.inbox').dataset.seen;
  swap('list-body', page);
  swap('standing', page);
  if (!part('actions')?.querySelector('details[open]')) swap('actions', page);
  mergeMoments(page);
  if (sent || !isWriting() || !part('composer', page)) {
    swap('foot', page);
    prepare();
  }
  const now = part('announce', page).dataset;
  part('announce').dataset.unanswered = now.unanswered;
  if (Number(now.unanswered) > before) part('announce').textContent = now.said;
}

async function read(response) {
  if (new URL(response.url).pathname === '/login') throw tell(main.dataset.over);
  return new DOMParser().parseFromString(await response.text(), 'text/html');
}

let reading = false;
let again = false;
async function refresh() {
  again = true;
  if (reading) return;
  reading = true;
  while (again) {
    again = false;
    try {
      const response = await fetch(location.href);
      if (response.ok) show(await read(response));
    } catch { /* The next news tries again. */ }
  }
  reading = false;
}

// Comes again by itself, also after a restart of the server.
function listen() {
  const news = new EventSource(`/inbox/events?seen=${encodeURIComponent(seen)}`);
  let lost;
  news.addEventListener('open', () => { clearTimeout(lost); lost = undefined; tell(); });
  news.addEventListener('news', (event) => { seen = event.lastEventId; refresh(); });
  news.addEventListener('over', () => { news.close(); tell(main.dataset.over); });
  news.addEventListener('error', () => {
    lost ??= setTimeout(() => tell(main.dataset.lost), 3000);
    if (news.readyState !== EventSource.CLOSED) return;
    clearTimeout(lost);
    setTimeout(listen, 5000);
  });
}

function count(area) {
  const counter = area.closest('.kind-fields').querySelector('.counter');
  if (!counter || !area.value) return;
  const left = Number(area.dataset.longest) - [...area.value].length;
  counter.textContent = `${Math.abs(left)} ${left < 0 ? counter.dataset.over : counter.dataset.left}`;
  counter.classList.toggle('over', left < 0);
}

function quote(id, text) {
  part('reply-to').value = id;
  part('answered-text').textContent = text;
  part('answered').hidden = !id;
  part('composer').querySelector('textarea')?.focus();
}

async function send(form, submitter) {
  submitter.disabled = true;
  try {
    const body = new URLSearchParams(new FormData(form));
    const response = await fetch(form.action, { method: 'POST', body });
    show(await read(response), { sent: true });
    if (response.ok) part('scroll').scrollTop = part('scroll').scrollHeight;
    const field = document.querySelector('#composer [aria-invalid]') ?? document.querySelector('#composer textarea');
    field?.focus();
  } catch {
    // The form has a key: sent again, it is the same message.
    submitter.disabled = false;
  }
}

function prepare() {
  const form = part('composer');
  if (!form) return;
  form.querySelector('.keys').hidden = false;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const button = form.querySelector('.send button');
    if (!button.disabled) send(form, button);
  });
  form.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.target.tagName !== 'TEXTAREA') return;
    event.preventDefault();
    form.requestSubmit();
  });
  for (const area of form.querySelectorAll('[data-longest]')) {
    area.addEventListener('input', () => count(area));
    count(area);
  }
}

document.addEventListener('click', (event) => {
  const link = event.target.closest('a.answer-link, #no-reply');
  if (!link || !part('composer')) return;
  event.preventDefault();
  const said = link.closest('.spoken')?.querySelector(':scope > .said, :scope > .piece');
  quote(link.dataset.reply ?? '', said?.innerText.trim().slice(0, 120) ?? '');
});
part('channel').addEventListener('change', (event) => event.target.form.requestSubmit());

prepare();
listen();
