// The server shows times in UTC until it knows better. This script tells it the time
// zone of the browser, once, and shows the page again; /preferences is for who has no
// scripts or wants another one.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && !document.cookie.includes('eclusa_zone=')) {
  document.cookie = `eclusa_zone=${zone}; path=/; max-age=31536000; samesite=lax`;
  // Where cookies are not kept, it would be shown for ever.
  if (document.cookie.includes('eclusa_zone=') && zone !== 'UTC') location.reload();
}
