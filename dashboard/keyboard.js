// The keyboard: "/" goes to the Ask box from anywhere, arrows move through what was found, Enter opens it.
// It only moves the focus and clicks what is there: no text of the page is read into code, nothing is sent anywhere.
"use strict";
(() => {
  const BOX = ".st-key-q input";
  const ASK = '[data-testid="stSidebar"] [data-testid="stPageLink-NavLink"]'; // the first page of all
  const ROWS = ":is(.st-key-answer, [class*='st-key-result-'], .st-key-others)";
  const HITS = `[data-testid="stMain"] ${ROWS} :is(a[href], button[data-testid="stBaseButton-tertiary"]):not([data-testid="stDownloadButton"] *)`;
  const RUNNING = '[data-testid="stApp"][data-test-script-state="running"]';
  const PATIENCE_MS = 10_000;
  let waiting = 0; // the wait that counts: a later one, or typing on, ends it

  const box = () => document.querySelector(BOX);
  const shown = (one) => one.getClientRects().length > 0;
  const hits = () => [...document.querySelectorAll(HITS)].filter(shown);
  const takesText = (one) =>
    one instanceof HTMLElement &&
    (one.isContentEditable || one.matches("textarea, select, input:not([type=radio], [type=checkbox], [type=button])"));

  function when(there, act) {
    const mine = ++waiting;
    const until = performance.now() + PATIENCE_MS;
    (function look() {
      if (mine !== waiting || performance.now() > until) return;
      const found = there();
      if (found) act(found);
      else setTimeout(look, 40);
    })();
  }

  function toBox() {
    const found = box();
    if (found) {
      found.focus();
      found.select();
      return;
    }
    const link = document.querySelector(ASK);
    if (link) link.click();
    else location.assign("./");
    when(box, (one) => one.focus());
  }

  // as dashboard/keyboard.py says it: only an answer to what stands in the box now may be opened
  const sum = (text) => new TextEncoder().encode(text).reduce((told, byte) => (told * 31 + byte) % 2 ** 32, 7);
  const answered = () =>
    document.querySelector(`.st-key-asked-${sum(box()?.value.trim() ?? "")}`) && !document.querySelector(RUNNING) && hits()[0];

  function move(from, by) {
    const all = hits();
    const to = all.indexOf(from) + by;
    if (to < 0) box()?.focus();
    else all[Math.min(to, all.length - 1)]?.focus();
  }

  function inBox(event, found) {
    if (event.key === "ArrowDown") {
      event.preventDefault();
      if (hits().length) move(null, 1);
    } else if (event.key === "Enter" && found.value.trim()) when(answered, (one) => one.click());
  }

  function onHit(event, hit) {
    const steps = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity };
    if (event.key === "Escape") box()?.focus();
    else if (event.key in steps) {
      event.preventDefault();
      if (event.key === "Home") hits()[0]?.focus();
      else move(hit, steps[event.key]);
    }
  }

  document.addEventListener("input", (event) => {
    if (event.target === box()) waiting++;
  }, true);

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = event.target;
    if (at === box()) inBox(event, at);
    else if (event.key === "/" && !takesText(at)) {
      event.preventDefault();
      toBox();
    } else if (at instanceof HTMLElement && at.matches(HITS)) onHit(event, at);
  }, true);
})();
