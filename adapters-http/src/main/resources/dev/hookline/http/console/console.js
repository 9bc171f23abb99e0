// Keeps the open page up to date. Without this script every page works the same, until it is reloaded.
'use strict';
(() => {
  const light = document.getElementById('live');
  const parts = () => document.querySelectorAll('[data-live=""]');
  if (!light) {
    return;
  }
  const AT_MOST_EVERY = 1000;
  const SETTLED_AFTER = 2500;
  const BY_ITSELF_EVERY = 15000;
  let stream = null;
  let timer = null;
  let again = false;
  let running = false;
  let lastAt = 0;

  const say = (text, on) => {
    if (light.textContent !== text) {
      light.textContent = text;
    }
    light.classList.toggle('on', on);
  };

  // What has the focus keeps it: the same link or button in the new part.
  const mark = (element) =>
    element && element !== document.body
      ? { id: element.id, href: element.getAttribute('href'), tag: element.tagName }
      : null;
  const find = (within, it) =>
    it.id
      ? document.getElementById(it.id)
      : Array.from(within.querySelectorAll(it.tag)).find((e) => e.getAttribute('href') === it.href);

  const replace = (old, fresh) => {
    if (old.innerHTML === fresh.innerHTML) {
      return;
    }
    const open = Array.from(old.querySelectorAll('details')).map((one) => one.open);
    const focused = old.contains(document.activeElement) ? mark(document.activeElement) : null;
    old.replaceChildren(...fresh.childNodes);
    old.querySelectorAll('details').forEach((one, i) => {
      one.open = Boolean(open[i]);
    });
    if (focused) {
      const again = find(old, focused);
      if (again) {
        again.focus({ preventScroll: true });
      }
    }
  };

  const refresh = async () => {
    timer = null;
    if (running || document.hidden) {
      again = true;
      return;
    }
    running = true;
    lastAt = Date.now();
    try {
      const answer = await fetch(location.href, { credentials: 'same-origin', redirect: 'error' });
      if (answer.status === 401) {
        stop('signed out: reload the page');
        return;
      }
      if (!answer.ok) {
        say('not up to date', false);
        return;
      }
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      parts().forEach((old) => {
        const fresh = page.getElementById(old.id);
        if (fresh) {
          replace(old, fresh);
        }
      });
      const asOf = document.querySelector('footer');
      const freshAsOf = page.querySelector('footer');
      if (asOf && freshAsOf) {
        asOf.replaceChildren(...freshAsOf.childNodes);
      }
      say('live', true);
    } catch (_) {
      say('not up to date', false);
    } finally {
      running = false;
      if (again) {
        again = false;
        soon();
      }
    }
  };

  const soon = () => {
    if (timer === null) {
      timer = setTimeout(refresh, Math.max(0, lastAt + AT_MOST_EVERY - Date.now()));
    }
  };

  const stop = (why) => {
    if (stream) {
      stream.close();
      stream = null;
    }
    say(why, false);
  };

  const start = () => {
    if (parts().length === 0) {
      light.hidden = true;
      return;
    }
    stream = new EventSource('/console/live');
    let first = true;
    stream.addEventListener('change', () => {
      if (first) {
        // The page itself is as new as this.
        first = false;
        say('live', true);
      } else {
        soon();
      }
      // What has just begun may be over by then, without changing any count.
      setTimeout(soon, SETTLED_AFTER);
    });
    stream.addEventListener('end', () => stop('signed out: reload the page'));
    stream.onerror = () => say('connecting…', false);
    setInterval(() => {
      if (stream && !document.hidden) {
        soon();
      }
    }, BY_ITSELF_EVERY);
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden && again) {
        again = false;
        soon();
      }
    });
  };

  start();
})();
