// The card field's frame. It checks what is typed, and sends it to the API itself: the shop's
// page only ever learns whether the field is empty, complete or wrong.
'use strict';

(function () {
  const form = document.getElementById('card');
  const texts = JSON.parse(form.dataset.texts);
  const parentOrigin = form.dataset.parent;
  const number = form.elements.namedItem('cardnumber');
  const expiry = form.elements.namedItem('exp-date');
  const cvc = form.elements.namedItem('cvc');
  const inputs = [number, expiry, cvc];
  const touched = new Set();
  let lastState = '';

  const BRANDS = [
    { name: 'amex', starts: /^3[47]/, lengths: [15], cvc: 4, groups: [4, 6, 5] },
    { name: 'diners', starts: /^3[068]/, lengths: [14, 16], cvc: 3, groups: [4, 6, 4] },
    { name: 'jcb', starts: /^35/, lengths: [16], cvc: 3, groups: [4, 4, 4, 4] },
    { name: 'mastercard', starts: /^(5[1-5]|2[2-7])/, lengths: [16], cvc: 3, groups: [4, 4, 4, 4] },
    { name: 'discover', starts: /^(6011|64|65)/, lengths: [16], cvc: 3, groups: [4, 4, 4, 4] },
    { name: 'unionpay', starts: /^62/, lengths: [16, 17, 18, 19], cvc: 3, groups: [4, 4, 4, 7] },
    { name: 'visa', starts: /^4/, lengths: [16], cvc: 3, groups: [4, 4, 4, 4] },
  ];
  const UNKNOWN = { name: 'unknown', lengths: [16], cvc: 3, groups: [4, 4, 4, 4] };

  function digits(input) {
    return input.value.replace(/\D/g, '');
  }

  function brand() {
    const typed = digits(number);
    return BRANDS.find((candidate) => candidate.starts.test(typed)) || UNKNOWN;
  }

  function tell(type, data) {
    if (parentOrigin) {
      window.parent.postMessage({ stripeLocal: 'card', type: type, data: data || {} }, parentOrigin);
    }
  }

  // Formatting

  function groupNumber(value, groups) {
    const parts = [];
    let rest = value;
    for (const size of groups) {
      if (!rest) break;
      parts.push(rest.slice(0, size));
      rest = rest.slice(size);
    }
    return parts.join(' ');
  }

  function rewrite(input, formatted) {
    if (input.value === formatted) return;
    const before = input.value.slice(0, input.selectionStart).replace(/\D/g, '').length;
    const atEnd = input.selectionStart === input.value.length;
    input.value = formatted;
    let position = formatted.length;
    if (!atEnd) {
      position = 0;
      for (let seen = 0; seen < before && position < formatted.length; position += 1) {
        if (/\d/.test(formatted[position])) seen += 1;
      }
    }
    input.setSelectionRange(position, position);
  }

  function formatNumber() {
    const kind = brand();
    const longest = Math.max(...kind.lengths);
    const typed = digits(number).slice(0, longest);
    const groups = typed.length === 16 && kind.name === 'diners' ? [4, 4, 4, 4] : kind.groups;
    rewrite(number, groupNumber(typed, groups));
    cvc.maxLength = kind.cvc;
  }

  function formatExpiry(deleting) {
    let typed = digits(expiry);
    if (/^[2-9]$/.test(typed)) typed = '0' + typed;
    const full = typed.match(/^(\d{2})20(\d{2})$/); // filled in by the browser as 12/2034
    if (full) typed = full[1] + full[2];
    typed = typed.slice(0, 4);
    const separator = typed.length > 2 || (typed.length === 2 && !deleting) ? ' / ' : '';
    rewrite(expiry, typed.slice(0, 2) + separator + typed.slice(2));
  }

  // Validation: a code for each input, or ''

  function luhn(value) {
    let total = 0;
    for (let index = 0; index < value.length; index += 1) {
      let digit = Number(value[value.length - 1 - index]);
      if (index % 2) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
      total += digit;
    }
    return total % 10 === 0;
  }

  function numberProblem() {
    const typed = digits(number);
    const lengths = brand().lengths;
    if (typed.length < Math.min(...lengths)) return 'incomplete_number';
    if (!lengths.includes(typed.length)) return 'incomplete_number';
    return luhn(typed) ? '' : 'invalid_number';
  }

  function expiryProblem() {
    const typed = digits(expiry);
    if (typed.length >= 2 && !(typed.slice(0, 2) >= 1 && typed.slice(0, 2) <= 12)) {
      return 'invalid_expiry_month';
    }
    if (typed.length < 4) return 'incomplete_expiry';
    const now = new Date();
    const year = 2000 + Number(typed.slice(2));
    const month = Number(typed.slice(0, 2));
    if (year < now.getFullYear()) return 'invalid_expiry_year_past';
    if (year > now.getFullYear() + 50) return 'invalid_expiry_year';
    if (year === now.getFullYear() && month < now.getMonth() + 1) return 'invalid_expiry_month_past';
    return '';
  }

  function cvcProblem() {
    return digits(cvc).length === brand().cvc ? '' : 'incomplete_cvc';
  }

  const checks = new Map([[number, numberProblem], [expiry, expiryProblem], [cvc, cvcProblem]]);

  function visible(input, problem) {
    // What is merely unfinished is no error while the person is still typing.
    if (!problem) return false;
    if (problem.startsWith('incomplete')) return touched.has(input) && digits(input) !== '';
    return true;
  }

  function problemOf(code) {
    return { type: 'validation_error', code: code, message: texts[code] };
  }

  function report() {
    let error = null;
    let complete = true;
    for (const input of inputs) {
      const problem = checks.get(input)();
      const shown = visible(input, problem);
      input.setAttribute('aria-invalid', shown ? 'true' : 'false');
      if (problem) complete = false;
      if (shown && !error) error = problemOf(problem);
    }
    const state = {
      elementType: 'card',
      empty: inputs.every((input) => input.value === ''),
      complete: complete,
      error: error || undefined,
      brand: brand().name,
      value: { postalCode: '' },
    };
    const text = JSON.stringify(state);
    if (text !== lastState) {
      lastState = text;
      tell('change', state);
    }
  }

  function firstProblem() {
    for (const input of inputs) {
      const problem = checks.get(input)();
      if (problem) {
        touched.add(input);
        input.setAttribute('aria-invalid', 'true');
        input.focus();
        return problemOf(problem);
      }
    }
    return null;
  }

  // Typing

  number.addEventListener('input', () => {
    formatNumber();
    report();
    const typed = digits(number);
    if (document.activeElement === number && typed.length === Math.max(...brand().lengths)
        && !numberProblem()) {
      expiry.focus();
    }
  });
  expiry.addEventListener('input', (event) => {
    formatExpiry((event.inputType || '').startsWith('delete'));
    report();
    if (document.activeElement === expiry && digits(expiry).length === 4 && !expiryProblem()) {
      cvc.focus();
    }
  });
  cvc.addEventListener('input', () => {
    rewrite(cvc, digits(cvc).slice(0, brand().cvc));
    report();
  });

  inputs.forEach((input, index) => {
    input.addEventListener('keydown', (event) => {
      if (event.key === 'Backspace' && input.value === '' && index > 0) {
        inputs[index - 1].focus();
        event.preventDefault();
      }
    });
    input.addEventListener('blur', () => {
      touched.add(input);
      report();
    });
  });

  // The frame has the focus as long as any of its inputs has.
  let focused = false;
  form.addEventListener('focusin', () => {
    if (!focused) {
      focused = true;
      tell('focus');
    }
  });
  form.addEventListener('focusout', (event) => {
    if (!form.contains(event.relatedTarget)) {
      focused = false;
      tell('blur');
    }
  });

  // Enter in the card field sends the shop's form, as Enter in its own fields does.
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    tell('submit');
  });
  form.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') {
      event.preventDefault();
      tell('submit');
    }
  });

  // Asked by the page

  function applyOptions(options) {
    const base = (options.style && options.style.base) || {};
    const invalid = (options.style && options.style.invalid) || {};
    const placeholder = base['::placeholder'] || {};
    const root = document.documentElement.style;
    const set = (name, value) => value && root.setProperty(name, String(value));
    set('--color', base.color);
    set('--size', base.fontSize);
    set('--family', base.fontFamily);
    set('--placeholder', placeholder.color);
    set('--invalid', invalid.color);
    inputs.forEach((input) => {
      input.disabled = Boolean(options.disabled);
    });
    tell('resize', { height: Math.ceil(form.getBoundingClientRect().height) });
  }

  function flatten(prefix, value, fields) {
    if (value === undefined || value === null) return;
    if (typeof value === 'object') {
      Object.keys(value).forEach((key) => flatten(prefix + '[' + key + ']', value[key], fields));
    } else {
      fields.append(prefix, value);
    }
  }

  async function send(path, fields, language) {
    try {
      const answer = await fetch(path, {
        method: 'POST',
        body: fields,
        headers: { 'Accept-Language': language },
      });
      const body = await answer.json();
      return answer.ok ? { object: body } : { error: body.error };
    } catch (problem) {
      return { error: { type: 'api_connection_error', message: texts.connection } };
    }
  }

  function cardFields(prefix, fields) {
    fields.append(prefix + '[number]', digits(number));
    fields.append(prefix + '[exp_month]', digits(expiry).slice(0, 2));
    fields.append(prefix + '[exp_year]', digits(expiry).slice(2));
    fields.append(prefix + '[cvc]', digits(cvc));
  }

  async function confirm(request) {
    const problem = firstProblem();
    if (problem) return { error: problem };
    const fields = new URLSearchParams(request.fields || {});
    fields.set('payment_method_data[type]', 'card');
    cardFields('payment_method_data[card]', fields);
    flatten('payment_method_data[billing_details]', request.billing_details, fields);
    return send('/v1/payment_intents/' + request.intent + '/confirm', fields, request.language);
  }

  async function createPaymentMethod(request) {
    const problem = firstProblem();
    if (problem) return { error: problem };
    const fields = new URLSearchParams({ key: request.key, type: 'card' });
    cardFields('card', fields);
    flatten('billing_details', request.billing_details, fields);
    return send('/v1/payment_methods', fields, request.language);
  }

  const requests = { confirm: confirm, createPaymentMethod: createPaymentMethod };

  window.addEventListener('message', async (event) => {
    if (event.source !== window.parent || event.origin !== parentOrigin) return;
    const message = event.data;
    if (!message || message.stripeLocal !== 'page') return;
    if (message.type === 'options') {
      applyOptions(message.data);
    } else if (message.type === 'focus') {
      number.focus();
    } else if (message.type === 'blur') {
      if (document.activeElement) document.activeElement.blur();
    } else if (message.type === 'clear') {
      inputs.forEach((input) => { input.value = ''; });
      touched.clear();
      report();
    } else if (message.type in requests) {
      const result = await requests[message.type](message.data);
      tell('answer', { number: message.data.number, result: result });
    }
  });

  tell('loaded', { height: Math.ceil(form.getBoundingClientRect().height) });
}());
