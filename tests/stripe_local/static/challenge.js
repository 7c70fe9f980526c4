// The 3-D Secure question in a frame: send the answer, then tell the page that it was given.
'use strict';

(function () {
  const form = document.getElementById('challenge');
  const parentOrigin = document.getElementById('question').dataset.parent;
  let sent = false;

  function tell(type, data) {
    if (parentOrigin) {
      window.parent.postMessage({ stripeLocal: 'challenge', type: type, data: data || {} }, parentOrigin);
    }
  }

  async function answer(outcome) {
    if (sent) return;
    sent = true;
    const fields = new URLSearchParams(new FormData(form));
    fields.set('outcome', outcome);
    try {
      const response = await fetch(form.action, { method: 'POST', body: fields });
      if (!response.ok) throw new Error(String(response.status));
      tell('answered', { outcome: outcome });
    } catch (problem) {
      sent = false;
      document.getElementById('problem').hidden = false;
    }
  }

  if (!form) {
    tell('answered'); // nothing is asked any more: another window was faster
    return;
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    answer(event.submitter ? event.submitter.value : 'refuse');
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') answer('refuse');
  });
  window.addEventListener('message', (event) => {
    if (event.source !== window.parent || event.origin !== parentOrigin) return;
    if (event.data && event.data.stripeLocal === 'page' && event.data.type === 'refuse') {
      answer('refuse');
    }
    if (event.data && event.data.stripeLocal === 'page' && event.data.type === 'focus') {
      form.querySelector('button').focus();
    }
  });
  form.querySelector('button').focus();
  tell('loaded');
}());
