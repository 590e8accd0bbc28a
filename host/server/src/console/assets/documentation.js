// Pages work without this script. It copies what is shown, lets all examples follow the
// language that was chosen in one, and tries requests without loading the page anew.
const copying = (button, text) => {
  const label = button.textContent;
  button.hidden = !navigator.clipboard;
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(text());
    button.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = label }, 2000);
  });
};
for (const button of document.querySelectorAll('.copy-code')) {
  copying(button, () => button.parentElement.querySelector('code').textContent.trimEnd());
}
for (const button of document.querySelectorAll('button[data-copy]')) {
  copying(button, () => document.getElementById(button.dataset.copy).value);
}

document.addEventListener('change', ({ target }) => {
  if (!target.classList.contains('tab')) return;
  const before = target.getBoundingClientRect().top;
  for (const tab of document.querySelectorAll(`.tab[value="${target.value}"]`)) tab.checked = true;
  // What was chosen stays where it is, whatever grew or shrank above it.
  scrollBy({ top: target.getBoundingClientRect().top - before, behavior: 'instant' });
});

// Puts the answer's part of the page in the place of this one's.
const put = async (address, options) => {
  const box = document.getElementById('try');
  box.setAttribute('aria-busy', 'true');
  try {
    const answer = await fetch(address, options);
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const fresh = page.getElementById('try');
    // A sign-in, or a problem as a page: people must see all of it.
    if (!fresh) return false;
    const status = box.querySelector('.tried');
    for (const part of ['.choose', '.send']) {
      box.querySelector(part).replaceWith(fresh.querySelector(part));
    }
    // The region stays, so that its change is read out.
    status.replaceChildren(...fresh.querySelector('.tried').childNodes);
    return true;
  } catch {
    return false;
  } finally {
    box.removeAttribute('aria-busy');
  }
};
document.addEventListener('submit', async (event) => {
  const form = event.target;
  if (!form.closest('#try')) return;
  event.preventDefault();
  const fields = new URLSearchParams(new FormData(form));
  const address = form.getAttribute('action').split('#')[0];
  const posts = form.method === 'post';
  const done = posts
    ? await put(address, { method: 'POST', body: fields })
    : await put(`${address}?${fields}`);
  if (!done) form.submit();
  else document.getElementById(posts ? 'try' : 'try-body').focus({ preventScroll: posts });
});
document.addEventListener('change', ({ target }) => {
  if (target.id === 'try-sample') target.form.requestSubmit();
});
document.addEventListener('click', async (event) => {
  const link = event.target.closest('a.try');
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (await put(link.getAttribute('href').split('#')[0])) {
    document.getElementById('try').scrollIntoView();
    document.getElementById('try-body').focus();
  } else location.assign(link.href);
});
