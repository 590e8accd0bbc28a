// The page works without this script. Each minute it takes the new numbers into the
// page, as long as somebody looks at it; what is open stays open, and the focus stays.
const minute = 60_000;

async function renew() {
  const shown = document.getElementById('live');
  if (!shown || document.hidden) return;
  const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
  if (!answer.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const renewed = page.getElementById('live');
  if (!renewed) return;
  for (const opened of shown.querySelectorAll('details[open] > summary')) {
    const again = renewed.querySelector(`#${opened.id}`);
    if (again) again.parentElement.open = true;
  }
  // Who reads in a table is not disturbed.
  if (shown.contains(document.activeElement) && document.activeElement.tagName !== 'SUMMARY') return;
  const focus = shown.contains(document.activeElement) ? document.activeElement.id : '';
  shown.replaceChildren(...renewed.childNodes);
  if (focus) document.getElementById(focus)?.focus();
}

setInterval(() => renew().catch(() => {}), minute);
