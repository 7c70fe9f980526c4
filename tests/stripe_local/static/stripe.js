// A small Stripe.js for the local stand-in: the card Element and what confirms a PaymentIntent.
// It obeys the strictest content security policy: it styles by CSSOM properties only, and writes
// no markup, no style element and no style attribute into the page.
'use strict';

(function () {
  const ORIGIN = new URL(document.currentScript.src).origin;

  const TEXTS = {
    fr: {
      card: 'Champ sécurisé pour la carte (Stripe local)',
      challenge: 'Authentification 3-D Secure (Stripe local)',
      connection: 'Impossible de joindre le service de paiement. Réessayez dans un instant.',
    },
    en: {
      card: 'Secure card input (local Stripe)',
      challenge: '3-D Secure authentication (local Stripe)',
      connection: 'The payment service cannot be reached. Try again in a moment.',
    },
  };

  function IntegrationError(message) {
    const error = new Error(message);
    error.name = 'IntegrationError';
    return error;
  }

  function languageOf(locale) {
    const wanted = !locale || locale === 'auto' ? navigator.language || 'fr' : locale;
    return String(wanted).toLowerCase().startsWith('fr') ? 'fr' : 'en';
  }

  function style(element, properties) {
    Object.keys(properties).forEach((name) => {
      element.style.setProperty(name, properties[name]);
    });
  }

  function frame(address, title) {
    const element = document.createElement('iframe');
    const url = new URL(address, ORIGIN);
    url.searchParams.set('parent', window.location.origin);
    element.title = title;
    element.src = url.href;
    return element;
  }

  // The card Element

  class CardElement {
    constructor(options, language, forget) {
      this._options = options || {};
      this._language = language;
      this._forget = forget;
      this._listeners = new Map();
      this._answers = new Map();
      this._number = 0;
      this._focusWanted = false;
      this._node = null;
      this._frame = null;
      this._ready = false;
      this._state = { empty: true, complete: false };
      this._onMessage = this._onMessage.bind(this);
      this._onLabel = () => this.focus();
    }

    mount(target) {
      const node = typeof target === 'string' ? document.querySelector(target) : target;
      if (!node) {
        throw IntegrationError('The selector you specified (' + target + ') applies to no DOM '
          + 'elements that are currently on the page.');
      }
      if (this._node === node) return this;
      if (this._node) this.unmount();
      this._node = node;
      while (node.firstChild) node.removeChild(node.firstChild);
      this._frame = frame('/elements/card?locale=' + this._language, TEXTS[this._language].card);
      this._frame.name = 'stripe-local-card';
      this._frame.setAttribute('allow', 'payment *');
      style(this._frame, {
        display: 'block', width: '100%', 'min-width': '100%', height: '48px', border: '0',
        margin: '0', padding: '0', background: 'transparent', 'color-scheme': 'light',
      });
      node.appendChild(this._frame);
      node.classList.add('StripeElement');
      this._paint();
      window.addEventListener('message', this._onMessage);
      this._labels = node.id
        ? Array.from(document.querySelectorAll('label')).filter((label) => label.htmlFor === node.id)
        : [];
      this._labels.forEach((label) => label.addEventListener('click', this._onLabel));
      return this;
    }

    unmount() {
      if (!this._node) return this;
      window.removeEventListener('message', this._onMessage);
      this._labels.forEach((label) => label.removeEventListener('click', this._onLabel));
      this._frame.remove();
      this._answers.forEach((settle) => settle({
        error: { type: 'validation_error', code: 'incomplete_number', message: 'unmounted' },
      }));
      this._answers.clear();
      this._node.classList.remove('StripeElement', 'StripeElement--empty', 'StripeElement--focus',
        'StripeElement--invalid', 'StripeElement--complete');
      this._node = null;
      this._frame = null;
      this._ready = false;
      this._state = { empty: true, complete: false };
      return this;
    }

    destroy() {
      this.unmount();
      this._listeners.clear();
      this._forget();
    }

    clear() { this._tell('clear'); }

    blur() { this._tell('blur'); }

    focus() {
      if (this._frame) this._frame.focus();
      this._focusWanted = !this._ready; // a frame that is still loading hears nothing yet
      this._tell('focus');
    }

    update(options) {
      this._options = Object.assign({}, this._options, options);
      this._tell('options', this._plainOptions());
      return this;
    }

    on(name, callback) {
      if (!this._listeners.has(name)) this._listeners.set(name, new Set());
      this._listeners.get(name).add(callback);
      if (name === 'ready' && this._ready) callback({ elementType: 'card' });
      return this;
    }

    once(name, callback) {
      const only = (event) => {
        this.off(name, only);
        callback(event);
      };
      return this.on(name, only);
    }

    off(name, callback) {
      const listeners = this._listeners.get(name);
      if (listeners && callback) listeners.delete(callback);
      else if (listeners) listeners.clear();
      return this;
    }

    // Between the page and the frame

    _ask(type, data) {
      if (!this._frame) {
        return Promise.reject(IntegrationError('We could not retrieve data from the specified '
          + 'Element. Please make sure the Element you are attempting to use is still mounted.'));
      }
      this._number += 1;
      const number = this._number;
      return new Promise((resolve) => {
        this._answers.set(number, resolve);
        this._tell(type, Object.assign({ number: number }, data));
      });
    }

    _tell(type, data) {
      if (this._frame) {
        this._frame.contentWindow.postMessage(
          { stripeLocal: 'page', type: type, data: data || {} }, ORIGIN);
      }
    }

    _plainOptions() {
      // What is sent to a frame must be plain data.
      return JSON.parse(JSON.stringify({
        style: this._options.style, disabled: this._options.disabled,
      }));
    }

    _onMessage(event) {
      if (!this._frame || event.origin !== ORIGIN) return;
      if (event.source !== this._frame.contentWindow) return;
      const message = event.data;
      if (!message || message.stripeLocal !== 'card') return;
      const data = message.data;
      if (message.type === 'loaded') {
        this._fit(data.height);
        this._tell('options', this._plainOptions());
        this._ready = true;
        if (this._focusWanted) this.focus();
        this._fire('ready', { elementType: 'card' });
      } else if (message.type === 'resize') {
        this._fit(data.height);
      } else if (message.type === 'change') {
        this._state = data;
        this._paint();
        this._fire('change', data);
      } else if (message.type === 'focus' || message.type === 'blur') {
        this._node.classList.toggle('StripeElement--focus', message.type === 'focus');
        this._fire(message.type, { elementType: 'card' });
      } else if (message.type === 'submit') {
        const form = this._node.closest('form');
        if (form) form.requestSubmit();
      } else if (message.type === 'answer') {
        const settle = this._answers.get(data.number);
        this._answers.delete(data.number);
        if (settle) settle(data.result);
      }
    }

    _fit(height) {
      if (height > 0) this._frame.style.setProperty('height', height + 'px');
    }

    _paint() {
      const classes = this._node.classList;
      classes.toggle('StripeElement--empty', this._state.empty);
      classes.toggle('StripeElement--complete', this._state.complete);
      classes.toggle('StripeElement--invalid', Boolean(this._state.error));
    }

    _fire(name, event) {
      const listeners = this._listeners.get(name);
      if (listeners) Array.from(listeners).forEach((callback) => callback(event));
    }
  }

  class Elements {
    constructor(language) {
      this._language = language;
      this._card = null;
    }

    create(type, options) {
      if (type !== 'card') {
        throw IntegrationError('The local Stripe has the card Element only, not ' + type + '.');
      }
      if (this._card) {
        throw IntegrationError('Can only create one Element of type card.');
      }
      this._card = new CardElement(options, this._language, () => { this._card = null; });
      return this._card;
    }

    getElement(type) {
      return type === 'card' || type === CardElement ? this._card : null;
    }

    update() {}
  }

  // The 3-D Secure question, over the page

  class Challenge {
    constructor(address, language) {
      const url = new URL(address, ORIGIN);
      url.searchParams.set('locale', language);
      this._before = document.activeElement;
      this._overlay = document.createElement('div');
      this._overlay.setAttribute('role', 'dialog');
      this._overlay.setAttribute('aria-modal', 'true');
      this._overlay.setAttribute('aria-label', TEXTS[language].challenge);
      style(this._overlay, {
        position: 'fixed', inset: '0', 'z-index': '2147483647', display: 'flex',
        'align-items': 'center', 'justify-content': 'center', padding: '16px',
        'box-sizing': 'border-box', background: 'rgba(0, 0, 0, 0.6)',
      });
      this._frame = frame(url.href, TEXTS[language].challenge);
      this._frame.name = 'stripe-local-challenge';
      style(this._frame, {
        width: '100%', 'max-width': '480px', height: '360px', 'max-height': '100%', border: '0',
        'border-radius': '8px', background: '#fff', 'box-shadow': '0 8px 40px rgba(0, 0, 0, 0.4)',
      });
      this._overlay.appendChild(this._frame);
      this._onMessage = this._onMessage.bind(this);
      this._onKey = (event) => {
        if (event.key !== 'Escape') return;
        if (this._loaded) this._tell('refuse');
        else this._close(); // a frame that never came must not lock the page
      };
    }

    show() {
      return new Promise((resolve) => {
        this._resolve = resolve;
        // Nothing behind the question can be reached, by pointer, keyboard or screen reader.
        this._silenced = Array.from(document.body.children).filter((child) => !child.inert);
        this._silenced.forEach((child) => { child.inert = true; });
        this._overflow = document.body.style.getPropertyValue('overflow');
        document.body.style.setProperty('overflow', 'hidden');
        window.addEventListener('message', this._onMessage);
        document.addEventListener('keydown', this._onKey);
        document.body.appendChild(this._overlay);
        this._frame.focus();
      });
    }

    _tell(type) {
      this._frame.contentWindow.postMessage({ stripeLocal: 'page', type: type }, ORIGIN);
    }

    _onMessage(event) {
      if (event.origin !== ORIGIN || event.source !== this._frame.contentWindow) return;
      if (!event.data || event.data.stripeLocal !== 'challenge') return;
      if (event.data.type === 'loaded') {
        this._loaded = true;
        this._frame.focus();
        this._tell('focus');
      } else if (event.data.type === 'answered') {
        this._close();
      }
    }

    _close() {
      window.removeEventListener('message', this._onMessage);
      document.removeEventListener('keydown', this._onKey);
      this._overlay.remove();
      this._silenced.forEach((child) => { child.inert = false; });
      if (this._overflow) document.body.style.setProperty('overflow', this._overflow);
      else document.body.style.removeProperty('overflow');
      if (this._before && this._before.focus) this._before.focus();
      this._resolve();
    }
  }

  // Stripe(…)

  class StripeClient {
    constructor(key, options) {
      this._key = key;
      this._locale = (options && options.locale) || 'auto';
      this._apiVersion = options && options.apiVersion;
    }

    elements(options) {
      return new Elements(languageOf((options && options.locale) || this._locale));
    }

    async retrievePaymentIntent(clientSecret) {
      const query = new URLSearchParams({ client_secret: clientSecret, key: this._key });
      return this._result(this._call('/v1/payment_intents/' + intentOf(clientSecret) + '?' + query));
    }

    async confirmCardPayment(clientSecret, data, options) {
      const intent = intentOf(clientSecret);
      const given = data || {};
      const fields = {
        client_secret: clientSecret,
        key: this._key,
        expected_payment_method_type: 'card',
        use_stripe_sdk: 'true',
      };
      if (given.receipt_email) fields.receipt_email = given.receipt_email;
      if (given.setup_future_usage) fields.setup_future_usage = given.setup_future_usage;
      if (given.return_url) fields.return_url = given.return_url;
      let result;
      const method = given.payment_method;
      if (method && typeof method === 'object' && method.card instanceof CardElement) {
        result = await this._result(method.card._ask('confirm', {
          intent: intent,
          fields: fields,
          billing_details: plain(method.billing_details),
          language: languageOf(this._locale),
        }));
      } else {
        if (typeof method === 'string') fields.payment_method = method;
        result = await this._result(this._call('/v1/payment_intents/' + intent + '/confirm', fields));
      }
      if (options && options.handleActions === false) return result;
      return this._act(result, clientSecret);
    }

    async handleCardAction(clientSecret) {
      return this._act(await this.retrievePaymentIntent(clientSecret), clientSecret);
    }

    async handleNextAction(options) {
      return this.handleCardAction(options.clientSecret);
    }

    async createPaymentMethod(options) {
      if (!options || !(options.card instanceof CardElement)) {
        throw IntegrationError('createPaymentMethod needs {type: "card", card: element}.');
      }
      const answer = await options.card._ask('createPaymentMethod', {
        key: this._key,
        billing_details: plain(options.billing_details),
        language: languageOf(this._locale),
      });
      return answer.error ? { error: answer.error } : { paymentMethod: answer.object };
    }

    async _act(result, clientSecret) {
      const intent = result.paymentIntent;
      if (!intent || intent.status !== 'requires_action') return result;
      const action = intent.next_action;
      const address = action.type === 'redirect_to_url'
        ? '/3ds/' + intent.id + '?client_secret=' + clientSecret
        : action.use_stripe_sdk.stripe_js;
      const url = new URL(address, ORIGIN);
      await new Challenge(url.pathname + url.search, languageOf(this._locale)).show();
      const after = await this.retrievePaymentIntent(clientSecret);
      const latest = after.paymentIntent;
      if (latest && latest.status === 'requires_payment_method' && latest.last_payment_error) {
        return { error: Object.assign({}, latest.last_payment_error, { payment_intent: latest }) };
      }
      return after;
    }

    async _call(path, fields) {
      const options = { headers: { 'Accept-Language': languageOf(this._locale) } };
      if (fields) {
        options.method = 'POST';
        options.body = new URLSearchParams(fields);
      }
      try {
        const answer = await fetch(ORIGIN + path, options);
        const body = await answer.json();
        return answer.ok ? { object: body } : { error: body.error };
      } catch (problem) {
        const message = TEXTS[languageOf(this._locale)].connection;
        return { error: { type: 'api_connection_error', message: message } };
      }
    }

    async _result(pending) {
      const answer = await pending;
      return answer.error ? { error: answer.error } : { paymentIntent: answer.object };
    }
  }

  function plain(value) {
    return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
  }

  function intentOf(clientSecret) {
    const match = /^(pi_[A-Za-z0-9]+)_secret_[A-Za-z0-9]+$/.exec(clientSecret || '');
    if (!match) {
      throw IntegrationError('Invalid value for confirmCardPayment intent secret: value should be '
        + 'a client secret of the form ${id}_secret_${secret}.');
    }
    return match[1];
  }

  function Stripe(key, options) {
    if (typeof key !== 'string' || !key.startsWith('pk_')) {
      throw IntegrationError('Stripe() needs a publishable key (pk_…). '
        + 'A secret key must never be used in a page.');
    }
    return new StripeClient(key, options);
  }
  Stripe.version = 3;

  window.Stripe = Stripe;
}());
