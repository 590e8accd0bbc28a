// Pages work without this script. It looks again where something is under way, and
// leads to the first field that is wrong.
const running = document.querySelector('[data-refresh]');
if (running) setTimeout(() => location.reload(), Number(running.dataset.refresh));
document.querySelector('[aria-invalid="true"]')?.focus();
